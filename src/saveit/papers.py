"""A guest's papers: the same links that a booking is answered with, and what they lead to as files."""

import asyncio
from collections.abc import Awaitable, Callable

from saveit.consumers import qr
from saveit.consumers.notices import Papers
from saveit.kernel.db import Actor
from saveit.ledger import House
from saveit.reservations import CalendarEntry, Desk, Reservation, calendar_of


def papers_of(desk: Desk, public_url: str) -> Callable[[Reservation, House], Awaitable[Papers]]:
    """Return who makes a guest's papers: the same links that a booking is answered with, and what they lead to as files."""
    from saveit.web import Links

    links = Links(desk, public_url)
    actor = Actor("system", "notices", "internal")

    async def drawn(reservation: Reservation, house: House, links_of: tuple[str, str]) -> Papers:
        png = b""
        if reservation.stands:
            async with desk.database.aside(reservation.tenant_id, actor) as tx:
                made = await qr.generate(desk, tx, reservation.id)
            png = await asyncio.to_thread(qr.pass_png, made.token)
        entry = CalendarEntry(
            reservation_id=reservation.id,
            sequence=reservation.calendar_sequence,
            changed_at=reservation.updated_at,
            status=reservation.calendar_status,
            starts_at=reservation.starts_at,
            ends_at=reservation.leaves_at,
            timezone=house.restaurant.timezone,
            language=reservation.guest.language,
            restaurant_name=house.restaurant.name,
            restaurant_address=house.restaurant.address or None,
            party_size=reservation.party_size,
            code=reservation.code,
            guest_name=reservation.guest.name,
            guest_email=reservation.guest.email,
        )
        pass_url, calendar_url = links_of
        calendar = calendar_of(entry, reminder=True)
        return Papers(pass_url=pass_url, calendar_url=calendar_url, pass_png=png, calendar=calendar)

    async def papers(reservation: Reservation, house: House) -> Papers:
        found = await links.of(reservation)
        return Papers(pass_url=found[0], calendar_url=found[1], draw=lambda: drawn(reservation, house, found))

    return papers
