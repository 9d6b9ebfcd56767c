"""Reads the scripts of tests/spec/dialogues: a title, what is given, what the guest writes (>) and what should come of it (<)."""

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "spec" / "dialogues"
_QUOTED = re.compile(r'(?P<negated>not )?"(?P<words>[^"]*)"')


@dataclass
class Expected:
    """What should come of one message: words that are said or not said, what is asked next, what is done."""

    said: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    asked: str | None = None
    done: list[str] = field(default_factory=list)


@dataclass
class Exchange:
    """One message of the guest's, and what should come of it."""

    line: int
    guest: str
    expected: Expected


@dataclass
class Script:
    """One conversation."""

    name: str
    language: str
    given: list[str]
    exchanges: list[Exchange]


def read_scripts() -> list[Script]:
    """Read every script there is."""
    return [
        script for path in sorted(FOLDER.glob("*.md")) if path.name != "README.md" for script in _read(path)
    ]


def _read(path: Path) -> list[Script]:
    scripts: list[Script] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            scripts.append(Script(f"{path.stem}: {line[3:].strip()}", path.stem[:2], [], []))
        elif line.startswith("given: "):
            scripts[-1].given += [each.strip() for each in line[7:].split(";")]
        elif line.startswith("> "):
            scripts[-1].exchanges.append(Exchange(number, line[2:].strip(), Expected()))
        elif line.startswith("< "):
            _expect(scripts[-1].exchanges[-1].expected, line[2:])
    return scripts


def _expect(expected: Expected, text: str) -> None:
    for part in text.split(";"):
        words = part.strip()
        quoted = _QUOTED.fullmatch(words)
        if quoted is not None:
            (expected.unsaid if quoted["negated"] else expected.said).append(quoted["words"])
        elif words.startswith("asks "):
            expected.asked = words[5:]
        elif words:
            expected.done.append(words)
