"""What a queries.sql may say, and what is refused when it is read."""

import pytest

from saveit.kernel.db.statements import WrongStatements, parse_statements

_PART = """
-- table_columns :part
-- All that a TableRow is made of.
table_id, number
"""
_FIND = """
-- find_table :maybe TableRow
-- The table with this id.
SELECT {{table_columns}}
FROM dining_tables
WHERE table_id = :table_id::uuid
"""


def test_a_part_is_put_in_where_statements_name_it() -> None:
    statements = parse_statements(_PART + _FIND, "tests")

    assert list(statements) == ["find_table"]
    assert statements["find_table"].sql == (
        "/* tests.find_table */ SELECT table_id, number\nFROM dining_tables\nWHERE table_id = $1::uuid"
    )


def test_parameters_of_a_part_are_the_statements_own() -> None:
    part = "-- of_table :part\n-- Whose.\nWHERE table_id = :table_id::uuid\n"
    command = (
        "-- drop_table :none\n-- Drops.\nDELETE FROM dining_tables {{of_table}} AND number = :number::text\n"
    )

    statement = parse_statements(part + command, "tests")["drop_table"]

    assert statement.parameters == ("table_id", "number")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_FIND, "find_table wants the part table_columns"),
        (_FIND + _PART, "find_table wants the part table_columns"),
        (_PART, "nobody uses"),
        (_PART + _PART + _FIND, "table_columns stands there twice"),
        ("-- find_table :maybe TableRow\nSELECT 1", "find_table says no purpose"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(text: str, said: str) -> None:
    with pytest.raises(WrongStatements, match=said):
        parse_statements(text, "tests")
