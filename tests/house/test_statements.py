"""The SQL is checked by PostgreSQL: every statement prepares, gives what its struct takes, and the schema and the code say the same.

So nobody finds out in production that a column was renamed.
"""

import pkgutil
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from types import UnionType
from typing import Literal, NamedTuple, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from saveit.kernel.db.statements import Statement, parse_statements
from saveit.ledger import Act
from saveit.reservations import LEGAL_MOVES, Status
from tests.house.sources import PACKAGE
from tests.support.core import shared_database_dsn

__all__ = ["shared_database_dsn"]

# One connection serves all: opening one, and reading the catalogue anew, is most of what a statement takes to prepare.
pytestmark = [pytest.mark.postgres, pytest.mark.asyncio(loop_scope="module")]

# What the driver makes of a column of this type. JSON arrives as text: its reader decodes it into a struct of its own.
PYTHON_TYPES: dict[str, object] = {
    "uuid": UUID,
    "text": str,
    "varchar": str,
    "bytea": bytes,
    "date": date,
    "timestamptz": datetime,
    "bool": bool,
    "int2": int,
    "int4": int,
    "int8": int,
    "float4": float,
    "float8": float,
    "numeric": float,
    "jsonb": str,
    "xid8": int,
    "uuid[]": list,
    "text[]": list,
}


class Named(NamedTuple):
    """One statement of one room."""

    room: str
    statement: Statement


def named_statements() -> Iterator[Named]:
    """Read every queries.sql there is."""
    for path in sorted(PACKAGE.rglob("queries.sql")):
        room = "saveit." + ".".join(path.parent.relative_to(PACKAGE).parts)
        for statement in parse_statements(path.read_text(encoding="utf-8"), room).values():
            yield Named(room, statement)


@cache
def struct_of(room: str, name: str) -> type[msgspec.Struct]:
    """Find a row struct by its name in a room."""
    package = import_module(room)
    modules = [
        import_module(found.name)
        for found in pkgutil.walk_packages([str(Path(package.__file__ or "").parent)], f"{room}.")
    ]
    for module in (*modules, package):
        found = vars(module).get(name)
        if isinstance(found, type) and issubclass(found, msgspec.Struct):
            return found
    raise AssertionError(f"{room} has no struct {name}")


def plain_types(annotation: object) -> set[object]:
    """Return the plain Python types that an annotation allows, None left out."""
    while isinstance(annotation, NewType):
        annotation = annotation.__supertype__
    origin = get_origin(annotation)
    if origin in {Union, UnionType}:
        return {each for one in get_args(annotation) for each in plain_types(one)} - {type(None)}
    if origin is Literal:
        return {type(value) for value in get_args(annotation)}
    if origin is not None:
        return {origin}
    return {annotation}


def field_of(column: str, fields: Sequence[str]) -> str:
    """Return the field that a column becomes: its own name, or `id` for the id of the thing itself."""
    return "id" if column.endswith("_id") and tuple(fields) == ("id",) else column


