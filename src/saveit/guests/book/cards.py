"""What staff keep of a guest, and finding one: entered when a guest books, noted by whoever attends, sealed like all that is personal."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final
from uuid import UUID

import msgspec

from saveit.guests.book import store
from saveit.guests.book.marks import Mark, is_named, mark_of, marks_of, wanted_marks, words_of
from saveit.guests.book.store import BookRow, CardRow, StandingRow
from saveit.guests.contact import email_index, normal_email, normal_phone, phone_index
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import PersonId, RestaurantId, new_id
from saveit.outbox import Fact, append

TAGS_MAX: Final = 20
TAG_LENGTH_MAX: Final = 40
NOTES_LENGTH_MAX: Final = 2_000

FROM_THE_FIRST: Final = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
# Of those who share a beginning so many are opened for one page; whoever searches for two letters of a big house types a third.
_OPENED_MAX: Final = 500


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What staff noted of a guest. Allergies are the person's wherever they eat; tags and notes are one restaurant's."""

    tags: tuple[str, ...] = ()
    notes: str = ""
    allergies: tuple[str, ...] = ()
    revision: int = 0
    """0 where nothing was noted yet."""

    def __repr__(self) -> str:
        """Say nothing personal."""
        return f"Card({self.revision})"


class Found(msgspec.Struct, frozen=True):
    """A guest in the book, under the name that was booked with last."""

    person_id: PersonId
    name: str
    first_seen_at: datetime

    def __repr__(self) -> str:
        """Say who, not their name."""
        return f"Found({self.person_id})"


class CardConflict(Refusal):
    """Somebody else noted something meanwhile; `revision` is the one that stands."""

    code: ClassVar[str] = "revision_conflict"


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    tags: tuple[str, ...]
    notes: str
    allergies: tuple[str, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Sealed)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A guest who booked, as they go into the restaurant's book; the sealer says whose guest it is."""

    sealer: Sealer
    restaurant_id: RestaurantId
    person_id: PersonId
    name: str
    phone: str | None

    def __repr__(self) -> str:
        """Say who, not their name."""
        return f"Entry({self.person_id})"


async def enter(ledger_tx: Transaction, entries: Sequence[Entry], *, now: datetime) -> None:
    """Enter guests who booked into the restaurants' books, to be found by name and digits; each guest of a book once."""
    marks: list[tuple[Entry, Mark]] = []
    names_sealed: list[bytes] = []
    for entry in entries:
        found = marks_of(entry.sealer, entry.restaurant_id, entry.name, entry.phone)
        marks += [(entry, mark) for mark in found]
        names_sealed.append(entry.sealer.seal(entry.name.encode(), entry.person_id.bytes))
        # Some fifty microseconds a guest, and a hundred guests at a time: whoever books in this process has a turn in between.
        await asyncio.sleep(0)
    await ledger_tx.run(
        store.ENTER_GUESTS,
        tenant_ids=[entry.sealer.tenant_id for entry in entries],
        restaurant_ids=[entry.restaurant_id for entry in entries],
        person_ids=[entry.person_id for entry in entries],
        names_sealed=names_sealed,
        now=now,
        by="system:guest_book",
    )
    await ledger_tx.run(
        store.MARK_GUESTS,
        tenant_ids=[entry.sealer.tenant_id for entry, _ in marks],
        restaurant_ids=[entry.restaurant_id for entry, _ in marks],
        person_ids=[entry.person_id for entry, _ in marks],
        marks=[mark.mark for _, mark in marks],
        kinds=[mark.kind for _, mark in marks],
    )


async def note(  # noqa: PLR0917 - who notes what of whom.
    tx: Transaction,
    sealer: Sealer,
    restaurant_id: RestaurantId,
    person_id: PersonId,
    card: Card,
    *,
    now: datetime,
) -> Card:
    """Write a guest's card; `card.revision` is the one that was read. Refuses: CardConflict."""
    place = {"tenant_id": sealer.tenant_id, "restaurant_id": restaurant_id, "person_id": person_id}
    before = await tx.maybe(store.LOCK_CARD, **place)
    standing = 0 if before is None or before.card_sealed is None else before.revision
    if standing != card.revision:
        raise CardConflict(revision=standing)
    after = msgspec.structs.replace(card, revision=standing + 1)
    sealed = sealer.seal(
        _encoder.encode(_Sealed(after.tags, after.notes, after.allergies)), _bound(restaurant_id, person_id)
    )
    by = str(tx.actor)
    await tx.run(store.SAVE_CARD, **place, card_sealed=sealed, revision=after.revision, now=now, by=by)
    await tx.run(store.FORGET_TAGS, **place)
    marks = [mark_of(sealer, restaurant_id, "tag", _tag_key(tag)) for tag in after.tags]
    await tx.run(
        store.ADD_MARKS, **place, marks=[each.mark for each in marks], kinds=[each.kind for each in marks]
    )
    await append(tx, _noted(restaurant_id, person_id, after.revision, now))
    return after


