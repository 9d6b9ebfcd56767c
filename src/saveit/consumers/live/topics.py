"""What a screen follows, which facts that is, and how one is told. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from saveit.kernel.ids import AdvisorId, LineId, RestaurantId, TenantId
from saveit.outbox import Place, RecordedFact

Group: TypeAlias = Literal["bookings", "house", "inbox", "lines"]
"""Facts that one permission lets see."""

_GROUPS: Mapping[str, Group] = {
    "reservation": "bookings",
    "hold": "bookings",
    "waitlist": "bookings",
    "availability": "bookings",
    "qr": "bookings",
    "table": "bookings",
    "guest": "bookings",
    "restaurant": "house",
    "rules": "house",
    "floor": "house",
    "conversation": "inbox",
    "message": "inbox",
    "person": "inbox",
    "line": "lines",
    "advisor": "lines",
}
_DAY = timedelta(days=1)
# Both halves of a place are eight octets at their source.
_DIGITS_MAX = 18
# In place of a frame's length: that it follows, in so many octets.
_LENGTH_OF_TWO, _LENGTH_OF_EIGHT = 126, 127


class Sight(msgspec.Struct, frozen=True):
    """Which conversations somebody may see: those of an advisor alone, or the house's, with all advisors' or none.

    With `lines_of`, those on lines of this restaurant alone: neither on lines that serve the whole house, nor what is on no line.
    """

    advisor_id: AdvisorId | None = None
    advisors_too: bool = False
    lines_of: RestaurantId | None = None


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One restaurant as a screen follows it, or the conversations of all that its user may see.

    `days` None is every day. Nothing up to `floor` is told: it is known already. `groups` and `sight` are what the user may see, and
    wants to.
    """

    restaurant_id: RestaurantId | None
    days: frozenset[date] | None
    groups: frozenset[Group]
    sight: Sight
    floor: Place


class Owner(msgspec.Struct, frozen=True):
    """Whose line a conversation is on."""

    restaurant_id: RestaurantId | None
    advisor_id: AdvisorId | None


NOBODYS = Owner(None, None)


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact as screens are told it, encoded once for all of them."""

    place: Place
    tenant_id: TenantId
    restaurant_id: RestaurantId | None
    group: Group
    days: frozenset[date]
    owner: Owner
    text: str
    frame: bytes
    """The text as it goes over the wire."""


class _Start(msgspec.Struct, frozen=True):
    starts_at: datetime | None = None


class _Body(msgspec.Struct, frozen=True):
    """The part of a body that says which day was left."""

    before: _Start | None = None


class _Line(msgspec.Struct, frozen=True):
    line_id: LineId | None = None


_lines = msgspec.json.Decoder(_Line)
_bodies = msgspec.json.Decoder(_Body)
_encoder = msgspec.json.Encoder()


class _Frame(msgspec.Struct, frozen=True, tag_field="type", tag="fact"):
    """A fact on the wire; docs/guides/live.md tells its fields."""

    seq: str
    id: UUID
    kind: str
    version: int
    restaurant_id: RestaurantId | None
    subject_kind: str
    subject_id: UUID
    service_on: date | None
    actor: str
    channel: str
    at: datetime
    body: msgspec.Raw


def written(place: Place) -> str:
    """Return a place as it goes over the wire."""
    return f"{place.txid}.{place.position}"


def read_place(text: str) -> Place | None:
    """Return the place that somebody wants to go on from, or None for what is no place of ours."""
    txid, found, position = text.partition(".")
    if not found or not (txid.isascii() and txid.isdigit() and position.isascii() and position.isdigit()):
        return None
    if max(len(txid), len(position)) > _DIGITS_MAX:
        return None
    return Place(int(txid), int(position))


def group_of(kind: str) -> Group | None:
    """Return to which group a kind belongs; None for what no screen shows."""
    return _GROUPS.get(kind.partition(".")[0])


def line_of(fact: RecordedFact) -> LineId | None:
    """Return the line of a conversation's fact."""
    return _lines.decode(fact.body).line_id


def item_of(fact: RecordedFact, group: Group, owner: Owner) -> Item:
    """Return a fact as screens are told it."""
    frame = _Frame(
        seq=written(fact.place),
        id=fact.fact_id,
        kind=fact.kind,
        version=fact.version,
        restaurant_id=fact.restaurant_id,
        subject_kind=fact.subject_kind,
        subject_id=fact.subject_id,
        service_on=fact.service_on,
        actor=fact.actor,
        channel=fact.channel,
        at=fact.at,
        body=msgspec.Raw(fact.body.encode()),
    )
    octets = _encoder.encode(frame)
    return Item(
        place=fact.place,
        tenant_id=fact.tenant_id,
        restaurant_id=fact.restaurant_id or owner.restaurant_id,
        group=group,
        days=days_of(fact) if fact.service_on is not None else frozenset(),
        owner=owner,
        text=octets.decode(),
        frame=framed(octets),
    )


def framed(octets: bytes) -> bytes:
    """Return a text as a whole frame of a server's (RFC 6455, 5.2): it has no mask, so it is the same for every reader."""
    length = len(octets)
    if length < _LENGTH_OF_TWO:
        return b"\x81" + bytes((length,)) + octets
    if length < 1 << 16:
        return b"\x81" + bytes((_LENGTH_OF_TWO,)) + length.to_bytes(2) + octets
    return b"\x81" + bytes((_LENGTH_OF_EIGHT,)) + length.to_bytes(8) + octets


def follows(topic: Topic, item: Item) -> bool:
    """Say whether a fact is of this topic."""
    if item.place <= topic.floor or item.group not in topic.groups:
        return False
    if topic.restaurant_id is not None and item.restaurant_id not in {None, topic.restaurant_id}:
        return False
    if item.group == "inbox":
        return _sees(topic.sight, item.owner)
    return topic.days is None or not item.days or not topic.days.isdisjoint(item.days)


def _sees(sight: Sight, owner: Owner) -> bool:
    if sight.lines_of is not None and owner.restaurant_id != sight.lines_of:
        return False
    if sight.advisor_id is not None:
        return owner.advisor_id == sight.advisor_id
    return owner.advisor_id is None or sight.advisors_too


def days_of(fact: RecordedFact) -> frozenset[date]:
    """Return the service days that a fact is about: also the one that a reservation has left.

    That one is not in the body, only the instant at which the party would have come: its day by UTC, and those beside it for the zone
    and for services past midnight. Who follows one of these hears of it without need, which does no harm.
    """
    assert fact.service_on is not None
    before = _bodies.decode(fact.body).before if fact.kind == "reservation.modified" else None
    if before is None or before.starts_at is None:
        return frozenset((fact.service_on,))
    was_on = before.starts_at.date()
    return frozenset((fact.service_on, was_on - _DAY, was_on, was_on + _DAY))