ALL = [pytest.param(named, id=f"{named.room}.{named.statement.name}") for named in named_statements()]
WITH_ROWS = [
    pytest.param(named, id=f"{named.room}.{named.statement.name}")
    for named in named_statements()
    if named.statement.row is not None
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(shared_database_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(shared_database_dsn)
    yield connection
    await connection.close()


@pytest.mark.parametrize("named", ALL)
async def test_every_statement_prepares_and_takes_the_parameters_it_names(
    owner: asyncpg.Connection, named: Named
) -> None:
    prepared = await owner.prepare(named.statement.sql)

    assert len(prepared.get_parameters()) == len(named.statement.parameters)


@pytest.mark.parametrize("named", WITH_ROWS)
async def test_every_statement_gives_the_columns_of_its_struct_in_order(
    owner: asyncpg.Connection, named: Named
) -> None:
    assert named.statement.row is not None
    struct = struct_of(named.room, named.statement.row)

    columns = (await owner.prepare(named.statement.sql)).get_attributes()

    # Rows become structs by position; the names are compared so that two columns of one type are not swapped.
    assert [
        field_of(column.name, struct.__struct_fields__[place : place + 1])
        for place, column in enumerate(columns)
    ] == list(struct.__struct_fields__)


@pytest.mark.parametrize("named", WITH_ROWS)
async def test_every_column_has_the_type_that_its_struct_says(
    owner: asyncpg.Connection, named: Named
) -> None:
    assert named.statement.row is not None
    struct = struct_of(named.room, named.statement.row)
    hints = get_type_hints(struct)

    columns = (await owner.prepare(named.statement.sql)).get_attributes()

    expected = {name: plain_types(hints[name]) for name in struct.__struct_fields__}
    wrong = {
        name: (column.type.name, types)
        for column, (name, types) in zip(columns, expected.items(), strict=True)
        if PYTHON_TYPES.get(column.type.name) not in _accepted(types)
    }
    assert wrong == {}


def _accepted(types: set[object]) -> set[object]:
    """Return what may arrive for these: a tuple is made from the driver's list."""
    return types | ({list} if tuple in types else set())


async def test_an_act_has_the_fields_of_its_database_type_in_order(owner: asyncpg.Connection) -> None:
    attributes = await owner.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'ledger_act_v1'::regclass AND attnum > 0 ORDER BY attnum"
    )

    assert [row["attname"] for row in attributes] == ["act_no", *Act.__struct_fields__]


async def test_the_database_lets_a_status_move_exactly_where_the_code_does(
    owner: asyncpg.Connection,
) -> None:
    statuses: tuple[Status, ...] = tuple(LEGAL_MOVES)
    tenant_id = uuid4()
    allowed: dict[Status, set[Status]] = {}

    async with owner.transaction():
        await owner.execute("SELECT set_config('saveit.tenant_id', $1, true)", str(tenant_id))
        await owner.execute("SET LOCAL ROLE saveit_app")
        for source in statuses:
            allowed[source] = {
                target
                for target in statuses
                if target != source and await _moves(owner, tenant_id, source, target)
            }

    assert allowed == {status: set(targets) for status, targets in LEGAL_MOVES.items()}


async def _moves(owner: asyncpg.Connection, tenant_id: UUID, source: str, target: str) -> bool:
    """Say whether the database lets a reservation go from one status to another."""
    reservation_id = uuid4()
    await owner.execute(
        "INSERT INTO reservations (tenant_id, service_on, reservation_id, restaurant_id, code, status, guest_sealed, language, "
        "party_size, service, starts_at, leaves_at, ends_at, table_ids, pinned, overbooked, source, policy, loads, rules_version, "
        "created_at, updated_at) VALUES ($1, '2026-03-04', $2::uuid, $2::uuid, $3, $4, '', 'es', 2, 'dinner', '2026-03-04 20:00Z', "
        "'2026-03-04 21:30Z', '2026-03-04 21:45Z', ARRAY[$2::uuid], false, false, 'api', '{}', '[]', 1, now(), now())",
        tenant_id,
        reservation_id,
        reservation_id.hex,
        source,
    )
    constraint = None
    try:
        async with owner.transaction():
            await owner.execute(
                "UPDATE reservations SET status = $1 WHERE reservation_id = $2", target, reservation_id
            )
    except asyncpg.CheckViolationError as error:
        constraint = error.constraint_name
    assert constraint in {None, "status_moves_legally"}
    return constraint is None


async def test_every_table_with_a_tenant_is_behind_forced_row_level_security(
    owner: asyncpg.Connection,
) -> None:
    rows = await owner.fetch(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced, array_agg(p.polname::text) AS policies "
        "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
        "LEFT JOIN pg_policy p ON p.polrelid = c.oid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
        "GROUP BY c.oid"
    )

    open_ones = [
        row["relname"] for row in rows if not row["forced"] or "own_tenant_only" not in row["policies"]
    ]
    assert len(rows) > 15
    assert open_ones == []


async def test_no_role_of_the_application_reaches_a_partition_past_its_parent(
    owner: asyncpg.Connection,
) -> None:
    """A policy guards the table that is named in the query, and a partition can be named."""
    reachable = await owner.fetch(
        "SELECT c.relname, r.rolname FROM pg_class c CROSS JOIN pg_roles r "
        "WHERE c.relispartition AND c.relkind = 'r' AND r.rolname IN ('saveit_app', 'saveit_ledger', 'saveit_gate') "
        "AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
    )

    assert [tuple(row) for row in reachable] == []


async def test_the_roles_of_the_application_own_nothing_and_pass_no_policy(owner: asyncpg.Connection) -> None:
    roles = await owner.fetch(
        "SELECT rolname, rolsuper OR rolbypassrls OR rolcanlogin OR rolcreatedb OR rolcreaterole AS mighty, "
        "(SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid) AS owned FROM pg_roles r WHERE rolname LIKE 'saveit\\_%' "
        "AND rolname IN ('saveit_app', 'saveit_ledger', 'saveit_gate') ORDER BY 1"
    )

    assert [tuple(row) for row in roles] == [
        ("saveit_app", False, 0),
        ("saveit_gate", False, 0),
        ("saveit_ledger", False, 0),
    ]


async def test_every_room_with_statements_is_found() -> None:
    rooms = {named.room for named in named_statements()}

    assert {"saveit.reservations", "saveit.ledger", "saveit.venues", "saveit.outbox"} <= rooms
    assert all(resources.files(room).joinpath("queries.sql").is_file() for room in rooms)
