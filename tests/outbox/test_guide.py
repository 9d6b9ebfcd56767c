"""Every kind of fact is documented, and what is documented is written somewhere."""

import ast
import re

import pytest

from tests.house.sources import ROOT, python_files

pytestmark = pytest.mark.slow

GUIDE = ROOT / "docs" / "guides" / "facts.md"
# What makes a fact of a kind it is given. A new one that is not listed here shows up as a kind in the guide that nobody writes.
MAKERS = {
    "Act",
    "Fact",
    "_end",
    "_fact",
    "_record",
    "_told",
    "changed",
    "conversation_fact",
    "hold_changed",
    "ready_fact",
    "save",
    "_line_fact",
    "waiting_changed",
}
KIND = re.compile(r"[a-z_]+\.[a-z_]+")


def kinds_written() -> set[str]:
    return {
        argument.value
        for source in python_files("src")
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in MAKERS
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and KIND.fullmatch(argument.value)
    }


def test_every_kind_has_its_row_in_the_guide_and_no_row_is_left_over() -> None:
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(rows) == sorted(kinds_written())
