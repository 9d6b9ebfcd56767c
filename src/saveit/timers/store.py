"""The typed hand that runs queries.sql."""

from datetime import date

import msgspec

from saveit.kernel.db import Transaction, load_statements


class PartitionsRow(msgspec.Struct, frozen=True):
    """Partitions made, rows moved into them, and rows that lie outside all of them still."""

    made: int
    moved: int
    strays: int


_STATEMENTS = load_statements("saveit.timers")
_MAKE_PARTITIONS = _STATEMENTS.query("make_partitions", PartitionsRow)
_ANALYZE_PARTITIONED = _STATEMENTS.command("analyze_partitioned")


async def make_partitions(ledger_tx: Transaction, first_month: date, months: int) -> PartitionsRow:
    """Make the missing months of reservations and facts."""
    return await ledger_tx.one(_MAKE_PARTITIONS, first_month=first_month, months=months)


async def analyze_partitioned(ledger_tx: Transaction) -> None:
    """Gather statistics of the partitioned tables."""
    await ledger_tx.run(_ANALYZE_PARTITIONED)
