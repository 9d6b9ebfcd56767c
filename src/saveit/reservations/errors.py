"""What the reservations room refuses, each with its code and the facts that let a guest choose otherwise."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from saveit.kernel.errors import Refusal
from saveit.seating import Closed


class SlotUnavailable(Refusal):
    """Nothing is left at this time. `closed` says what is missing; the caller adds alternatives."""

    code: ClassVar[str] = "slot_unavailable"

    def __init__(self, closed: Closed) -> None:
        super().__init__(reason=str(closed.reason), **closed.facts)
        self.closed = closed


class TableTaken(SlotUnavailable):
    """The table asked for by name is held by somebody else; `taken` says by whom and when, where staff asked."""

    code: ClassVar[str] = "table_taken"

    def __init__(self, closed: Closed, taken: Sequence[Mapping[str, object]] = ()) -> None:
        super().__init__(closed)
        if taken:
            self.facts["taken"] = list(taken)


class RulesRefused(Refusal):
    """The restaurant's rules do not allow this; `broken` lists every rule that says so."""

    code: ClassVar[str] = "booking_rules_broken"

    def __init__(self, broken: tuple[Closed, ...]) -> None:
        super().__init__(reasons=[str(closed.reason) for closed in broken])
        self.broken = broken


class GuestBlocked(Refusal):
    """The restaurant does not take bookings from this guest: blocked by staff, or for not coming too often."""

    code: ClassVar[str] = "guest_blocked"


class GuestOverlap(Refusal):
    """The guest has a reservation at this time already."""

    code: ClassVar[str] = "guest_overlap"


class GuestLimit(Refusal):
    """The guest has as many reservations to come as the restaurant allows one person."""

    code: ClassVar[str] = "guest_limit"


class TooManyHolds(Refusal):
    """The caller keeps as many tables of the restaurant as one may; `limit` says how many."""

    code: ClassVar[str] = "too_many_holds"


class KeyReused(Refusal):
    """The idempotency key was used for another request."""

    code: ClassVar[str] = "idempotency_key_reused"


class RestaurantUnknown(Refusal):
    """The caller has no such restaurant."""

    code: ClassVar[str] = "restaurant_not_found"


class ReservationUnknown(Refusal):
    """The caller has no such reservation."""

    code: ClassVar[str] = "reservation_not_found"


class HoldUnknown(Refusal):
    """The caller has no such hold."""

    code: ClassVar[str] = "hold_not_found"


class HoldOver(Refusal):
    """The hold was released, used or is over; `why` says which."""

    code: ClassVar[str] = "hold_over"


class HoldMismatch(Refusal):
    """The hold is for another restaurant, time, party or table."""

    code: ClassVar[str] = "hold_mismatch"


class HoldRenewed(Refusal):
    """A hold is renewed once."""

    code: ClassVar[str] = "hold_already_renewed"


class RevisionConflict(Refusal):
    """Somebody changed the reservation after the caller read it; `revision` is the current one."""

    code: ClassVar[str] = "revision_conflict"


class IllegalStatus(Refusal):
    """The reservation's status does not allow this act; `status` is the current one."""

    code: ClassVar[str] = "illegal_status"


class StayImpossible(Refusal):
    """A stay ends after it begins, and within a day; `after` and `until` are the bounds, `leaves_at` what was asked."""

    code: ClassVar[str] = "stay_impossible"


class NoTableYet(Refusal):
    """The party was admitted beyond the tables, and none has become free: it waits, or staff give it one."""

    code: ClassVar[str] = "no_table_yet"


class CheckInTooEarly(Refusal):
    """The reservation is for a later day, `date`: somebody meant another one."""

    code: ClassVar[str] = "check_in_too_early"


class UndoTooLate(Refusal):
    """It was done too long ago to be undone; it could be `until` then."""

    code: ClassVar[str] = "undo_too_late"


class LateBeyondStay(Refusal):
    """So late the party's stay is over: it is to leave at `leaves_at`, and needs another time or a longer stay."""

    code: ClassVar[str] = "late_beyond_stay"


class BlockOverlaps(Refusal):
    """The tables to be blocked are held by others in that time; `taken` says which of them, by whom and when."""

    code: ClassVar[str] = "block_overlaps"
