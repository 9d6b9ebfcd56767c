"""The guide says what each channel can, and the code agrees."""

import re
from datetime import timedelta

from saveit.channels import CHANNELS
from saveit.messages import Can, ChoiceLimits, Limit
from tests.channels.support import ROOT

GUIDE = ROOT / "docs" / "guides" / "channels.md"


def row(name: str, can: Can) -> tuple[str, ...]:
    return (
        f"`{name}`",
        limit(can.text),
        " + ".join(
            filter(None, (choices(can.buttons, "buttons"), choices(can.quick_replies, "quick replies")))
        )
        or "no",
        choices(can.menu, "rows") or "no",
        ", ".join(sorted(can.media)) or "no",
        "yes" if can.templates else "no",
        window(can.reply_window),
        "in the response" if can.reply == "in_response" else "later",
    )


def limit(found: Limit) -> str:
    return f"{found.max} {found.unit.replace('_', ' ')}"


def choices(limits: ChoiceLimits | None, word: str) -> str:
    return "" if limits is None else f"{limits.count_max} {word} of {limits.title.max}"


def window(found: timedelta | None) -> str:
    return "no" if found is None else f"{int(found.total_seconds()) // 3600} h"


def table() -> str:
    return "\n".join(f"| {' | '.join(row(channel.name, channel.can))} |" for channel in CHANNELS)


def test_the_guide_says_what_each_channel_can() -> None:
    rows = re.findall(r"^\| `[a-z_]+` \|.+\|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)

    assert "\n".join(rows) == table()


def test_every_channel_says_how_its_events_are_known() -> None:
    told = GUIDE.read_text(encoding="utf-8").partition("an event's key is")[2].partition("## ")[0]

    assert [channel.name for channel in CHANNELS if channel.name not in told] == []


def test_the_guide_says_what_is_closed() -> None:
    assert "Google Business Messages is closed" in GUIDE.read_text(encoding="utf-8")


def test_every_test_that_the_page_of_failures_names_exists() -> None:
    page = (ROOT / "docs" / "guides" / "channel-failures.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|tests)/[\w/]+\.py)::(test_\w+)`", page)

    assert len(named) > 30
    assert [
        f"{path}::{name}"
        for path, name in named
        if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ] == []


def test_every_row_of_the_page_of_failures_names_a_test() -> None:
    page = (ROOT / "docs" / "guides" / "channel-failures.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "held by" not in line]

    assert [row for row in rows if "::test_" not in row] == []


def test_each_invariant_of_conversations_names_a_test_that_exists() -> None:
    page = (ROOT / "docs" / "guides" / "conversation.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-g]) \| .+? \| (.+) \|$", page, re.MULTILINE)
    named = [found for _, held in rows for found in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", held)]

    assert [letter for letter, _ in rows] == list("abcdefg")
    assert [
        name for path, name in named if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ] == []
