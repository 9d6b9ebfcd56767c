"""Who waits for a table, and who gets the one that frees.

Promises: what frees is offered to the first who fits, and to him alone: the table is *held* for him for a while, then rolls on to the
next; however many workers promote at once, exactly what is free is given out, and no newcomer is quicker, however late they are. A
party that was admitted beyond the tables comes before all who wait. Killed between holding a table and telling its guest, the next
promotion finds the hold and tells him.

It owns `waitlist_entries`. It will never take a table but through `saveit.reservations`, and never send anything: the facts
`waitlist.offered` and `waitlist.passed` tell whoever does.
"""

from saveit.waitlist.actions import accept, find_entry, join, leave, list_queue
from saveit.waitlist.errors import (
    AlreadyWaiting,
    EntryOver,
    EntryUnknown,
    NoSuchStart,
    NothingOffered,
    WaitlistFull,
)
from saveit.waitlist.model import WAITING_MAX, Entry, EntryId, EntryStatus, Place, Promotion, WaitingDay, Wish
from saveit.waitlist.promotion import days_to_promote, promote
from saveit.waitlist.quote import quoted_wait
from saveit.waitlist.reader import promotion_consumer
from saveit.waitlist.store import forget_old_entries

__all__ = [
    "WAITING_MAX",
    "AlreadyWaiting",
    "Entry",
    "EntryId",
    "EntryOver",
    "EntryStatus",
    "EntryUnknown",
    "NoSuchStart",
    "NothingOffered",
    "Place",
    "Promotion",
    "WaitingDay",
    "WaitlistFull",
    "Wish",
    "accept",
    "days_to_promote",
    "find_entry",
    "forget_old_entries",
    "join",
    "leave",
    "list_queue",
    "promote",
    "promotion_consumer",
    "quoted_wait",
]
