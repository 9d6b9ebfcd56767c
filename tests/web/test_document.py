"""The OpenAPI document is a contract: what it says is so, and a client may be generated from it."""

from typing import Any, cast

import msgspec
import pytest

from saveit.venues import Rules
from saveit.web.hot.examples import examples
from saveit.web.hot.refusals import REFUSED
from saveit.web.problems import PROBLEMS
from tests.web.contract import codes_of, document

EXAMPLES = tuple(examples())


def operations() -> dict[str, dict[str, Any]]:
    """Return the operations by their ids."""
    paths = cast("dict[str, dict[str, dict[str, Any]]]", document()["paths"])
    return {each["operationId"]: each for methods in paths.values() for each in methods.values()}


def nodes(node: object) -> list[dict[str, Any]]:
    """Return every object of the document."""
    if isinstance(node, list):
        return [found for each in cast("list[object]", node) for found in nodes(each)]
    if isinstance(node, dict):
        told = cast("dict[str, Any]", node)
        return [told, *(found for each in told.values() for found in nodes(each))]
    return []


def test_every_operation_has_a_name_that_a_program_can_call() -> None:
    paths = cast("dict[str, dict[str, dict[str, Any]]]", document()["paths"])
    names = [each["operationId"] for methods in paths.values() for each in methods.values()]

    assert {"book_table", "check_in_reservation", "list_reservations", "read_readiness"} <= set(names)
    assert [name for name in names if not name.isidentifier() or name != name.lower()] == []
    assert len(names) == len(set(names))


def test_no_choice_matches_whatever_it_is_given() -> None:
    """`{}` beside `uuid` made every right id match both, and so be wrong under oneOf."""
    choices = [node[name] for node in nodes(document()) for name in ("oneOf", "anyOf") if name in node]

    assert len(choices) > 50
    assert [each for each in choices if {} in each] == []
    assert [each for each in choices if len(each) < 2] == []


def test_every_reference_leads_somewhere() -> None:
    def target(reference: str) -> object:
        found: object = document()
        for step in reference.removeprefix("#/").split("/"):
            found = cast("dict[str, object]", found).get(step)
        return found

    references = {node["$ref"] for node in nodes(document()) if isinstance(node.get("$ref"), str)}

    assert len(references) > 100
    assert [each for each in references if target(each) is None] == []


def test_every_answer_has_an_example() -> None:
    lacking = [
        f"{name} {status}"
        for name, operation in operations().items()
        for status, response in operation["responses"].items()
        for kind, media in response.get("content", {}).items()
        if not media.get("examples")
        and "example" not in media
        and status != "default"
        and kind not in {"image/png", "application/octet-stream"}
    ]

    assert lacking == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_the_example_of_an_answer_is_one(example: msgspec.Struct) -> None:
    shown = document()["components"]["examples"][type(example).__name__]["value"]

    decoded = msgspec.json.decode(msgspec.json.encode(shown), type=type(example))

    assert msgspec.json.decode(msgspec.json.encode(decoded)) == shown


def test_the_example_of_a_set_of_rules_is_one() -> None:
    body = operations()["write_config"]["requestBody"]["content"]["application/json"]
    (example,) = body["examples"].values()

    rules = msgspec.convert(example["value"]["rules"], Rules)

    assert rules.reservation_window.max_days_advance == 60
    schema = document()["components"]["schemas"]["ConfigRequest"]["properties"]["rules"]
    assert schema == {"$ref": "#/components/schemas/Rules"}


def test_every_operation_lists_what_it_may_be_refused_with() -> None:
    listed = {name: codes_of(operation) for name, operation in operations().items() if name in REFUSED}

    assert operations().keys() - REFUSED.keys() == {"read_health", "read_readiness", "read_metrics"}
    assert {"slot_unavailable", "table_taken"} <= set(listed["book_table"]["409"])
    for name, codes in listed.items():
        assert {"429", "503"} <= codes.keys(), name
        assert codes["401"], name
        assert "403" in codes or not operations()[name]["security"], name


def test_every_code_is_listed_somewhere_and_by_its_status() -> None:
    pairs = {
        (code, int(status))
        for operation in operations().values()
        for status, codes in codes_of(operation).items()
        for code in codes
    }

    # Of addresses that do not exist, of one code with two names, and of what only providers and sockets are told.
    unlisted = {
        "session_forged",
        "method_not_allowed",
        "restaurant_unknown",
        "channel_unknown",
        "claim_lost",
        "too_many_unknown_lines",
    }
    assert {code for code, _ in pairs} == PROBLEMS.keys() - unlisted
    assert {pair for pair in pairs if PROBLEMS[pair[0]].status != pair[1]} == set()
    assert set(document()["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == (
        PROBLEMS.keys() - {"restaurant_unknown"}
    )


def test_a_refusal_for_now_says_that_it_tells_when_to_come_back() -> None:
    responses = operations()["book_table"]["responses"]

    assert "Retry-After" in responses["503"]["headers"]
    assert {"Retry-After", "RateLimit"} <= responses["429"]["headers"].keys()
    assert "WWW-Authenticate" in responses["401"]["headers"]


def test_whoever_has_no_key_is_asked_for_none() -> None:
    told = operations()

    assert told["begin_session"]["security"] == told["draw_pass"]["security"] == []
    assert told["read_calendar"]["security"] == [{}, {"bearer": []}]
    assert told["read_health"]["security"] == []
    assert told["book_table"]["security"] == [{"bearer": []}]


def test_what_is_one_of_a_few_says_which() -> None:
    schemas = document()["components"]["schemas"]

    def choices(name: str, field: str) -> list[str]:
        schema = schemas[name]["properties"][field]
        return schema.get("items", schema)["enum"]

    assert "reservations:write" in choices("ApiKeyDraft", "scopes")
    assert choices("RestaurantDraft", "language") == choices("StaffRequest", "language") == ["es", "en"]
    assert choices("TableDraft", "shape") == choices("TableChange", "shape")
