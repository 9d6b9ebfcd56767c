"""An act is answered the same whether it waited alone or with others, and leaves the same rows.

One act alone is committed by statements of its own (`ledger_commit_one_v1`), a batch by statements over sets: these tests hold the two
together. Every act here has a day, guests and a key of its own, and something of its day prepared to stand in its way, so that what
becomes of it does not depend on its neighbours. The same acts are committed as one batch, then, with everything undone, one by one.
"""

import random
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from saveit.kernel.db.statements import parse_statements
from saveit.ledger import Act, Verdict, hexed
from tests.house.sources import PACKAGE
from tests.support.core import DAY, NOW, Bistro, Opening

pytestmark = pytest.mark.postgres

ACTS = 40
_COMMIT = parse_statements((PACKAGE / "ledger" / "queries.sql").read_text(encoding="utf-8"), "ledger")[
    "commit_acts"
].sql
# What differs between two runs of one act: its place in the log and its transaction.
_ROWS = {
    "reservations": "to_jsonb(t)",
    "holds": "to_jsonb(t)",
    "table_occupancy": "to_jsonb(t)",
    "idempotency_keys": "to_jsonb(t)",
    "promotions_due": "to_jsonb(t) - 'cause_id'",
    "guest_stays": "to_jsonb(t)",
    "guest_standings": "to_jsonb(t)",
    "people": "to_jsonb(t)",
    "addresses": "to_jsonb(t)",
    "address_mentions": "to_jsonb(t)",
    # A counter that was moved and moved back is as good as none.
    "slot_load": "CASE WHEN (t.parties, t.covers) <> (0, 0) THEN to_jsonb(t) END",
    "facts": "to_jsonb(t) - 'txid' - 'position' - 'recorded_at'",
}


class Case(msgspec.Struct, frozen=True):
    """One act, the acts that came before it, what else was changed before it, and what becomes of it."""

    act: Act
    verdict: Verdict
    before: tuple[Act, ...] = ()
    sql: str | None = None


