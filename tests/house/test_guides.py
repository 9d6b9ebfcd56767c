"""What can be set is documented, and what is documented can be set; the same for what traces show."""

import ast
import re

from saveit.kernel.settings import Settings
from tests.house.sources import ROOT, python_files

GUIDE = ROOT / "docs" / "guides" / "settings.md"
TRACES = ROOT / "docs" / "guides" / "traces.md"


def test_every_setting_has_its_row_in_the_guide_and_no_row_is_left_over() -> None:
    rows = re.findall(r"^\| `(SAVEIT_[A-Z_]+)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(rows) == sorted(Settings.variables())


def test_every_span_has_its_row_in_the_guide_and_no_row_is_left_over() -> None:
    opened = {
        node.args[0].value
        for source in python_files("src")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"span", "traced"}
        and isinstance(node.args[0], ast.Constant)
    }
    rows = set(re.findall(r"^\| `([^`]+)` \|", TRACES.read_text(encoding="utf-8"), re.MULTILINE))

    acts = {"reservations.<verb>" if str(name).startswith("reservations.") else name for name in opened}
    # The request's own name is known once its route is.
    assert {"METHOD route" if name == "request" else name for name in acts} == rows
