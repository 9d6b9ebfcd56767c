"""The shape of a fact, written and read, and of those who read."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId, TenantId


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened: past tense, versioned, whole, without personal data.

    `body` is JSON; whoever needs the guest's words follows `person_id` in it. Tenant, actor, channel, trace and node are the
    transaction's.
    """

    fact_id: UUID
    kind: str
    version: int = 1
    restaurant_id: RestaurantId | None
    subject_kind: str
    subject_id: UUID
    service_on: date | None
    at: datetime
    body: bytes


class Place(msgspec.Struct, frozen=True, order=True):
    """A place in the log: the transaction first, the position within all of them second."""

    txid: int
    position: int


class RecordedFact(msgspec.Struct, frozen=True):
    """A fact as it is read: `body` is JSON text, and empty of content where the reader does not take the kind.

    Facts come in the order in which their transactions first wrote. Of two acts on one subject the later may therefore be read
    first, when its transaction had begun before the other; bodies carry a revision, which tells.
    """

    txid: int
    position: int
    fact_id: UUID
    tenant_id: TenantId
    restaurant_id: RestaurantId | None
    kind: str
    version: int
    subject_kind: str
    subject_id: UUID
    service_on: date | None
    actor: str
    channel: str
    trace_id: str
    node: str
    at: datetime
    body: str

    @property
    def place(self) -> Place:
        """Return where in the log it stands."""
        return Place(self.txid, self.position)


Handle: TypeAlias = Callable[[Transaction, RecordedFact], Awaitable[None]]
"""Takes one fact, in the ledger's transaction that also moves the cursor. Whatever it raises undoes what it did in it."""


HandleAhead: TypeAlias = Callable[[Transaction, Sequence[RecordedFact]], Awaitable[int]]
"""Takes the first so many of the facts at once, and says how many; what it raises undoes all of it, and they are taken one by one."""


class Consumer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who reads every fact of some kinds, each once where his effects are in the transaction he is given.

    Effects elsewhere happen at least once, and must be idempotent by `fact_id`. `since` says where a consumer that has never run
    begins: at the first fact there is, or at those yet to come.

    `begin` returns the handle of one step, in place of `handle`. All facts of a step were committed before it is called, so what
    such a handle has looked at for one of them, it need not look at again for the next. `ahead` takes what it can of a step at once.
    """

    name: str
    kinds: frozenset[str]
    handle: Handle
    begin: Callable[[], Handle] | None = None
    ahead: HandleAhead | None = None
    batch_max: int = 100
    since: Literal["beginning", "now"] = "beginning"


class ParkedFact(msgspec.Struct, frozen=True):
    """A fact that a consumer could not take, put aside for a person to look at. `reason` names the failure and no guest."""

    consumer: str
    tenant_id: TenantId
    txid: int
    position: int
    fact_id: UUID
    kind: str
    reason: str
    attempts: int
    parked_at: datetime

    @property
    def place(self) -> Place:
        """Return where in the log it stands."""
        return Place(self.txid, self.position)


class Change(msgspec.Struct, frozen=True):
    """The little that a process needs of another's fact to bring its pictures up to date.

    `was_on` is the UTC date of the start that a reservation had before, when it had one.
    """

    kind: str
    restaurant_id: RestaurantId | None
    service_on: date | None
    was_on: date | None
    subject_id: UUID
