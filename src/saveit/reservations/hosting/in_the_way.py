"""Who has a table that staff want, so that the refusal can say it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from saveit.kernel.db import Transaction
from saveit.kernel.ids import TableId
from saveit.ledger import House
from saveit.reservations.errors import TableTaken
from saveit.reservations.hosting.store import find_overlaps
from saveit.seating import Closed

# So many are told; a host who is in the way of more has other questions.
_TOLD_MAX = 50


async def in_the_way(  # noqa: PLR0917 - the coordinates of a stay.
    tx: Transaction,
    house: House,
    table_ids: Sequence[TableId],
    starts_at: datetime,
    ends_at: datetime,
    *,
    besides: UUID,
) -> list[dict[str, object]]:
    """Return who else has some of the tables in a time: what it is and by which id, never whose, as refusals are logged."""
    rows = await find_overlaps(
        tx, table_ids, starts_at=starts_at, ends_at=ends_at, besides=besides, rows_max=_TOLD_MAX
    )
    return [
        {
            "table_id": str(row.table_id),
            "table": "+".join(house.table_numbers((TableId(row.table_id),))),
            "by": row.holder_kind,
            "id": str(row.holder_id),
            "starts_at": row.starts_at.astimezone(house.zone).isoformat(),
            "ends_at": row.ends_at.astimezone(house.zone).isoformat(),
        }
        for row in rows
    ]


async def taken(  # noqa: PLR0917 - the coordinates of a stay.
    tx: Transaction,
    house: House,
    closed: Closed,
    table_ids: Sequence[TableId],
    starts_at: datetime,
    ends_at: datetime,
    *,
    besides: UUID,
) -> TableTaken:
    """Return the refusal of tables that staff named, with who has them."""
    found = await in_the_way(tx, house, table_ids, starts_at, ends_at, besides=besides)
    return TableTaken(closed, found)
