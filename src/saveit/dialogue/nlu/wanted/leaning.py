"""How words lean towards a want where no table has the phrase: weights learned from messages of our own.

The tables of `wants` and `talk` know phrases; a guest says the same thing in a hundred others. Here each word, pair and
triple of words has a learned weight for each want, and their sum says how a text leans. The weights lie in `leanings.tsv`,
made by `python -m tests.nlu.train` from messages of ours, never from those it is judged by, and never edited by hand. A linear sum of known
words can be read and argued with, costs a few look-ups, and is the same everywhere; that is why it is nothing larger.
"""

import itertools
import math
import re
from pathlib import Path
from typing import Final, cast

from saveit.dialogue.nlu.model import Intent, Slot

FILE: Final = Path(__file__).with_name("leanings.tsv")
_WORD = re.compile(r"[a-z']+|D\d|_+|¤+|\d+|\?")
_STEM_LENGTH: Final = 4
_WORDS_A_STEP: Final = 3
_STEPS_MAX: Final = 6
NOTHING: Final = "nothing"
"""What a message wants that only fills what was asked for."""
# Fewer known words than this say nothing.
_KNOWN_MIN: Final = 2


def features(text: str, states: frozenset[Slot], requested: Slot | None, *, corrects: bool) -> list[str]:
    """Return what is weighed of a text: its words, their stems, pairs and triples, and what is known beside them."""
    words = [_written(word) for word in _WORD.findall(text)]
    row = ["<", *words, ">"]
    found = {f"w {word}" for word in words}
    found |= {f"p {word[:_STEM_LENGTH]}" for word in words if len(word) > _STEM_LENGTH}
    found |= {f"b {first} {second}" for first, second in itertools.pairwise(row)}
    found |= {
        f"t {first} {second} {third}" for first, second, third in zip(row, row[1:], row[2:], strict=False)
    }
    found |= {f"s {slot}" for slot in states}
    found |= {f"n {min(len(states), 3)}", f"l {min(len(words) // _WORDS_A_STEP, _STEPS_MAX)}"}
    if requested is not None:
        found |= {f"r {requested}", "r answered" if requested in states else "r open"}
    if corrects:
        found.add("c")
    return sorted(found)


def leanings(found: list[str]) -> dict[Intent | None, float]:
    """Return the logarithm of how likely each want is, none among them; empty where too few of the words are known."""
    known = [_WEIGHTS[feature] for feature in found if feature in _WEIGHTS]
    if sum(feature.startswith("w ") and feature in _WEIGHTS for feature in found) < _KNOWN_MIN:
        return {}
    sums = dict(_BIAS)
    share = 1 / math.sqrt(len(known))
    for weights in known:
        for want, weight in weights:
            sums[want] += weight * share
    highest = max(sums.values())
    whole = highest + math.log(sum(math.exp(each - highest) for each in sums.values()))
    return {None if want == NOTHING else cast("Intent", want): each - whole for want, each in sums.items()}


def _written(word: str) -> str:
    if word.isdigit():
        return "#"
    if word[0] in "_¤":
        return "_"
    return "D" if word[0] == "D" else word


def _read() -> tuple[dict[str, float], dict[str, tuple[tuple[str, float], ...]]]:
    bias: dict[str, float] = {}
    weights: dict[str, tuple[tuple[str, float], ...]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        feature, *cells = line.split("\t")
        pairs = tuple((want, float(weight)) for want, _, weight in (cell.partition("=") for cell in cells))
        if feature == "bias":
            bias = dict(pairs)
        elif not feature.startswith("#"):
            weights[feature] = pairs
    return bias, weights


_BIAS, _WEIGHTS = _read()
