"""Every refusal and failure has its words, and says no more than it should."""

from typing import cast

import pytest

from saveit.kernel import faults
from saveit.kernel.db import Collision, DatabaseUnreachable, TooSlow
from saveit.kernel.errors import FieldsRefused, Refusal
from saveit.web.edge import Reader, read_heads
from saveit.web.problems import PROBLEMS, problem_of
from saveit.web.wire import BookingRequest


def refusals(kind: type[Refusal] = Refusal) -> list[type[Refusal]]:
    """Return every kind of refusal in the code base, but for those of the machine's keeper, who is answered on a terminal."""
    found = [
        each
        for each in kind.__subclasses__()
        if each.__module__.startswith("saveit.") and not each.__module__.startswith("saveit.kernel.postgres")
    ]
    # What lists wrong fields is the shape of several refusals, and never said by itself.
    said = [each for each in found if each is not FieldsRefused]
    return [*said, *(inner for each in found for inner in refusals(each))]


def test_every_refusal_has_its_line_in_both_languages() -> None:
    lines = {kind.code: PROBLEMS.get(kind.code) for kind in refusals()}

    assert len(lines) > 50
    assert [code for code, line in lines.items() if line is None or not (line.es and line.en)] == []
    assert {line.status for line in lines.values() if line is not None} <= set(range(400, 500))


def test_no_line_is_left_over() -> None:
    own = {"database_unreachable", "busy", "unavailable", "internal_error"}

    assert PROBLEMS.keys() - {kind.code for kind in refusals()} == own


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (DatabaseUnreachable("gone"), 503, "database_unreachable"),
        (Collision("40001"), 503, "busy"),
        (TooSlow("57014"), 503, "busy"),
        (faults.FaultPointReached("reservations.book.before_commit"), 503, "unavailable"),
        (ZeroDivisionError("a secret text"), 500, "internal_error"),
    ],
)
def test_what_fails_says_that_it_failed_and_no_more(error: Exception, status: int, code: str) -> None:
    problem = problem_of(error, "en", instance="/api/v1/reservations")

    assert (problem.status, problem.code) == (status, code)
    assert (b"retry-after" in dict(problem.headers)) is (status == 503)
    assert b"secret" not in problem.body
    assert b"gone" not in problem.body


def test_an_error_inside_a_list_is_told_with_its_place() -> None:
    reader = Reader(BookingRequest)

    with pytest.raises(Refusal) as refused:
        reader.read(b'{"restaurant_id": "x", "date": "2026-02-30", "party_size": 201}')

    errors = cast("list[dict[str, str]]", refused.value.facts["errors"])
    codes = {error["path"]: error["code"] for error in errors}
    assert codes == {
        "restaurant_id": "wrong_format",
        "date": "wrong_format",
        "time": "missing_field",
        "party_size": "out_of_range",
        "guest": "missing_field",
    }


def test_a_scheme_that_is_not_bearer_is_a_wrong_token_and_not_none() -> None:
    assert read_heads([(b"authorization", b"Basic abc")]).token == "?"
