"""From the address that wrote to the person it is, and from two people to one, with proof and a way back.

What tempts is to link by name, or by a number that a guest typed. Neither proves anything: the one shows a stranger somebody's bookings,
the other lets anybody ask for them. So a link is made by itself only where the provider vouches for the very same phone or email, and
otherwise by a code that was sent to the other address.
"""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from saveit.guests.contact import email_index, normal_email, normal_phone, phone_index
from saveit.guests.model import GuestDetails, Language, open_details, seal_details
from saveit.guests.people import store
from saveit.guests.people.consent_texts import Read
from saveit.guests.people.store import LinkRow, PersonRow, SaidRow
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.ids import PersonId, new_id
from saveit.outbox import Fact, append

How: TypeAlias = Literal["same_phone", "same_email", "code", "staff"]
Scope: TypeAlias = Literal["all", "marketing"]

_CODE_LASTS: Final = timedelta(minutes=15)
_CODE_TRIES: Final = 5
# A guest mistypes an address once or twice; who asks for more codes within a day is trying out addresses.
_CODES_A_DAY_MAX: Final = 5
_CODE_DIGITS: Final = 1_000_000
_SAID_SHOWN: Final = 20
_facts = msgspec.json.Encoder()


class Writer(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes, as a channel tells it. `place` is the channel and account within which `identifier` means something."""

    place: str
    identifier: str
    phones: tuple[str, ...] = ()
    """Verified by the provider, with their plus."""
    emails: tuple[str, ...] = ()
    """The same."""
    name: str | None = None
    language: Language = "es"

    def __repr__(self) -> str:
        """Say nothing personal."""
        return "Writer(***)"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who it is, and what they told us of themselves."""

    id: PersonId
    name: str | None
    phone: str | None
    email: str | None
    language: Language

    def __repr__(self) -> str:
        """Say who, not their name."""
        return f"Person({self.id})"


class CodeToSend(msgspec.Struct, frozen=True):
    """A code on its way, and whose addresses it may go to."""

    code: str
    person_id: PersonId

    def __repr__(self) -> str:
        """Never say it."""
        return "CodeToSend(***)"


class _Told(msgspec.Struct, frozen=True):
    into_person_id: UUID
    how: str
    link_id: UUID


def channel_key(place: str, identifier: str) -> str:
    """Return the text under which an address of a channel is found: a guest's id means something only within its account."""
    return f"{place}|{identifier}"


async def identify(tx: Transaction, sealer: Sealer, writer: Writer, *, now: datetime) -> Person:
    """Return the person who writes, made when nobody has this address; two messages at once make one person.

    A verified phone or email decides, then the channel's own address. Where the two say different people, they are linked.
    """
    fresh = new_id(now)
    found: list[tuple[UUID, How]] = []
    for kind, index, how in _proved(sealer, writer):
        row = await tx.one(
            store.CLAIM_ADDRESS,
            tenant_id=sealer.tenant_id,
            kind=kind,
            blind_index=index,
            person_id=found[0][0] if found else fresh,
            verified_at=now,
            now=now,
        )
        found.append((row.person_id, how))
    own = await tx.one(
        store.CLAIM_ADDRESS,
        tenant_id=sealer.tenant_id,
        kind="channel",
        blind_index=sealer.blind_index("channel", channel_key(writer.place, writer.identifier)),
        person_id=found[0][0] if found else fresh,
        verified_at=now,
        now=now,
    )
    person_id = found[0][0] if found else own.person_id
    if person_id == fresh:
        await _meet(tx, sealer, fresh, writer=writer, now=now)
    others: list[tuple[UUID, How]] = [*found[1:], (own.person_id, found[0][1])] if found else []
    for other, how in others:
        if other != person_id:
            await link(tx, PersonId(other), PersonId(person_id), how=how, by="channel", now=now)
    return await find_person(tx, sealer, PersonId(person_id)) or Person(
        id=PersonId(person_id), name=None, phone=None, email=None, language=writer.language
    )


async def find_person(tx: Transaction, sealer: Sealer, person_id: PersonId) -> Person | None:
    """Return a person of the transaction's tenant."""
    row = await tx.maybe(store.FIND_PERSON, tenant_id=sealer.tenant_id, person_id=person_id)
    return None if row is None else _person_of(row, sealer)


async def find_people(tx: Transaction, sealer: Sealer, person_ids: Sequence[UUID]) -> dict[PersonId, Person]:
    """Return some people of the transaction's tenant, by their ids."""
    if not person_ids:
        return {}
    rows = await tx.many(store.LIST_PEOPLE, tenant_id=sealer.tenant_id, person_ids=list(person_ids))
    return {PersonId(row.person_id): _person_of(row, sealer) for row in rows}


def _person_of(row: PersonRow, sealer: Sealer) -> Person:
    person_id = PersonId(row.person_id)
    details = None if row.details_sealed is None else open_details(sealer, row.details_sealed, person_id)
    return Person(
        id=person_id,
        name=None if details is None else details.name or None,
        phone=None if details is None else details.phone,
        email=None if details is None else details.email,
        language="en" if row.language == "en" else "es",
    )


async def introduce(tx: Transaction, sealer: Sealer, person: Person) -> None:
    """Write what a person said of themselves: a name, a language."""
    details = GuestDetails(person.name or "", person.phone, person.email, person.language)
    await tx.run(
        store.SAVE_DETAILS,
        tenant_id=sealer.tenant_id,
        person_id=person.id,
        details_sealed=seal_details(sealer, details, person.id),
        language=person.language,
    )


async def family_of(tx: Transaction, person_id: PersonId) -> tuple[PersonId, ...]:
    """Return all people who are one with this person, by links either way: their bookings are one guest's."""
    rows = await tx.many(store.FAMILY, tenant_id=tx.tenant_id, person_id=person_id)
    return tuple(PersonId(row.person_id) for row in rows) or (person_id,)


async def link(
    tx: Transaction, person_id: PersonId, into: PersonId, *, how: How, by: str, now: datetime
) -> UUID | None:
    """Make two people one: all addresses of the first are the second's from now on. Returns the link, None where they were one already."""
    await tx.many(store.LOCK_PEOPLE, tenant_id=tx.tenant_id, person_ids=sorted((person_id, into)))
    if person_id in await family_of(tx, into) or into in await family_of(tx, person_id):
        return None
    link_id = new_id(now)
    moved = await tx.many(
        store.MOVE_ADDRESSES, tenant_id=tx.tenant_id, person_id=person_id, into_person_id=into
    )
    await tx.run(
        store.INSERT_LINK,
        tenant_id=tx.tenant_id,
        link_id=link_id,
        person_id=person_id,
        into_person_id=into,
        how=how,
        linked_by=by,
        now=now,
        moved=[f"{row.kind}:{row.blind_index.hex()}" for row in moved],
    )
    await tx.run(store.MERGE_PERSON, tenant_id=tx.tenant_id, person_id=person_id, into_person_id=into)
    await append(tx, _fact("person.linked", person_id, _Told(into, how, link_id), now))
    return link_id


async def part(tx: Transaction, link_id: UUID, *, by: str, now: datetime) -> bool:
    """Undo a link: the addresses that moved go back, and each has its own bookings as before. False where it was undone already."""
    row = await tx.maybe(store.FIND_LINK, tenant_id=tx.tenant_id, link_id=link_id)
    if row is None or row.undone_at is not None:
        return False
    for address in row.moved:
        kind, _, digest = address.partition(":")
        await tx.run(
            store.RETURN_ADDRESS,
            tenant_id=tx.tenant_id,
            person_id=row.person_id,
            into_person_id=row.into_person_id,
            kind=kind,
            blind_index=bytes.fromhex(digest),
        )
    await tx.run(store.MERGE_PERSON, tenant_id=tx.tenant_id, person_id=row.person_id, into_person_id=None)
    await tx.run(store.UNDO_LINK, tenant_id=tx.tenant_id, link_id=link_id, undone_by=by, now=now)
    await append(tx, _fact("person.parted", row.person_id, _Told(row.into_person_id, row.how, link_id), now))
    return True


async def find_link(tx: Transaction, link_id: UUID) -> LinkRow | None:
    """Return a link, undone ones too."""
    return await tx.maybe(store.FIND_LINK, tenant_id=tx.tenant_id, link_id=link_id)


async def consents_of(tx: Transaction, person_id: PersonId) -> dict[Scope, bool]:
    """Return what a person may be told unasked, by scope."""
    return {
        "all": await may_be_told(tx, person_id),
        "marketing": await may_be_told(tx, person_id, "marketing"),
    }


async def list_links(tx: Transaction, person_id: PersonId) -> list[LinkRow]:
    """Return who was linked to a person, how, by whom and when, undone links too."""
    return await tx.many(store.LIST_LINKS, tenant_id=tx.tenant_id, person_id=person_id)


async def move_address(
    tx: Transaction, sealer: Sealer, *, place: str, old: str, new: str, now: datetime
) -> PersonId | None:
    """Let a person be known under the address that their account has now, too; None where nobody had the old one.

    The channel's own address alone: a phone that is new is proved when somebody writes from it.
    """
    row = await tx.maybe(
        store.FIND_ADDRESS,
        tenant_id=tx.tenant_id,
        kind="channel",
        blind_index=sealer.blind_index("channel", channel_key(place, old)),
    )
    if row is None:
        return None
    own = await tx.one(
        store.CLAIM_ADDRESS,
        tenant_id=sealer.tenant_id,
        kind="channel",
        blind_index=sealer.blind_index("channel", channel_key(place, new)),
        person_id=row.person_id,
        verified_at=now,
        now=now,
    )
    return PersonId(own.person_id)


async def say_consent(
    tx: Transaction,
    person_id: PersonId,
    *,
    scope: Scope,
    allowed: bool,
    how: str,
    now: datetime,
    read: Read | None = None,
) -> None:
    """Write that a person wants to hear from us unasked, or no more; and which text of ours they had read, where it was one."""
    await tx.run(
        store.KEEP_CONSENT,
        tenant_id=tx.tenant_id,
        person_id=person_id,
        scope=scope,
        allowed=allowed,
        how=how,
        text_version=None if read is None else read.text.version,
        language=None if read is None else read.text.language,
        house=None if read is None else read.house,
        now=now,
    )
    await tx.run(
        store.SAVE_CONSENT,
        tenant_id=tx.tenant_id,
        person_id=person_id,
        scope=scope,
        allowed=allowed,
        how=how,
        now=now,
    )
    told = _Told(person_id, scope, person_id)
    if allowed:
        await append(tx, _fact("person.opted_in", person_id, told, now))
    else:
        await append(tx, _fact("person.opted_out", person_id, told, now))


async def consents_said(tx: Transaction, family: Sequence[PersonId]) -> list[SaidRow]:
    """Return what the people who are one said of what they want to hear, the latest first and bounded."""
    return await tx.many(
        store.LIST_CONSENTS_SAID, tenant_id=tx.tenant_id, person_ids=list(family), rows_max=_SAID_SHOWN
    )


async def may_be_told(tx: Transaction, person_id: PersonId, scope: Scope = "all") -> bool:
    """Say whether a person may be written to unasked.

    The latest word of any of the people who are one counts; no word is a yes, but not to marketing.
    """
    family = await family_of(tx, person_id)
    words = await tx.many(store.LIST_CONSENTS, tenant_id=tx.tenant_id, person_ids=list(family))
    for word in words:
        if word.scope in {"all", scope}:
            return word.allowed
    return scope == "all"


async def ask_for_code(
    tx: Transaction,
    sealer: Sealer,
    asking: PersonId,
    address: str,
    *,
    region: str,
    now: datetime,
    entropy: Callable[[int], bytes],
) -> CodeToSend | None:
    """Make a code for whoever has this phone or email; None where nobody known has it, or too many codes were asked for."""
    person_id = await _whose(tx, sealer, address, region)
    if person_id is None or person_id == asking:
        return None
    asked = await tx.one(
        store.COUNT_CODES, tenant_id=tx.tenant_id, asking_person_id=asking, since=now - timedelta(days=1)
    )
    if asked.counted >= _CODES_A_DAY_MAX:
        return None
    code = f"{int.from_bytes(entropy(8)) % _CODE_DIGITS:06}"
    await tx.run(
        store.INSERT_CODE,
        tenant_id=tx.tenant_id,
        code_id=new_id(now),
        asking_person_id=asking,
        person_id=person_id,
        code_digest=_digest(sealer, asking, code),
        tries=_CODE_TRIES,
        expires_at=now + _CODE_LASTS,
    )
    return CodeToSend(code, person_id)


async def say_code(
    tx: Transaction, sealer: Sealer, asking: PersonId, code: str, *, now: datetime
) -> PersonId | None:
    """Link the person who says a code rightly to the one whom it was sent to; None where it is wrong. Each try counts."""
    rows = await tx.many(store.TRY_CODES, tenant_id=tx.tenant_id, asking_person_id=asking, now=now)
    digest = _digest(sealer, asking, code)
    for row in rows:
        if hmac.compare_digest(row.code_digest, digest):
            await tx.run(store.USE_CODE, tenant_id=tx.tenant_id, code_id=row.code_id, now=now)
            await link(tx, asking, PersonId(row.person_id), how="code", by="guest", now=now)
            return PersonId(row.person_id)
    return None


async def _whose(tx: Transaction, sealer: Sealer, address: str, region: str) -> PersonId | None:
    email = normal_email(address) if "@" in address else None
    phone = None if email else normal_phone(address, region)
    if email is not None:
        kind, index = "email", email_index(sealer, email)
    elif phone is not None:
        kind, index = "phone", phone_index(sealer, phone)
    else:
        return None
    row = await tx.maybe(store.FIND_ADDRESS, tenant_id=tx.tenant_id, kind=kind, blind_index=index)
    return None if row is None else PersonId(row.person_id)


async def _meet(tx: Transaction, sealer: Sealer, person_id: UUID, *, writer: Writer, now: datetime) -> None:
    details = GuestDetails(
        writer.name or "",
        writer.phones[0] if writer.phones else None,
        writer.emails[0] if writer.emails else None,
        writer.language,
    )
    await tx.run(
        store.INSERT_PERSON,
        tenant_id=sealer.tenant_id,
        person_id=person_id,
        details_sealed=seal_details(sealer, details, person_id),
        language=writer.language,
        now=now,
    )


def _proved(sealer: Sealer, writer: Writer) -> Sequence[tuple[str, bytes, How]]:
    proved: list[tuple[str, bytes, How]] = []
    for phone in writer.phones:
        normal = normal_phone(phone, "")
        if normal is not None:
            proved.append(("phone", phone_index(sealer, normal), "same_phone"))
    for email in writer.emails:
        normal = normal_email(email)
        if normal is not None:
            proved.append(("email", email_index(sealer, normal), "same_email"))
    return proved


def _digest(sealer: Sealer, asking: PersonId, code: str) -> bytes:
    return sealer.blind_index("link_code", f"{asking}:{code}")


def _fact(kind: str, person_id: UUID, told: _Told, now: datetime) -> Fact:
    return Fact(
        fact_id=new_id(now),
        kind=kind,
        restaurant_id=None,
        subject_kind="person",
        subject_id=person_id,
        service_on=None,
        at=now,
        body=_facts.encode(told),
    )
