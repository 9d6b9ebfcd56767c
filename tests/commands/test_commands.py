"""The small commands, beside a running `saveit up` and without one."""

import asyncio
import json
from pathlib import Path

import asyncpg
import httpx
import pytest

from saveit.kernel.postgres import running_dsn
from tests.commands.conftest import Answer, Running, saveit

pytestmark = pytest.mark.slow


def test_a_restaurant_a_user_and_a_key_are_made_from_the_command_line(place: Path) -> None:
    data = ("--data-dir", place / "data")

    opened = saveit("restaurant", "add", "--name", "Mesón Ñandú", "--timezone", "Europe/Madrid", *data)
    added = saveit(
        *("user", "add", "--restaurant", "meson-nandu", "--name", "Ana", "--email", "ana@meson.example.com"),
        *("--role", "host", "--password-stdin", "--json", *data),
        stdin="a password of her own\n",
    )
    listed = saveit("restaurant", "list", "--json", *data)

    assert (opened.code, opened.err) == (0, "")
    assert "open as meson-nandu" in opened.out
    assert json.loads(added.out)["password"] is None
    assert [(each["slug"], each["currency"]) for each in json.loads(listed.out)] == [("meson-nandu", "EUR")]


def test_a_key_made_beside_a_running_server_opens_it_until_it_is_revoked(running_demo: Running) -> None:
    data = ("--data-dir", running_demo.data_dir)
    made = json.loads(
        saveit("api-key", "add", "--restaurant", "pier-and-pine", "--name", "till", "--json", *data).out
    )

    def listed() -> str:
        return saveit("api-key", "list", "--restaurant", "pier-and-pine", *data).out

    status = httpx.get(
        f"{running_demo.url}/api/v1/restaurants",
        headers={"Authorization": f"Bearer {made['api_key']}"},
        timeout=30,
    ).status_code
    before = listed()
    revoked = saveit("api-key", "revoke", made["id"], *data)

    assert status == 200
    assert made["api_key"] not in before
    assert revoked.code == 0
    assert [line.split()[-1] for line in listed().splitlines() if made["id"] in line] == ["revoked"]


def test_a_restaurant_is_shown_with_its_tables_and_hours(running_demo: Running) -> None:
    shown = saveit("restaurant", "show", "taberna-del-olivar", "--data-dir", running_demo.data_dir)

    assert "friday     comida 13:00-17:00, cena 20:00-02:00" in shown.out
    assert "24 tables, 80 seats, 7 combinations" in shown.out


def test_who_works_where_is_listed(running_demo: Running) -> None:
    listed = saveit("user", "list", "--restaurant", "pier-and-pine", "--data-dir", running_demo.data_dir)

    assert sorted(line.split()[0] for line in listed.out.splitlines()[1:]) == [
        "grace@pier.example.com",
        "noor@pier.example.com",
        "sam@pier.example.com",
    ]


async def _parked_by_hand(data_dir: Path) -> str:
    dsn = running_dsn(data_dir)
    assert dsn is not None
    connection = await asyncpg.connect(dsn, server_settings={"role": "saveit_ledger"})
    try:
        fact_id: str = await connection.fetchval(
            "INSERT INTO parked_facts (consumer, tenant_id, txid, position, fact_id, kind, reason, attempts, parked_at) "
            "SELECT 'qr', tenant_id, txid, position, fact_id, kind, 'Unreadable', 6, now() FROM facts "
            "WHERE kind = 'reservation.created' LIMIT 1 RETURNING fact_id::text"
        )
    finally:
        await connection.close()
    return fact_id


def test_a_parked_fact_is_seen_and_taken_again(running_demo: Running) -> None:
    def on_it(*arguments: str) -> Answer:
        return saveit("facts", *arguments, "--data-dir", running_demo.data_dir)

    before = on_it("parked")
    fact_id = asyncio.run(_parked_by_hand(running_demo.data_dir))
    seen = on_it("parked")
    unknown = on_it("retry", fact_id, "--consumer", "nobody")
    taken = on_it("retry", fact_id, "--consumer", "qr")
    again = on_it("retry", fact_id, "--consumer", "qr")

    assert (before.out.strip(), fact_id in seen.out, unknown.code) == ("No fact is parked.", True, 1)
    assert (taken.code, taken.out.strip(), again.code) == (0, "It was taken.", 1)
    assert "there is no consumer nobody" in unknown.err


