"""A restaurant with lines, whose bookings are told of; the stand-ins show what guests see."""

from dataclasses import dataclass

import msgspec
import pytest

from saveit import advisors, reservations
from saveit.channels import CHANNELS
from saveit.consumers import notices
from saveit.consumers.notify import channel_map
from saveit.kernel.ids import LineId
from saveit.ledger import House
from saveit.outbox import Runner
from saveit.reservations import Reservation
from saveit.waitlist import Entry
from tests.notify.conftest import Room, room
from tests.support.core import HOST, opening

__all__ = ["opening", "room"]


@dataclass
class Teller:
    """The room with its notices."""

    room: Room
    runner: Runner
    woken: list[int]

    async def told(self) -> None:
        """Let the facts be read, and what follows be delivered."""
        await self.runner.drain()
        await self.room.delivery().drain()

    async def person(self) -> None:
        """Say that every conversation is the booking guest's."""
        await self.room.bistro.watcher.execute(
            "UPDATE conversations SET person_id = (SELECT person_id FROM reservations LIMIT 1) WHERE person_id IS NULL"
        )


async def papers(reservation: Reservation, house: House) -> notices.Papers:
    links = notices.Papers(
        pass_url=f"https://saveit.example/qr/{reservation.code}.png",
        calendar_url=f"https://saveit.example/calendar/{reservation.id}",
        manage_url=f"https://saveit.example/r/{house.restaurant.slug}#{reservation.code}",
    )

    async def draw() -> notices.Papers:
        return msgspec.structs.replace(
            links, pass_png=b"\x89PNG the pass", calendar=_calendar(reservation, house)
        )

    return msgspec.structs.replace(links, draw=draw)


def _calendar(reservation: Reservation, house: House) -> bytes:
    return reservations.calendar_of(
        reservations.CalendarEntry(
            reservation_id=reservation.id,
            sequence=reservation.calendar_sequence,
            changed_at=reservation.updated_at,
            status="confirmed" if reservation.stands else "cancelled",
            starts_at=reservation.starts_at,
            ends_at=reservation.leaves_at,
            timezone=house.restaurant.timezone,
            language="es",
            restaurant_name=house.restaurant.name,
            party_size=reservation.party_size,
            code=reservation.code,
            guest_name=reservation.guest.name,
            guest_email=reservation.guest.email,
        )
    )


@pytest.fixture
async def teller(room: Room) -> Teller:
    desk, woken = room.bistro.desk, list[int]()
    channels = channel_map(CHANNELS)
    async with desk.database.tenant(room.bistro.tenant_id, HOST) as tx:
        sealer = await desk.keys.sealer(tx, room.bistro.tenant_id)
        for name, line_id in list(room.ids.items()):
            line = room.lines.pop(line_id)
            draft = advisors.LineDraft(
                channel=name,
                account=line.key.account,
                address=line.key.address,
                opaque=line.opaque or None,
                credentials=dict(line.credentials.values),
            )
            added = await advisors.add_line(tx, draft, channels=channels, sealer=sealer, now=desk.now())
            room.ids[name] = LineId(added.id)
            room.lines[added.id] = line

    async def place_url(entry: Entry, slug: str) -> str:
        return f"https://saveit.example/w/{slug}#{entry.id}"

    consumer = notices.notices_consumer(
        desk, channel_map(CHANNELS), papers, place_url=place_url, wake=lambda: woken.append(1)
    )
    runner = Runner(desk.database, room.bistro.clock, [consumer])
    await runner.prepare()
    return Teller(room, runner, woken)
