"""`saveit nlu parse`, as a program beside us would use it: lines in, lines out, and no database."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

BASE = ("--lang", "es", "--now", "2026-03-02T12:00:00", "--tz", "Europe/Madrid")


def parse(lines: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "saveit", "nlu", "parse", *options],
        input=lines,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_line_is_answered_with_its_id_and_nulls_where_nothing_is_stated() -> None:
    answer = parse(
        '{"id": "a", "text": "Mesa para 4 el viernes a las 9"}\n'
        '{"id": 7, "text": "table for two tomorrow at half seven", "lang": "en-GB", "tz": "Europe/London", "now": "2026-06-01T10:00:00"}\n'
        '{"id": "b", "text": "8", "context": {"requested": ["time"]}}\n',
        *BASE,
    )

    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert (answer.returncode, answer.stderr) == (0, "")
    assert list(rows[0]) == ["id", "intent", "lang", "date", "time", "party_size", "name", "confidence"]
    assert [
        (row["id"], row["lang"], row["date"], row["time"], row["party_size"], row["name"]) for row in rows
    ] == [
        ("a", "es", "2026-03-06", "21:00", 4, None),
        (7, "en", "2026-06-02", "19:30", 2, None),
        ("b", "es", None, "20:00", None, None),
    ]


def test_a_line_that_cannot_be_read_is_named_and_the_others_are_answered() -> None:
    answer = parse(
        '{"id": 1, "text": "hola"}\nnot json\n\n{"id": 2}\n{"id": 3, "text": "hi", "tz": "Mars/Base"}\n'
        f'{{"id": 4, "text": "{"x" * 70_000}"}}\n{{"id": 5, "text": "adiós"}}\n',
        *BASE,
    )

    assert answer.returncode == 1
    assert [json.loads(line)["id"] for line in answer.stdout.splitlines()] == [1, 5]
    assert [line.split(":")[1].strip() for line in answer.stderr.splitlines()] == [
        "line 2",
        "line 4",
        "line 5",
        "line 6",
    ]


def test_a_zone_or_a_time_that_is_none_is_refused_before_any_line() -> None:
    for options in (("--tz", "Mars/Base"), ("--now", "noon")):
        answer = parse('{"id": 1, "text": "hola"}\n', *options)

        assert (answer.returncode, answer.stdout) == (1, "")
        assert options[1] in answer.stderr