class Maker:
    """Makes acts by a seed. Each day is used by one case alone."""

    def __init__(self, bistro: Bistro, seed: int, versions: tuple[int, int]) -> None:
        self._bistro = bistro
        self._random = random.Random(seed)  # noqa: S311 - chooses what is tested.
        self._versions = versions
        self._day = DAY

    def case(self) -> Case:
        """Return a case of a kind that the seed chooses."""
        self._day += timedelta(days=1)
        made: tuple[Callable[[], Case], ...] = (
            self._plain,
            self._plain,
            self._hold,
            self._held,
            self._hold_gone,
            self._table_taken,
            self._load_full,
            self._rules_changed,
            self._replayed,
            self._key_reused,
            self._blocked,
            self._overlapping,
            self._limited,
            self._known,
            self._beyond,
            self._queue_first,
        )
        return self._random.choice(made)()

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def _octets(self) -> str | None:
        return hexed(self._random.randbytes(16))

    def _loads(self, *, full: bool = False) -> msgspec.Raw:
        """Return one counter or several; full ones take nobody more, and not always the first of them."""
        number = self._random.choice((0, 1, 1, 1, 2, 3)) or int(full)
        last = number - 1
        return msgspec.Raw(
            msgspec.json.encode(
                [
                    {
                        "kind": "pacing",
                        "counted_at": (self._noon() + timedelta(minutes=15 * each)).isoformat(),
                        "parties": 1,
                        "covers": 2,
                        "parties_max": 0 if full and each == last else self._random.choice((None, 9)),
                        "covers_max": None,
                    }
                    for each in range(number)
                ]
            )
        )

    def _noon(self) -> datetime:
        return datetime(self._day.year, self._day.month, self._day.day, 17, tzinfo=UTC)

    def _tables(self) -> tuple[UUID, ...]:
        tables = list(self._bistro.tables)
        self._random.shuffle(tables)
        return tuple(tables[: self._random.choice((1, 1, 2, 3))])

    def _book(self, **changes: Any) -> Act:
        """Return a booking that nothing stands in the way of: with or without a key, a guest known by an address, a second address."""
        keyed, named = self._random.random() < 0.7, self._random.random() < 0.8
        plain: dict[str, Any] = {
            "kind": "book",
            "tenant_id": self._bistro.tenant_id,
            "restaurant_id": self._bistro.restaurant_id,
            "made_at": NOW,
            "rules_version": self._versions[0],
            "floor_version": self._versions[1],
            "service_on": self._day,
            "holder_id": self._id(),
            "hold_id": None,
            "table_ids": self._tables(),
            "starts_at": self._noon(),
            "leaves_at": self._noon() + timedelta(minutes=90),
            "ends_at": self._noon() + timedelta(minutes=105),
            "expires_at": None,
            "party_size": 2,
            "movable": True,
            "loads": self._loads(),
            "overlap_allowed": False,
            "active_max": self._random.choice((None, 1, 5)),
            "no_shows_max": self._random.choice((None, 0, 2)),
            "code": f"{self._random.getrandbits(40):X}",
            "status": self._random.choice(("confirmed", "pending")),
            "guest_sealed": self._octets(),
            "language": "es",
            "service": "dinner",
            "overbooked": False,
            "source": "api",
            "policy": msgspec.Raw(b"{}"),
            "fact_id": self._id(),
            "fact_kind": "reservation.created",
            "fact_body": msgspec.Raw(b'{"after": {}}'),
            "actor": "guest:x",
            "channel": "web",
            "trace_id": "",
            "node": "test",
        }
        return Act(**(plain | (self._key() if keyed else {}) | (self._guest() if named else {}) | changes))

    def _key(self) -> dict[str, Any]:
        return {
            "key_scope": "web",
            "key": str(self._id()),
            "body_digest": self._octets(),
            "answer_sealed": self._octets(),
        }

    def _guest(self) -> dict[str, Any]:
        return {
            "person_id": self._id(),
            "address_kind": "phone",
            "address_index": self._octets(),
            "mention_index": self._random.choice((None, self._octets())),
            "person_sealed": self._octets(),
        }

    def _hold_act(self) -> Act:
        changes: dict[str, Any] = {
            "kind": "hold",
            "expires_at": NOW + timedelta(minutes=5),
            "fact_kind": "hold.created",
            "overlap_allowed": True,
            "active_max": None,
            "no_shows_max": None,
            "person_id": None,
            "address_kind": None,
            "address_index": None,
            "mention_index": None,
        }
        return self._book(**changes)

    def _again(self, act: Act, **changes: Any) -> Act:
        """Return another act of the same guest or key."""
        fresh = {"holder_id": self._id(), "fact_id": self._id(), "code": f"{self._random.getrandbits(40):X}"}
        return msgspec.structs.replace(act, **(fresh | changes))

    def _plain(self) -> Case:
        return Case(self._book(), Verdict.DONE)

    def _hold(self) -> Case:
        return Case(self._hold_act(), Verdict.DONE)

    def _held(self) -> Case:
        hold = self._hold_act()
        act = self._book(hold_id=hold.holder_id, table_ids=hold.table_ids, loads=hold.loads)
        return Case(act, Verdict.DONE, (hold,))

    def _hold_gone(self) -> Case:
        hold = msgspec.structs.replace(self._hold_act(), expires_at=NOW - timedelta(seconds=1))
        act = self._book(hold_id=hold.holder_id, table_ids=hold.table_ids, loads=hold.loads)
        return Case(act, Verdict.HOLD_GONE, (hold,))

    def _table_taken(self) -> Case:
        act = self._random.choice((self._book, self._hold_act))()
        # One of its tables, so that of a combination some are free.
        taken = self._book(table_ids=(self._random.choice(act.table_ids),), loads=msgspec.Raw(b"[]"))
        return Case(act, Verdict.TABLE_TAKEN, (taken,))

    def _beyond(self) -> Case:
        with self._apart():
            act = self._book(overbooked=True, table_ids=(), loads=msgspec.Raw(b"[]"))
        return Case(act, Verdict.DONE)

    def _queue_first(self) -> Case:
        with self._apart():
            act = self._random.choice((self._book, self._hold_act))()
            due_on = self._day + timedelta(days=self._random.choice((-1, 0, 1)))
        due = (
            "INSERT INTO promotions_due (tenant_id, restaurant_id, service_on) "  # noqa: S608 - our own.
            f"VALUES ('{act.tenant_id}', '{act.restaurant_id}', '{due_on}')"
        )
        return Case(act, Verdict.QUEUE_FIRST, (), due)

    @contextmanager
    def _apart(self) -> Generator[None]:
        """Keep a case away from the others: a promotion that is due concerns the days beside its own, too."""
        self._day += timedelta(days=3)
        yield
        self._day += timedelta(days=3)

    def _load_full(self) -> Case:
        act = self._random.choice((self._book, self._hold_act))()
        return Case(msgspec.structs.replace(act, loads=self._loads(full=True)), Verdict.LOAD_FULL)

    def _rules_changed(self) -> Case:
        which = self._random.choice(("rules_version", "floor_version"))
        return Case(self._book(**{which: 99}), Verdict.RULES_CHANGED)

    def _replayed(self) -> Case:
        first = self._book(**self._key())
        # The rules have changed since, and the table is taken, by itself: neither matters to a repetition.
        return Case(self._again(first, rules_version=99), Verdict.REPLAYED, (first,))

    def _key_reused(self) -> Case:
        first = self._book(**self._key())
        return Case(self._again(first, body_digest=self._octets()), Verdict.KEY_REUSED, (first,))

    def _seen(self, **changes: Any) -> Act:
        """Return a booking, weeks away, of a guest who will be met again."""
        away = timedelta(days=400)
        first = self._book(**(self._guest() | {"active_max": 5, "loads": msgspec.Raw(b"[]")} | changes))
        return msgspec.structs.replace(
            first,
            service_on=first.service_on + away,
            starts_at=first.starts_at + away,
            leaves_at=first.leaves_at + away,
            ends_at=first.ends_at + away,
        )

    def _of_guest(self, first: Act, **changes: Any) -> Act:
        plain = {
            "address_kind": first.address_kind,
            "address_index": first.address_index,
            "person_id": self._id(),
            "person_sealed": self._octets(),
            "active_max": 5,
        }
        return self._book(**(plain | changes))

    def _known(self) -> Case:
        first = self._seen()
        return Case(self._of_guest(first), Verdict.DONE, (first,))

    def _blocked(self) -> Case:
        first = self._seen(mention_index=self._octets())
        act = self._of_guest(first, no_shows_max=2)
        if self._random.random() < 0.5:
            # He comes with another phone, and the e-mail that he wrote down before.
            act = self._book(**(self._guest() | {"no_shows_max": 2, "mention_index": first.mention_index}))
        marks = self._random.choice(("blocked_at = now()", "no_shows = 2"))
        return Case(
            act,
            Verdict.GUEST_BLOCKED,
            (first, self._away_again(first)),
            f"UPDATE guest_standings SET {marks} WHERE person_id = '{first.person_id}'",  # noqa: S608 - our own.
        )

    def _away_again(self, first: Act) -> Act:
        """Return the guest's second booking: with it he has a standing."""
        again = self._of_guest(first, loads=msgspec.Raw(b"[]"), key=None)
        away = timedelta(days=800)
        return msgspec.structs.replace(
            again,
            service_on=again.service_on + away,
            starts_at=again.starts_at + away,
            leaves_at=again.leaves_at + away,
            ends_at=again.ends_at + away,
        )

    def _overlapping(self) -> Case:
        first = self._book(
            **(self._guest() | {"table_ids": (self._bistro.tables[0],), "loads": msgspec.Raw(b"[]")})
        )
        act = self._of_guest(first, table_ids=tuple(self._bistro.tables[1:]))
        return Case(act, Verdict.GUEST_OVERLAP, (first,))

    def _limited(self) -> Case:
        first = self._seen()
        return Case(self._of_guest(first, active_max=1), Verdict.GUEST_LIMIT, (first,))


