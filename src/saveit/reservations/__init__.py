"""The core: offers, holds, bookings, and all that may become of them. It does not know how the guest spoke.

Promises: what is offered can be booked; a change is made whole or not at all; a cancelled, completed or unattended reservation gives
its tables back in the same transaction; the terms of a booking are those of the moment it was made; every act leaves a fact that says
who, through which channel, what was and what is.

It owns `reservations`, `holds` and `guest_standings`. It will never take a table except through `saveit.ledger`, and never send anything.
"""

from saveit.reservations.booking import book, hold, hold_once
from saveit.reservations.calendar import CalendarEntry, calendar_of
from saveit.reservations.changes import amend, cancel, check_in, complete, confirm, find, mark_no_show
from saveit.reservations.desk import Desk, open_desk
from saveit.reservations.errors import (
    BlockOverlaps,
    GuestBlocked,
    GuestLimit,
    GuestOverlap,
    HoldMismatch,
    HoldOver,
    HoldRenewed,
    HoldUnknown,
    IllegalStatus,
    KeyReused,
    ReservationUnknown,
    RestaurantUnknown,
    RevisionConflict,
    RulesRefused,
    SlotUnavailable,
    TableTaken,
)
from saveit.reservations.holds import expire_hold, find_hold, release_hold, renew_hold
from saveit.reservations.hosting import Block, apply_rules, block, unblock
from saveit.reservations.model import (
    LEGAL_MOVES,
    STANDING,
    Booked,
    Booking,
    Held,
    Hold,
    Holding,
    Key,
    Policy,
    Reservation,
    Status,
)
from saveit.reservations.moving import Wish, change, extend, move, seat_overbooked
from saveit.reservations.store import (
    block_guest,
    list_of_day,
    list_of_person,
    unblock_guest,
    waiting_for_a_table,
)
from saveit.reservations.walk_ins import WalkIn, walk_in
from saveit.reservations.wishes import day_offers, nearest_offers

__all__ = [
    "LEGAL_MOVES",
    "STANDING",
    "Block",
    "BlockOverlaps",
    "Booked",
    "Booking",
    "CalendarEntry",
    "Desk",
    "GuestBlocked",
    "GuestLimit",
    "GuestOverlap",
    "Held",
    "Hold",
    "HoldMismatch",
    "HoldOver",
    "HoldRenewed",
    "HoldUnknown",
    "Holding",
    "IllegalStatus",
    "Key",
    "KeyReused",
    "Policy",
    "Reservation",
    "ReservationUnknown",
    "RestaurantUnknown",
    "RevisionConflict",
    "RulesRefused",
    "SlotUnavailable",
    "Status",
    "TableTaken",
    "WalkIn",
    "Wish",
    "amend",
    "apply_rules",
    "block",
    "block_guest",
    "book",
    "calendar_of",
    "cancel",
    "change",
    "check_in",
    "complete",
    "confirm",
    "day_offers",
    "expire_hold",
    "extend",
    "find",
    "find_hold",
    "hold",
    "hold_once",
    "list_of_day",
    "list_of_person",
    "mark_no_show",
    "move",
    "nearest_offers",
    "open_desk",
    "release_hold",
    "renew_hold",
    "seat_overbooked",
    "unblock",
    "unblock_guest",
    "waiting_for_a_table",
    "walk_in",
]
