"""The wait a party is told, from rows in memory."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from saveit.seating import Floor, Stay, Table
from saveit.waitlist import quoted_wait

NOW = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TABLES = [UUID(int=number) for number in (1, 2, 3)]


def floor() -> Floor:
    tables = [
        Table(table_id, str(number), 1, covers, None, online=True, priority=0)
        for number, (table_id, covers) in enumerate(zip(TABLES, (2, 2, 6), strict=True), 1)
    ]
    return Floor.of(tables, ())


def stay(table: int, begins: int, ends: int, *, expires: int | None = None) -> Stay:
    """A stay at a table, from and to minutes from now."""
    return Stay(
        holder_kind="reservation" if expires is None else "hold",
        holder_id=UUID(int=100 + table),
        table_ids=(TABLES[table],),
        starts_at=NOW + begins * MINUTE,
        ends_at=NOW + ends * MINUTE,
        party_size=2,
        movable=True,
        expires_at=None if expires is None else NOW + expires * MINUTE,
    )


BUSY = [stay(0, -60, 10), stay(1, -30, 40), stay(2, -10, 90)]


@pytest.mark.parametrize(("place", "minutes"), [(1, 10), (2, 40), (3, 90), (4, None)])
def test_the_party_at_a_place_gets_the_table_of_that_number_that_falls_free(
    place: int, minutes: int | None
) -> None:
    wait = quoted_wait(
        floor(),
        BUSY,
        party_size=2,
        place=place,
        earliest_at=NOW,
        latest_at=NOW + 120 * MINUTE,
        now=NOW,
    )

    assert wait == (None if minutes is None else minutes * MINUTE)


@pytest.mark.parametrize(
    ("stays", "size", "window", "minutes"),
    [
        (BUSY, 5, (0, 120), 90),  # Only the large table fits.
        (BUSY, 2, (30, 120), 0),  # By then the first is free.
        (BUSY, 2, (0, 5), None),  # None falls free in time.
        ([*BUSY, stay(0, 10, 60)], 2, (0, 120), 40),  # The next party follows at once.
        ([stay(0, -5, 60, expires=-1), *BUSY[1:]], 2, (0, 120), 0),  # A hold that is over takes nothing.
        ([], 2, (0, 120), 0),
    ],
)
def test_what_is_quoted_depends_on(
    stays: list[Stay], size: int, window: tuple[int, int], minutes: int | None
) -> None:
    wait = quoted_wait(
        floor(),
        stays,
        party_size=size,
        place=1,
        earliest_at=NOW + window[0] * MINUTE,
        latest_at=NOW + window[1] * MINUTE,
        now=NOW,
    )

    assert wait == (None if minutes is None else minutes * MINUTE)
