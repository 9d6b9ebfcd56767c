"""Every channel says of every rule whether it holds, and each rule is held by tests that exist."""

import ast
from pathlib import Path

import pytest

from saveit.commands.new_channel import RULES
from tests.channels.quality import HELD_BY, channel_folders, quality_of
from tests.house.sources import ROOT

FOLDERS = pytest.mark.parametrize("folder", channel_folders(), ids=[each.name for each in channel_folders()])
# Long enough for a reason, too long for "n/a".
WHY_LENGTH_MIN = 20


@FOLDERS
def test_a_channel_says_of_every_rule_whether_it_holds(folder: Path) -> None:
    assert list(quality_of(folder.name)) == list(RULES)


@FOLDERS
def test_what_a_channel_says_is_done_or_exempt_for_a_reason(folder: Path) -> None:
    """A channel that is begun says todo, and is not finished until none is left."""
    left = {
        rule: said
        for rule, said in quality_of(folder.name).items()
        if said != "done"
        and not (
            isinstance(said, dict) and set(said) == {"exempt"} and len(str(said["exempt"])) >= WHY_LENGTH_MIN
        )
    }

    assert left == {}, f"{folder.name}/quality.toml: what is left is neither done nor exempt for a reason"


def test_each_rule_is_held_by_tests_of_the_conformance_suite() -> None:
    tree = ast.parse((ROOT / "tests" / "channels" / "test_conformance.py").read_text(encoding="utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}

    assert list(HELD_BY) == list(RULES)
    assert [name for names in HELD_BY.values() for name in names if name not in there] == []


def test_the_guide_lists_every_rule() -> None:
    page = (ROOT / "docs" / "guides" / "channels.md").read_text(encoding="utf-8")

    assert [rule for rule, meaning in RULES.items() if f"- `{rule}`: {meaning}\n" not in page] == []
