"""Words that do not belong into the project's files, each for its reason."""

import re

import pytest

from tests.house.sources import ROOT, python_files, text_files

# Written with brackets so that this file does not hold the words it forbids.
LEFT_FOR_LATER = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b(?!\s*\(?#\d)")
REGISTRY_HOSTS = re.compile(
    r"py[p]i\.org|python[h]osted\.org|registry\.n[p]mjs|deb\.deb[i]an\.org|--(extra-)?index-url|--find-links"
)
ONES_OWN_PATHS = re.compile(r"(?<![\w.~$}/])/(home|work|root|Users)/[\w.]")
SILENCED = re.compile(r"#\s*(?:type:\s*ignore|pyright:\s*ignore|noqa)(?P<what>.*)")
REASONED = re.compile(r"^(?:\[[\w, -]+\]|:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)\s*(?:-|#|:)?\s*\S+\s+\S+")
STAR = re.compile(r"\bSELECT\s+\*", re.IGNORECASE)


def places(pattern: re.Pattern[str], *, suffixes: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in text_files()
        if not suffixes or path.endswith(suffixes)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_is_left_for_later_without_an_issue() -> None:
    assert places(LEFT_FOR_LATER) == []


def test_no_file_says_where_packages_come_from() -> None:
    """Locks hold hashes, so any mirror serves; a host in a lock would bind every machine to it."""
    own = {"Makefile", "tests/house/test_words.py"}

    assert [place for place in places(REGISTRY_HOSTS) if place.split(":")[0] not in own] == []


def test_no_file_knows_its_authors_machine() -> None:
    own = "tests/house/test_words.py"

    assert [place for place in places(ONES_OWN_PATHS) if not place.startswith(own)] == []


def test_what_silences_a_checker_says_which_rule_and_why() -> None:
    silent = [
        f"{source.path}:{number}: {line.strip()[:120]}"
        for source in python_files("src", "bench")
        for number, line in enumerate(source.text.splitlines(), 1)
        for silenced in [SILENCED.search(line)]
        if silenced is not None and not REASONED.match(silenced["what"])
    ]

    assert silent == []


def test_queries_name_their_columns() -> None:
    assert [place for place in places(STAR, suffixes=(".sql",)) if place.startswith("src/")] == []


def test_every_lock_is_hashed_whole() -> None:
    for name in ("bootstrap", "runtime", "dev"):
        lock = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
        pins = re.split(r"\n(?=[a-z0-9])", lock.strip())

        assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# T" + "ODO: later", True),
        ("# T" + "ODO(#12): later", False),
        ("métodos", False),
        ("methODO", False),
    ],
)
def test_the_rule_against_later_reads_whole_words(text: str, *, found: bool) -> None:
    assert bool(LEFT_FOR_LATER.search(text)) is found


@pytest.mark.parametrize(
    ("text", "reasoned"),
    [
        ("  # noqa: S105 - the name of a file.", True),
        ("  # pyright: ignore[reportPrivateUsage] - the library has no other door.", True),
        ("  # noqa", False),
        ("  # noqa: S105", False),
        ("  # type: ignore", False),
    ],
)
def test_the_rule_on_silence_wants_a_rule_and_a_reason(text: str, *, reasoned: bool) -> None:
    silenced = SILENCED.search(text)

    assert silenced is not None
    assert bool(REASONED.match(silenced["what"])) is reasoned
