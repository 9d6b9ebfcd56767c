"""A guest's papers: the same links that a booking is answered with, and what they lead to as files."""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from saveit.consumers import qr
from saveit.consumers.notices import Papers
from saveit.kernel.db import Actor
from saveit.ledger import House
from saveit.reservations import CalendarEntry, Desk, Reservation, calendar_of
from saveit.waitlist import Entry


def place_url_of(desk: Desk, public_url: str) -> Callable[[Entry, str], Awaitable[str]]:
    """Return who says where a guest takes the table that is kept: the same address that they were given when they began to wait."""
    from saveit.web import Links

    return Links(desk, public_url).waiting


def papers_of(desk: Desk, public_url: str) -> Callable[[Reservation, House], Awaitable[Papers]]:
    """Return who makes a guest's papers: the same links that a booking is answered with, and what they lead to as files."""
    from saveit.web import Links

    links = Links(desk, public_url)
    actor = Actor("system", "notices", "internal")

    async def drawn(reservation: Reservation, house: House, links_of: Papers) -> Papers:
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
        return replace(links_of, pass_png=png, calendar=calendar_of(entry, reminder=True))

    async def papers(reservation: Reservation, house: House) -> Papers:
        pass_url, calendar_url = await links.of(reservation)
        manage_url = await links.manage(reservation, house.restaurant.slug)
        found = Papers(pass_url=pass_url, calendar_url=calendar_url, manage_url=manage_url)
        return replace(found, draw=lambda: drawn(reservation, house, found))

    return papers
