"""The rows of codes, and their statements bound."""

from datetime import datetime

import msgspec

from saveit.kernel.db import load_statements


class CountRow(msgspec.Struct, frozen=True):
    """A number of codes."""

    counted: int


class SentRow(msgspec.Struct, frozen=True):
    """How many codes a phone was sent lately, this one among them."""

    sends: int


class CountedRow(msgspec.Struct, frozen=True):
    """Since when a phone's codes are counted."""

    counted_from: datetime


class DigestRow(msgspec.Struct, frozen=True):
    """The digest of the code that was sent."""

    code_digest: bytes


_STATEMENTS = load_statements("saveit.guests.phones")
LOCK_HOLD = _STATEMENTS.command("lock_hold")
COUNT_FOR_HOLD = _STATEMENTS.query("count_for_hold", CountRow)
DROP_OLD = _STATEMENTS.command("drop_old")
KEEP_CODE = _STATEMENTS.query("keep_code", SentRow)
COUNTED_FROM = _STATEMENTS.query("counted_from", CountedRow)
TRY_CODE = _STATEMENTS.query("try_code", DigestRow)
