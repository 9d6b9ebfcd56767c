"""A backup is worth what comes back from it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from saveit.app import open_core
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.postgres import serving
from saveit.kernel.settings import Settings
from saveit.outbox import Consumer, RecordedFact, Runner
from saveit.venues import AreaDraft, add_area, find_slug
from tests.commands.conftest import Start, free_port, saveit
from tests.conftest import SilentLog

pytestmark = pytest.mark.slow

Result = TypeVar("Result")
_KINDS = frozenset(("restaurant.opened", "floor.changed", "rules.changed", "reservation.created"))


class Reader:
    """A consumer that writes down what it reads, and stops after a while."""

    def __init__(self) -> None:
        self.read: list[str] = []

    async def handle(self, _tx: Transaction, fact: RecordedFact) -> None:
        self.read.append(str(fact.fact_id))

    def consumer(self) -> Consumer:
        return Consumer(name="diary", kinds=_KINDS, handle=self.handle, batch_max=100)


def within(data_dir: Path, work: Callable[[Runner, Reader], Awaitable[Result]]) -> tuple[Result, list[str]]:
    """Run a reader on a data directory's database, and return what it read."""
    settings = Settings.from_environment({"SAVEIT_DATA_DIR": str(data_dir)})
    reader = Reader()

    async def run(dsn: str) -> Result:
        async with open_core(settings, dsn) as core:
            runner = Runner(core.database, core.clock, (reader.consumer(),))
            await runner.prepare()
            return await work(runner, reader)

    with serving(data_dir, log=SilentLog()) as dsn:
        return asyncio.run(run(dsn)), reader.read


async def add_an_area(data_dir: Path, dsn: str) -> None:
    """Let something happen."""
    async with open_core(Settings.from_environment({"SAVEIT_DATA_DIR": str(data_dir)}), dsn) as core:
        async with core.database.gate() as gate_tx:
            entry = await find_slug(gate_tx, "casa-candela")
        assert entry is not None
        async with core.database.tenant(entry.tenant_id, Actor("admin", "test", "test")) as tx:
            draft = AreaDraft(name="Azotea")
            await add_area(tx, entry.restaurant_id, draft, now=core.clock.now())


async def drained(runner: Runner, _reader: Reader) -> int:
    return await runner.drain()


async def some(runner: Runner, _reader: Reader) -> int:
    return (await runner.step("diary")).taken


def test_readers_of_a_restored_database_neither_skip_nor_repeat(place: Path, demo_dir: Path) -> None:
    _, read_before = within(demo_dir, some)
    assert saveit("backup", place / "kept", "--with-secret", "--data-dir", demo_dir).code == 0
    _, left = within(demo_dir, drained)

    restored = saveit("restore", place / "kept", "--data-dir", place / "other")
    with serving(place / "other", log=SilentLog()) as dsn:
        asyncio.run(add_an_area(place / "other", dsn))
    _, read_there = within(place / "other", drained)

    assert restored.code == 0, restored.err
    assert len(read_before) > 0
    assert read_there[:-1] == left
    assert len(read_there) == len(left) + 1
    assert set(read_before).isdisjoint(read_there)


@pytest.mark.fault
def test_what_was_backed_up_while_it_served_is_there_after_a_restore(
    place: Path, demo_dir: Path, start: Start
) -> None:
    first = start(demo_dir, "--demo")
    _, api_key = first.first_key()
    booked = first.book(first.wish(guest=7), key="kept", api_key=api_key)
    saved = saveit("backup", place / "kept", "--with-secret", "--data-dir", demo_dir)
    first.kill_all()

    restored = saveit("restore", place / "kept", "--data-dir", place / "other")
    second = start(place / "other")
    again = second.book(
        {**first_wish(booked.json()), "guest": {"name": "Ana Torres", "phone": "+57 300 123 0007"}},
        key="kept",
        api_key=api_key,
    )

    assert (saved.code, restored.code) == (0, 0)
    assert "holds the secret key" in saved.out
    assert (again.status_code, again.json()["id"]) == (201, booked.json()["id"])


def test_a_database_is_not_served_without_the_key_it_is_sealed_under(place: Path, demo_dir: Path) -> None:
    assert saveit("backup", place / "kept", "--data-dir", demo_dir).code == 0
    assert saveit("restore", place / "kept", "--data-dir", place / "other").code == 0
    secret = place / "other" / "secret.key"

    without = saveit("up", "--data-dir", place / "other", "--port", str(free_port()))
    made_anyway = secret.exists()
    secret.write_text("0123456789abcdef" * 4, encoding="ascii")
    secret.chmod(0o600)
    with_another = saveit("up", "--data-dir", place / "other", "--port", str(free_port()))
    secret.write_bytes((demo_dir / "secret.key").read_bytes())
    shown = saveit("restaurant", "list", "--data-dir", place / "other")

    assert (without.code, made_anyway, with_another.code, shown.code) == (1, False, 1, 0)
    assert "secret.key is gone" in without.err
    assert "sealed under another secret key" in with_another.err


def first_wish(booked: dict[str, object]) -> dict[str, object]:
    """Return the request that was answered by this reservation."""
    return {name: booked[name] for name in ("restaurant_id", "date", "time", "party_size")}


def test_a_backup_never_overwrites_and_a_restore_never_mixes(place: Path, demo_dir: Path) -> None:
    (place / "kept").touch()

    overwriting = saveit("backup", place / "kept", "--data-dir", demo_dir)
    missing = saveit("restore", place / "nowhere", "--data-dir", place / "other")

    assert (overwriting.code, missing.code) == (1, 1)
    assert "exists already" in overwriting.err
    assert "nowhere" in missing.err


def test_a_backup_of_nothing_says_so_and_makes_nothing(place: Path) -> None:
    refused = saveit("backup", place / "kept", "--data-dir", place / "mistyped")

    assert refused.code == 1
    assert "there is no database in it" in refused.err
    assert "--data-dir" in refused.err
    assert not (place / "mistyped" / "postgres").exists()
    assert not (place / "kept").exists()


def test_a_restore_into_a_filled_database_needs_to_be_told_so(place: Path, demo_dir: Path) -> None:
    assert saveit("backup", place / "kept", "--data-dir", demo_dir).code == 0

    refused = saveit("restore", place / "kept", "--data-dir", demo_dir)
    forced = saveit("restore", place / "kept", "--force", "--data-dir", demo_dir)

    assert (refused.code, forced.code) == (1, 0)
    assert "--force" in refused.err
