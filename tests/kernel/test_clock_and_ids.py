from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saveit.kernel.clock import SettableClock, SystemClock
from saveit.kernel.ids import new_id, time_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds must be naive.


def test_the_system_clock_tells_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_settable_clock_stands_still_until_it_is_moved() -> None:
    clock = SettableClock(NOON)

    assert clock.now() == clock.now() == NOON
    clock.advance(timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)
    clock.set(NOON)
    assert clock.now() == NOON


def test_a_settable_clock_answers_in_utc_whatever_it_was_set_in() -> None:
    bogota = timezone(timedelta(hours=-5))

    assert SettableClock(NOON.astimezone(bogota)).now().tzinfo is UTC


def test_a_clock_is_not_set_to_a_local_time() -> None:
    with pytest.raises(ValueError, match="aware"):
        SettableClock(datetime(2026, 3, 2, 12))  # noqa: DTZ001 - what is refused.


def test_the_example_of_rfc_9562_is_made() -> None:
    example = UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    at = datetime.fromisoformat("2022-02-22T14:22:22-05:00")

    assert new_id(at, lambda _: example.bytes[6:]) == example
    assert time_of(example) == at


@given(at=INSTANTS, entropy=st.binary(min_size=10, max_size=10))
def test_an_id_is_a_version_seven_and_tells_its_time(at: datetime, entropy: bytes) -> None:
    made = new_id(at, lambda _: entropy)

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert time_of(made) == at.replace(microsecond=at.microsecond // 1000 * 1000)


@given(earlier=INSTANTS, by=st.integers(1, 10**9))
def test_ids_of_later_milliseconds_sort_later(earlier: datetime, by: int) -> None:
    later = min(earlier, datetime(9998, 1, 1, tzinfo=UTC)) + timedelta(milliseconds=by)
    earlier = later - timedelta(milliseconds=by)

    assert new_id(earlier) < new_id(later)


def test_ids_of_one_instant_differ() -> None:
    assert len({new_id(NOON) for _ in range(1_000)}) == 1_000
