"""SQL in named files: read once, checked at load, prepared against the migrated database by tests/house.

A statement in `queries.sql` has two comment lines above it:

    -- find_table :maybe TableRow
    -- The table with this id, unless it is retired.

its name, how many rows it gives (`many`, `one`, `maybe`, `none`) and the struct they become; then its purpose. Parameters are
written `:name` and become `$1…` here.

What several statements share stands once, as a `:part`, and they say `{{table_columns}}` where it belongs:

    -- table_columns :part
    -- All that a TableRow is made of.

A view would do the same for a column list, but it lives in a migration: each new column would be another view, kept beside the old one
for the code before. A part is put in when the file is read, so what is prepared and explained in tests is what runs.
"""

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Generic, Literal, TypeAlias, TypeVar

import msgspec

Rows: TypeAlias = Literal["many", "one", "maybe", "none"]
Row = TypeVar("Row", bound=msgspec.Struct)

_HEADER = re.compile(r"^-- (?P<name>[a-z0-9_]+) :(?P<rows>many|one|maybe|none|part)(?: (?P<row>[A-Za-z]+))?$")
_PART = re.compile(r"\{\{([a-z0-9_]+)\}\}")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


class WrongStatements(Exception):
    """A queries.sql cannot be read, or the code asks it for what it does not hold."""


class Statement(msgspec.Struct, frozen=True):
    """One statement as it stands in its file, with its parameters in order."""

    name: str
    rows: Rows
    row: str | None
    purpose: str
    sql: str
    parameters: tuple[str, ...]


class Query(Generic[Row]):
    """A statement that gives rows, and the struct that each becomes: its columns are the struct's fields, in order."""

    __slots__ = ("row", "statement")

    def __init__(self, statement: Statement, row: type[Row]) -> None:
        self.statement = statement
        self.row = row


class Command:
    """A statement that gives no rows."""

    __slots__ = ("statement",)

    def __init__(self, statement: Statement) -> None:
        self.statement = statement


class Statements:
    """The statements of one room."""

    def __init__(self, room: str, statements: dict[str, Statement]) -> None:
        self.room = room
        self._statements = statements

    def query(self, name: str, row: type[Row]) -> Query[Row]:
        """Bind a statement to its struct. Raises: WrongStatements when the file names another struct or none."""
        statement = self._find(name)
        if statement.rows == "none" or statement.row != row.__name__:
            raise WrongStatements(f"{self.room}: {name} gives {statement.row}, not {row.__name__}")
        return Query(statement, row)

    def command(self, name: str) -> Command:
        """Bind a statement that gives no rows."""
        statement = self._find(name)
        if statement.rows != "none":
            raise WrongStatements(f"{self.room}: {name} gives rows; bind it as a query")
        return Command(statement)

    def _find(self, name: str) -> Statement:
        try:
            return self._statements[name]
        except KeyError:
            raise WrongStatements(f"{self.room} has no statement {name}") from None


def load_statements(room: str) -> Statements:
    """Read `queries.sql` of the package `room`."""
    text = resources.files(room).joinpath("queries.sql").read_text(encoding="utf-8")
    return Statements(room, parse_statements(text, room))


def parse_statements(text: str, room: str) -> dict[str, Statement]:
    """Read the text of a queries.sql. Raises: WrongStatements naming the line that does not fit."""
    found: dict[str, Statement] = {}
    parts: dict[str, str] = {}
    used: set[str] = set()
    for header, purpose, body in _blocks(text, room):
        name = header["name"]
        if name in found or name in parts:
            raise WrongStatements(f"{room}: {name} stands there twice")
        if header["rows"] == "part":
            parts[name] = body
            continue
        used.update(_PART.findall(body))
        sql, parameters = _numbered(_filled(body, parts, where=f"{room}: {name}"))
        found[name] = Statement(
            name=name,
            rows=_rows(header["rows"]),
            row=header["row"],
            purpose=purpose,
            sql=f"/* {room}.{name} */ {sql}",
            parameters=parameters,
        )
    if parts.keys() - used:
        raise WrongStatements(f"{room}: nobody uses {sorted(parts.keys() - used)}")
    return found


def _blocks(text: str, room: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """Cut a file into its headers, each with its purpose and what stands below."""
    lines = text.splitlines()
    headers = [(number, match) for number, line in enumerate(lines) if (match := _HEADER.match(line))]
    ends = [*(number for number, _ in headers[1:]), len(lines)]
    for (start, header), end in zip(headers, ends, strict=True):
        if not lines[start + 1].startswith("-- "):
            raise WrongStatements(f"{room}: {header['name']} says no purpose")
        purpose = lines[start + 1].removeprefix("-- ")
        yield header, purpose, "\n".join(lines[start + 2 : end]).strip().removesuffix(";")


def _filled(sql: str, parts: Mapping[str, str], *, where: str) -> str:
    """Put the parts in; one stands above who uses it, and holds no other."""

    def part(match: re.Match[str]) -> str:
        if match[1] not in parts:
            raise WrongStatements(f"{where} wants the part {match[1]}, which does not stand above it")
        return parts[match[1]]

    return _PART.sub(part, sql)


def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Turn `:name` into `$n`, one number a name."""
    order: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"${order.setdefault(match[1], len(order) + 1)}"

    return _PARAMETER.sub(number, sql), tuple(order)


def _rows(word: str) -> Rows:
    match word:
        case "many" | "one" | "maybe" | "none":
            return word
        case _:
            raise WrongStatements(f"{word} is not a number of rows")
