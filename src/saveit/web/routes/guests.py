"""A restaurant's guests: found, looked at, noted."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get, put
from litestar.openapi.spec import Example
from litestar.params import Body, FromQuery, QueryParameter
from msgspec import UNSET

from saveit.conversations import InboxFilter, list_inbox
from saveit.guests import (
    FROM_THE_FIRST,
    Card,
    Found,
    SaidRow,
    cards_of,
    consents_of,
    consents_said,
    family_of,
    find_people,
    in_book,
    note,
    say_consent,
    search,
    standings_of,
    text_of,
)
from saveit.kernel.db import Transaction
from saveit.kernel.ids import PersonId, RestaurantId
from saveit.ledger import House
from saveit.reservations import Reservation, guest_figures, list_of_person
from saveit.web.edge import Call
from saveit.web.problems import PersonUnknown
from saveit.web.routes.inbox.sight import shown_conversations, sight_of
from saveit.web.routes.shared import (
    LAST_ID,
    PAGE_LENGTH,
    Calling,
    Cursor,
    PageLength,
    PathId,
    answer_of,
    cursor_of,
    place_of,
)
from saveit.web.wire.guests import (
    Consent,
    ConsentRequest,
    ConsentSaid,
    GuestLine,
    GuestNote,
    GuestPage,
    GuestProfile,
)
from saveit.web.wire.inbox import ConversationAnswer

_NOTE = Example(value={"tags": ["VIP"], "allergies": ["maní"], "notes": "Prefiere la terraza", "revision": 0})
_CONSENT = Example(value={"scope": "marketing", "allowed": True})
_CONVERSATIONS_SHOWN = 5
_RESERVATIONS_SHOWN = 20


@get("/restaurants/{restaurant_id:uuid}/guests", summary="Find guests", tags=["Guests"])
async def list_guests(
    call: Calling,
    restaurant_id: PathId,
    *,
    text: Annotated[
        str,
        QueryParameter(
            name="search",
            max_length=120,
            description="A whole phone, its last four digits, a whole mail, or the beginnings of words of the name",
        ),
    ] = "",
    tag: FromQuery[str | None] = None,
    limit: PageLength = PAGE_LENGTH,
    cursor: Cursor = None,
) -> GuestPage:
    """Who ever booked here, in the order in which they first came. Names are found by their beginnings, without accents or capitals."""
    house = await call.house("guests:read", RestaurantId(restaurant_id))
    after = place_of(cursor, tuple[datetime, UUID], FROM_THE_FIRST)

    async def work(tx: Transaction) -> GuestPage:
        sealer = await call.sealer(tx)
        region = house.restaurant.region
        found = await search(
            tx, sealer, house.restaurant_id, text, tag=tag, region=region, after=after, rows_max=limit
        )
        more = cursor_of(found[-1].first_seen_at, found[-1].person_id) if len(found) == limit else None
        return GuestPage(await _lines(call, tx, house, found), more)

    return await call.act(work)


async def _lines(call: Call, tx: Transaction, house: House, found: list[Found]) -> list[GuestLine]:
    sealer = await call.sealer(tx)
    ids = [each.person_id for each in found]
    people = await find_people(tx, sealer, ids)
    figures = await guest_figures(tx, house.restaurant_id, ids)
    cards = await cards_of(tx, sealer, house.restaurant_id, ids)
    standings = await standings_of(tx, house.restaurant_id, ids)
    shown: list[GuestLine] = []
    for each in found:
        person, figure = people.get(each.person_id), figures.get(each.person_id)
        standing = standings.get(each.person_id)
        shown.append(
            GuestLine(
                person_id=each.person_id,
                name=each.name,
                phone=None if person is None else person.phone,
                email=None if person is None else person.email,
                language="es" if person is None else person.language,
                visits=0 if figure is None else figure.visits,
                no_shows=0 if standing is None else standing.no_shows,
                last_visit_on=None if figure is None else figure.last_visit_on,
                tags=cards.get(each.person_id, Card()).tags,
                blocked=standing is not None and standing.blocked_at is not None,
            )
        )
    return shown


@get("/restaurants/{restaurant_id:uuid}/guests/{person_id:uuid}", summary="Read a guest", tags=["Guests"])
async def read_guest(call: Calling, restaurant_id: PathId, person_id: PathId) -> GuestProfile:
    """What is noted, how often they came, their latest bookings here, and their conversations as far as the caller sees them."""
    house = await call.house("guests:read", RestaurantId(restaurant_id))
    return await _profile(call, house, PersonId(person_id))


@put("/restaurants/{restaurant_id:uuid}/guests/{person_id:uuid}", summary="Note of a guest", tags=["Guests"])
async def write_guest(
    call: Calling,
    restaurant_id: PathId,
    person_id: PathId,
    data: Annotated[GuestNote, Body(examples=[_NOTE])],
) -> GuestProfile:
    """Tags and notes are this restaurant's; allergies are shown in all restaurants of the customer."""
    house = await call.house("guests:write", RestaurantId(restaurant_id))
    wanted = PersonId(person_id)

    async def work(tx: Transaction) -> None:
        await _family(call, tx, house, wanted)
        sealer = await call.sealer(tx)
        before = (await cards_of(tx, sealer, house.restaurant_id, [wanted])).get(wanted, Card())
        card = Card(
            tags=before.tags if data.tags is UNSET else _tidy(data.tags),
            notes=before.notes if data.notes is UNSET else data.notes.strip(),
            allergies=before.allergies if data.allergies is UNSET else _tidy(data.allergies),
            revision=data.revision,
        )
        await note(tx, sealer, house.restaurant_id, wanted, card, now=call.now)

    await call.act(work)
    return await _profile(call, house, wanted)


