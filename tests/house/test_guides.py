"""What can be set is documented, and what is documented can be set."""

import re

from saveit.kernel.settings import Settings
from tests.house.sources import ROOT

GUIDE = ROOT / "docs" / "guides" / "settings.md"


def test_every_setting_has_its_row_in_the_guide_and_no_row_is_left_over() -> None:
    rows = re.findall(r"^\| `(SAVEIT_[A-Z_]+)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(rows) == sorted(Settings.variables())