def test_the_doctor_finds_nothing_wrong_with_what_works_and_changes_nothing(running_demo: Running) -> None:
    found = saveit("doctor", "--json", "--data-dir", running_demo.data_dir)

    states = {finding["name"]: finding["state"] for finding in json.loads(found.out)}
    assert found.code == 0
    assert (states["database"], states["migrations"], states["role saveit_ledger"]) == ("ok", "ok", "ok")


def test_the_doctor_says_what_is_bad_and_what_mends_it(place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "secret.key").write_text("0123456789abcdef" * 4)
    (place / "data" / "secret.key").chmod(0o644)

    found = saveit("doctor", "--data-dir", place / "data")

    assert found.code == 1
    assert "can be read by others" in found.out
    assert f"chmod 600 {place / 'data' / 'secret.key'}" in found.out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("restaurant", "show", "nowhere"), "There is no restaurant 'nowhere'"),
        (("restaurant", "add", "--name", "Sol", "--timezone", "Mars/Olympus"), "timezone_unknown"),
        (("api-key", "revoke", "not-an-id"), "A key is revoked by its id"),
    ],
)
def test_what_cannot_be_done_is_said_in_words_and_with_code_1(
    command: tuple[str, ...], words: str, running_demo: Running
) -> None:
    answer = saveit(*command, "--data-dir", running_demo.data_dir)

    assert answer.code == 1
    assert words in answer.err
    assert "Traceback" not in answer.err


def test_a_database_that_is_not_there_is_said_to_be_unreachable(place: Path) -> None:
    answer = saveit(
        "migrate", SAVEIT_DATA_DIR=str(place), SAVEIT_DATABASE_URL="postgresql://saveit@127.0.0.1:1/saveit"
    )

    assert answer.code == 1
    assert "The database cannot be reached" in answer.err


def test_help_names_the_commands_and_keeps_the_inner_one_to_itself() -> None:
    answer = saveit("--help")

    assert [word in answer.out for word in ("up", "doctor", "backup", "restore", "api-key")] == [True] * 5
    assert "web-process" not in answer.out


def test_a_line_is_added_listed_and_switched_off_beside_a_running_server(running_demo: Running) -> None:
    data = ("--data-dir", running_demo.data_dir)
    here = ("--restaurant", "pier-and-pine")
    wanted = ("--channel", "telegram", "--account", "pier-bot", "--opaque", "pier-bot", "--credentials-stdin")
    made = json.loads(
        saveit(
            *("line", "add", *here, *wanted, "--json", *data),
            stdin="bot_token=1:abc\nsecret_token=agreed\n",
        ).out
    )
    update = {"update_id": 1, "message": {"chat": {"id": 1}, "text": "hello"}}
    delivered = httpx.post(
        f"{running_demo.url}/webhooks/telegram/pier-bot",
        json=update,
        headers={"X-Telegram-Bot-Api-Secret-Token": "agreed"},
        timeout=30,
    )
    again = saveit(*("line", "add", *here, *wanted, *data), stdin="bot_token=1:abc\nsecret_token=agreed\n")
    off = saveit("line", "off", made["id"], *here, *data)
    listed = saveit("line", "list", *here, *data).out

    assert made["webhook_url"].endswith("/webhooks/telegram/pier-bot")
    assert delivered.status_code == 200
    assert (again.code, "line_taken" in again.err) == (1, True)
    assert (off.code, "running processes know" in off.out) == (0, True)
    assert [line.split()[-2] for line in listed.splitlines() if made["id"] in line] == ["off"]
    assert "agreed" not in listed


def test_what_is_wrong_with_a_line_is_said_whole(running_demo: Running) -> None:
    data = ("--data-dir", running_demo.data_dir)
    wanted = ("--restaurant", "pier-and-pine", "--channel", "telegram", "--account", "x", "--opaque", "a b")

    said = saveit("line", "add", *wanted, "--credentials-stdin", *data, stdin="colour=red\n")
    told = saveit("line", "channels")

    assert said.code == 1
    assert all(word in said.err for word in ("opaque", "colour", "bot_token", "secret_token"))
    assert "bot_token" in told.out