@put(
    "/restaurants/{restaurant_id:uuid}/guests/{person_id:uuid}/consent",
    summary="Note what a guest wants to hear",
    tags=["Guests"],
)
async def write_consent(
    call: Calling,
    restaurant_id: PathId,
    person_id: PathId,
    data: Annotated[ConsentRequest, Body(examples=[_CONSENT])],
) -> GuestProfile:
    """As they told a member of staff, who is named with it."""
    house = await call.house("guests:write", RestaurantId(restaurant_id))
    wanted = PersonId(person_id)

    async def work(tx: Transaction) -> None:
        await _family(call, tx, house, wanted)
        how = f"told {tx.actor}"
        await say_consent(tx, wanted, scope=data.scope, allowed=data.allowed, how=how, now=call.now)

    await call.act(work)
    return await _profile(call, house, wanted)


async def _family(call: Call, tx: Transaction, house: House, person_id: PersonId) -> tuple[PersonId, ...]:
    """Return all who are one with a guest of the restaurant: in its book, or booked a moment ago. Refuses: PersonUnknown."""
    family = await family_of(tx, person_id)
    if not await in_book(tx, house.restaurant_id, family) and not await _booked(call, tx, house, family):
        raise PersonUnknown(user_id=str(person_id))
    return family


async def _booked(
    call: Call, tx: Transaction, house: House, family: tuple[PersonId, ...]
) -> list[Reservation]:
    """Return the family's latest bookings in the restaurant."""
    sealer = await call.sealer(tx)
    booked: list[Reservation] = []
    for each in family:
        booked += await list_of_person(
            tx, sealer, each, before=(date.max, LAST_ID), rows_max=_RESERVATIONS_SHOWN
        )
    return sorted(
        (each for each in booked if each.restaurant_id == house.restaurant_id),
        key=lambda each: each.starts_at,
        reverse=True,
    )[:_RESERVATIONS_SHOWN]


async def _profile(call: Call, house: House, person_id: PersonId) -> GuestProfile:
    restaurant_id = house.restaurant_id

    async def work(tx: Transaction) -> tuple[GuestProfile, list[Reservation]]:
        family = await _family(call, tx, house, person_id)
        sealer = await call.sealer(tx)
        here = await _booked(call, tx, house, family)
        person = (await find_people(tx, sealer, [person_id])).get(person_id)
        figures = (await guest_figures(tx, restaurant_id, family)).values()
        card = (await cards_of(tx, sealer, restaurant_id, [person_id])).get(person_id, Card())
        standings = (await standings_of(tx, restaurant_id, family)).values()
        barred = next((each for each in standings if each.blocked_at is not None), None)
        consent = await consents_of(tx, person_id)
        guest = here[0].guest if here else None
        visited = [each.last_visit_on for each in figures if each.last_visit_on is not None]
        return GuestProfile(
            person_id=person_id,
            name=guest.name if guest is not None else (person.name if person is not None else None) or "",
            phone=guest.phone if guest is not None else None if person is None else person.phone,
            email=guest.email if guest is not None else None if person is None else person.email,
            language="es" if person is None else person.language,
            visits=sum(each.visits for each in figures),
            no_shows=sum(each.no_shows for each in standings),
            cancellations=sum(each.cancellations for each in figures),
            last_visit_on=max(visited, default=None),
            tags=card.tags,
            notes=card.notes,
            allergies=card.allergies,
            revision=card.revision,
            blocked=barred is not None,
            blocked_at=None if barred is None else barred.blocked_at,
            blocked_reason=None if barred is None else barred.blocked_reason,
            consent=Consent(consent["all"], consent["marketing"]),
            consents=[_said(each, house) for each in await consents_said(tx, family)],
            people=family,
            conversations=await _conversations(call, tx, family),
            reservations=[],
        ), here

    profile, here = await call.act(work)
    return msgspec.structs.replace(profile, reservations=[await answer_of(call, each) for each in here])


def _said(row: SaidRow, house: House) -> ConsentSaid:
    text = None
    if row.text_version is not None and row.language is not None and row.house is not None:
        text = text_of(row.text_version, row.language, house=row.house)
    return ConsentSaid(
        scope="all" if row.scope == "all" else "marketing",
        allowed=row.allowed,
        how=row.how,
        said_at=row.said_at.astimezone(house.zone),
        text_version=row.text_version,
        language=row.language,
        text=text,
    )


async def _conversations(
    call: Call, tx: Transaction, family: tuple[PersonId, ...]
) -> list[ConversationAnswer]:
    """Return the guest's latest conversations that the caller sees; none for who sees no inbox."""
    principal = call.principal
    somewhere = (None,) if principal.restaurants is None else tuple(principal.restaurants)
    if not any(principal.permits("inbox:read", each) for each in somewhere):
        return []
    sight = await sight_of(call, tx, "inbox:read")
    wanted = InboxFilter(line_ids=sight.line_ids, person_ids=family)
    rows = await list_inbox(tx, wanted, rows_max=_CONVERSATIONS_SHOWN)
    return await shown_conversations(call, tx, sight, rows)


def _tidy(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words with single spaces, each once."""
    return tuple(dict.fromkeys(tidy for word in words if (tidy := " ".join(word.split()))))


def guest_routes() -> Router:
    """Return the routes of guests."""
    return Router("/", route_handlers=[list_guests, read_guest, write_guest, write_consent])
