"""The guide to failure modes names every number of the list, and no test that is not there."""

import ast
import re

from tests.house.sources import ROOT

GUIDE = ROOT / "docs" / "guides" / "failure-modes.md"
NUMBERS = 49
_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows() -> dict[int, str]:
    """Return what holds each number."""
    return {int(number): held for number, _, held in _ROW.findall(GUIDE.read_text(encoding="utf-8"))}


def names_in(path: str) -> set[str]:
    """Return the names of the tests of a file; none when there is no such file."""
    file = ROOT / path
    if not file.exists():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_number_has_its_row() -> None:
    assert sorted(rows()) == list(range(1, NUMBERS + 1))


def test_every_test_that_is_named_exists() -> None:
    named = [found for held in rows().values() for found in _TEST.findall(held)]

    assert len(named) > NUMBERS
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


def test_every_row_names_a_test_or_says_what_it_waits_for() -> None:
    silent = [number for number, held in rows().items() if not _TEST.search(held) and "Later:" not in held]

    assert silent == []