async def cards_of(
    tx: Transaction, sealer: Sealer, restaurant_id: RestaurantId, person_ids: Sequence[PersonId]
) -> dict[PersonId, Card]:
    """Return the cards of these people in a restaurant's book, with what was noted of those who are one with them.

    Allergies come from every book of the customer: a kitchen must not depend on who wrote it down.
    """
    if not person_ids:
        return {}
    rows = await tx.many(store.CARDS_OF, tenant_id=sealer.tenant_id, person_ids=list(person_ids))
    gathered: dict[PersonId, Card] = {}
    for row in rows:
        opened = _opened(sealer, row)
        if opened is None:
            continue
        wanted = PersonId(row.wanted_id)
        known = gathered.get(wanted, Card())
        here = row.restaurant_id == restaurant_id
        own = here and row.person_id == row.wanted_id
        gathered[wanted] = Card(
            tags=_merged(known.tags, opened.tags) if here else known.tags,
            notes="\n".join(filter(None, (known.notes, opened.notes))) if here else known.notes,
            allergies=_merged(known.allergies, opened.allergies),
            revision=row.revision if own else known.revision,
        )
    return gathered


async def in_book(tx: Transaction, restaurant_id: RestaurantId, person_ids: Sequence[PersonId]) -> bool:
    """Say whether one of these people is in the restaurant's book."""
    rows = await tx.many(
        store.LIST_BOOK,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        after_at=FROM_THE_FIRST[0],
        after_id=FROM_THE_FIRST[1],
        person_ids=list(person_ids),
        rows_max=1,
    )
    return bool(rows)


async def booked_names(
    tx: Transaction,
    sealer: Sealer,
    person_ids: Sequence[PersonId],
    restaurant_ids: Sequence[RestaurantId] | None,
) -> dict[PersonId, str]:
    """Return under which name each of these people booked, in the books of these restaurants or of all; who never did is left out."""
    rows = await tx.many(
        store.NAMED_IN_BOOKS,
        tenant_id=tx.tenant_id,
        person_ids=list(person_ids),
        restaurant_ids=None if restaurant_ids is None else list(restaurant_ids),
    )
    return {found.person_id: found.name for found in (_found(sealer, row) for row in rows)}


async def standings_of(
    tx: Transaction, restaurant_id: RestaurantId, person_ids: Iterable[PersonId]
) -> dict[PersonId, StandingRow]:
    """Return how these people stand with a restaurant; who was never late or blocked is not among them."""
    rows = await tx.many(
        store.STANDINGS_OF, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, person_ids=list(person_ids)
    )
    return {PersonId(row.person_id): row for row in rows}


async def search(
    tx: Transaction,
    sealer: Sealer,
    restaurant_id: RestaurantId,
    text: str,
    *,
    tag: str | None = None,
    region: str,
    after: tuple[datetime, UUID] = FROM_THE_FIRST,
    rows_max: int,
) -> list[Found]:
    """Return guests of a restaurant's book, in the order in which they first came.

    `text` is a whole phone in any spelling, its last four digits, a whole email, or the beginnings of words of the name; empty is all.
    """
    page = {
        "tenant_id": sealer.tenant_id,
        "restaurant_id": restaurant_id,
        "after_at": after[0],
        "after_id": after[1],
    }
    asked = text.strip()
    owners = await owners_of(tx, sealer, asked, region)
    if owners:
        rows = await tx.many(store.LIST_BOOK, **page, person_ids=owners, rows_max=rows_max)
        return [_found(sealer, row) for row in rows]
    marks = [] if tag is None else [mark_of(sealer, restaurant_id, "tag", _tag_key(tag))]
    marks += wanted_marks(sealer, restaurant_id, asked)
    if not marks:
        if asked:
            return []
        rows = await tx.many(store.LIST_BOOK, **page, person_ids=None, rows_max=rows_max)
        return [_found(sealer, row) for row in rows]
    unique = sorted({each.mark for each in marks})
    rows = await tx.many(store.SEARCH_BOOK, **page, marks=unique, rows_max=_OPENED_MAX)
    found = (_found(sealer, row) for row in rows)
    by_name = not asked.isdecimal()
    return [each for each in found if not by_name or is_named(asked, each.name)][:rows_max]


async def owners_of(tx: Transaction, sealer: Sealer, text: str, region: str) -> list[PersonId] | None:
    """Return who left this phone or mail with us; None where the text is neither."""
    email = normal_email(text) if "@" in text else None
    phone = None if email is not None else normal_phone(text, region)
    if email is not None:
        kind, index = "email", email_index(sealer, email)
    elif phone is not None:
        kind, index = "phone", phone_index(sealer, phone)
    else:
        return None
    rows = await tx.many(store.OWNERS_OF, tenant_id=sealer.tenant_id, kind=kind, blind_index=index)
    return [PersonId(row.person_id) for row in rows]


def _found(sealer: Sealer, row: BookRow) -> Found:
    name = "" if row.name_sealed is None else sealer.open(row.name_sealed, row.person_id.bytes).decode()
    return Found(PersonId(row.person_id), name, row.first_seen_at)


def _opened(sealer: Sealer, row: CardRow) -> _Sealed | None:
    if row.card_sealed is None:
        return None
    return _decoder.decode(sealer.open(row.card_sealed, _bound(row.restaurant_id, row.person_id)))


def _bound(restaurant_id: UUID, person_id: UUID) -> bytes:
    """Return what a card is sealed for: it opens in no other row."""
    return restaurant_id.bytes + person_id.bytes


def _merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    known = {_tag_key(each) for each in first}
    return (*first, *(each for each in second if _tag_key(each) not in known))


def _tag_key(tag: str) -> str:
    return " ".join(words_of(tag))


def _noted(restaurant_id: RestaurantId, person_id: PersonId, revision: int, now: datetime) -> Fact:
    return Fact(
        fact_id=new_id(now),
        kind="guest.noted",
        restaurant_id=restaurant_id,
        subject_kind="person",
        subject_id=person_id,
        service_on=None,
        at=now,
        body=msgspec.json.encode({"revision": revision}),
    )