@asynccontextmanager
async def undone(connection: asyncpg.Connection) -> AsyncGenerator[None]:
    """Undo what the block did."""
    undoing = connection.transaction()
    await undoing.start()
    try:
        yield
    finally:
        await undoing.rollback()


async def commit(connection: asyncpg.Connection, *acts: Act) -> list[tuple[Any, ...]]:
    """Call the ledger's function as the ledger does, and return verdict, person and answer of each."""
    numbered = [
        msgspec.json.decode(msgspec.json.encode(act)) | {"act_no": number}
        for number, act in enumerate(acts, 1)
    ]
    rows = await connection.fetch(_COMMIT, msgspec.json.encode(numbered).decode(), NOW)
    assert [row["act_no"] for row in rows] == list(range(1, len(acts) + 1))
    return [tuple(row)[1:] for row in rows]


async def every_row(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """Return every row that an act can write."""
    return {
        table: [
            row[0]
            for row in await connection.fetch(f"SELECT ({shown})::text FROM {table} t ORDER BY 1")  # noqa: S608 - our own.
            if row[0] is not None
        ]
        for table, shown in _ROWS.items()
    }


@asynccontextmanager
async def prepared(opening: Opening, seed: int) -> AsyncGenerator[tuple[asyncpg.Connection, list[Case]]]:
    """Lend a connection of the ledger's in which everything is prepared for the cases of a seed."""
    bistro = await opening.bistro(tables=(2, 2, 4))
    house = (await bistro.house()).restaurant
    maker = Maker(bistro, seed, (house.rules_version, house.floor_version))
    cases = [maker.case() for _ in range(ACTS)]
    connection = await asyncpg.connect(opening.dsn, server_settings={"role": "saveit_ledger"})
    try:
        async with undone(connection):
            for case in cases:
                for act in case.before:
                    assert (await commit(connection, act))[0][0] == Verdict.DONE
                if case.sql is not None:
                    assert (await connection.execute(case.sql)).endswith(" 1")
            yield connection, cases
    finally:
        await connection.close()


@pytest.mark.parametrize("seed", range(4))
async def test_a_batch_answers_and_writes_what_each_act_alone_would(opening: Opening, seed: int) -> None:
    async with prepared(opening, seed) as (connection, cases):
        async with undone(connection):
            together = await commit(connection, *(case.act for case in cases))
            rows_together = await every_row(connection)
        alone = [(await commit(connection, case.act))[0] for case in cases]
        rows_alone = await every_row(connection)

    assert [answer[0] for answer in together] == [case.verdict for case in cases], f"seed {seed}"
    assert alone == together, f"seed {seed}"
    assert rows_alone == rows_together, f"seed {seed}"


async def test_every_verdict_is_met(opening: Opening) -> None:
    bistro = await opening.bistro()

    met = {Maker(bistro, seed, (1, 1)).case().verdict for seed in range(400)}

    # `again` takes another transaction, which vanishes at the right moment.
    assert met == set(Verdict) - {Verdict.AGAIN}
