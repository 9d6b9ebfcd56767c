"""The acts that the ledger commits, field by field as the database type `ledger_act_v1`, and what became of them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from saveit.kernel.ids import PersonId, RestaurantId, TenantId


def hexed(octets: bytes | None) -> str | None:
    """Return octets as PostgreSQL reads them from text."""
    return None if octets is None else "\\x" + octets.hex()


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One booking or hold, ready to be committed. The fields are those of `ledger_act_v1`, which tests/house compares.

    An act travels as JSON: the driver needs 80 microseconds to encode it as a composite value, field by field, and JSON takes a tenth of
    that. So octets are written in hex and what is JSON already is embedded as it is.

    `key` and what goes with it are absent when the caller gave no idempotency key. `no_shows_max` is absent when the guest's
    standing is not asked for, and 0 when only a block by hand counts.
    """

    kind: str
    tenant_id: TenantId
    restaurant_id: RestaurantId
    made_at: datetime
    rules_version: int
    floor_version: int
    service_on: date
    holder_id: UUID
    hold_id: UUID | None
    table_ids: tuple[UUID, ...]
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    expires_at: datetime | None
    party_size: int
    movable: bool
    loads: msgspec.Raw
    key_scope: str | None = None
    key: str | None = None
    body_digest: str | None = None
    answer_sealed: str | None = None
    person_id: UUID | None = None
    address_kind: str | None = None
    address_index: str | None = None
    mention_index: str | None = None
    person_sealed: str | None = None
    no_shows_max: int | None = None
    overlap_allowed: bool
    active_max: int | None = None
    code: str | None = None
    status: str | None = None
    guest_sealed: str | None = None
    language: str | None = None
    service: str
    overbooked: bool
    source: str
    policy: msgspec.Raw | None = None
    confirm_by: datetime | None = None
    fact_id: UUID
    fact_kind: str
    fact_body: msgspec.Raw
    actor: str
    channel: str
    trace_id: str
    node: str


class Verdict(StrEnum):
    """What became of an act."""

    DONE = "done"
    REPLAYED = "replayed"
    KEY_REUSED = "key_reused"
    RULES_CHANGED = "rules_changed"
    GUEST_BLOCKED = "guest_blocked"
    HOLD_GONE = "hold_gone"
    TABLE_TAKEN = "table_taken"
    QUEUE_FIRST = "queue_first"
    LOAD_FULL = "load_full"
    GUEST_OVERLAP = "guest_overlap"
    GUEST_LIMIT = "guest_limit"
    AGAIN = "again"


class VerdictRow(msgspec.Struct, frozen=True, gc=False):
    """One line of the answer of `ledger_commit_v1`."""

    act_no: int
    verdict: str
    person_id: UUID | None
    answer_sealed: bytes | None


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """The verdict on one act; for a replay with the answer given the first time."""

    verdict: Verdict
    person_id: PersonId | None
    answer_sealed: bytes | None


class StayRow(msgspec.Struct, frozen=True, gc=False):
    """One table held, as the picture of a day needs it.

    Begin and end are Unix seconds: the driver takes as long for two instants as for all the rest, and most are those of other rows too.
    """

    holder_kind: str
    holder_id: UUID
    table_id: UUID
    starts_s: float
    ends_s: float
    party_size: int
    movable: bool
    expires_at: datetime | None


class CountedRow(msgspec.Struct, frozen=True, gc=False):
    """The versions in force, and one counter of a day, if there is any."""

    rules_version: int
    floor_version: int
    service_on: date | None
    kind: str | None
    counted_at: datetime | None
    parties: int | None
    covers: int | None


class CountRow(msgspec.Struct, frozen=True, gc=False):
    """One counter of a day."""

    service_on: date
    kind: str
    counted_at: datetime
    parties: int
    covers: int


class LoadRow(msgspec.Struct, frozen=True, gc=False):
    """One counter that an act moves, as the database takes it: the instant counted, and the limit in force."""

    kind: str
    counted_at: datetime
    parties: int
    covers: int
    parties_max: int | None
    covers_max: int | None


class TableIdRow(msgspec.Struct, frozen=True):
    """One table."""

    table_id: UUID


class DuePromotionRow(msgspec.Struct, frozen=True):
    """Why a promotion is due on a service day: something was freed there, or somebody began to wait."""

    service_on: date
    cause_id: UUID


class GrantedRow(msgspec.Struct, frozen=True):
    """How many counters were moved."""

    granted: int
