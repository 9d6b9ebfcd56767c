"""What holds a table. Every act that takes one passes here: bookings, holds, walk-ins, blocks, moves, imports.

Promises: a table is never held by two parties at once; an act is written whole or not at all; the same key acts once. The
promise is kept by constraints in PostgreSQL, asked by one database function (`ledger_commit_v1`). The pictures in memory only
choose which table to ask for, and the combiner only makes the way there short: both may be wrong, late or switched off.

It owns `table_occupancy`, `slot_load`, `guest_stays`, `promotions_due` and `idempotency_keys`. It will never decide from a picture
that something is full: that takes a reading newer than the request.
"""

from saveit.ledger.combiner import Combiner
from saveit.ledger.house import House, read_house
from saveit.ledger.keys import AnsweredRow, claim_key, find_key, forget_key, keep_answer
from saveit.ledger.loads import load_rows
from saveit.ledger.model import Act, LoadRow, Outcome, Verdict, hexed
from saveit.ledger.pictures import DayPicture, Pictures
from saveit.ledger.store import (
    commit_acts,
    note_freed,
    promotions_due,
    release_loads,
    release_tables,
    settle_promotions,
    take_loads,
    take_tables,
    vacate_tables,
)

__all__ = [
    "Act",
    "AnsweredRow",
    "Combiner",
    "DayPicture",
    "House",
    "LoadRow",
    "Outcome",
    "Pictures",
    "Verdict",
    "claim_key",
    "commit_acts",
    "find_key",
    "forget_key",
    "hexed",
    "keep_answer",
    "load_rows",
    "note_freed",
    "promotions_due",
    "read_house",
    "release_loads",
    "release_tables",
    "settle_promotions",
    "take_loads",
    "take_tables",
    "vacate_tables",
]
