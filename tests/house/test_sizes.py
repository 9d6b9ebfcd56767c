"""What is too long to be read at once is not written."""

import ast

from tests.house.sources import ROOT, python_files

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
# The formatter breaks code at 110; a comment, a docstring or a text may run on to here.
LINE_LENGTH_MAX = 140

# Functions that were longer when the rule came, with their length then: they may only shrink, and none is added.
OLD_GIANTS: dict[str, int] = {}
# Written by a tool, or one long table by nature.
MADE_FILES = {"src/saveit/schema/schema.sql"}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{source.path} {node.name}": node.end_lineno - node.lineno + 1
        for source in python_files("src", "bench", "tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    }

    grown = {
        name: lines
        for name, lines in long.items()
        if lines > max(FUNCTION_LINES_MAX, OLD_GIANTS.get(name, 0))
    }
    assert grown == {}


def test_the_list_of_old_giants_only_shrinks() -> None:
    lengths = {
        f"{source.path} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for source in python_files("src", "bench", "tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name: lengths.get(name) for name in OLD_GIANTS} == OLD_GIANTS


def test_no_file_is_longer_than_a_sitting() -> None:
    paths = [
        path
        for folder in ("src", "bench", "tests")
        for pattern in ("*.py", "*.sql")
        for path in sorted((ROOT / folder).rglob(pattern))
        if str(path.relative_to(ROOT)) not in MADE_FILES
    ]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in paths
    }

    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_no_line_runs_off_the_page() -> None:
    wide = [
        f"{source.path}:{number}"
        for source in python_files("src", "bench", "tests")
        for number, line in enumerate(source.text.splitlines(), 1)
        if len(line) > LINE_LENGTH_MAX
    ]

    assert wide == []
