"""Learns how words lean towards a want: `python -m tests.nlu.train` writes the weights.

A softmax over words, trained one message at a time with steps that shrink where a word was met often. Nothing in it is random: the same
cases make the same file. The fourth set is never read.
"""

import math
from collections import Counter, defaultdict
from hashlib import sha256

from saveit.dialogue.nlu.wanted import intents, leaning
from saveit.dialogue.nlu.wanted.leaning import NOTHING
from tests.nlu.corpus import INTENTS, Case, lessons, own_cases, second_cases, third_cases

ROUNDS = 12
STEP = 0.5
DECAY = 1e-4
SMALLEST = 0.1
MET_MIN = 2

Row = tuple[list[str], str]
Model = tuple[dict[str, float], dict[str, dict[str, float]]]


def learned_from() -> list[Case]:
    """The lessons, and every case of the first three sets, whose held-out thirds have been looked at; none of the fourth."""
    return [*own_cases(), *second_cases(), *third_cases(), *lessons()]


def digest(cases: list[Case]) -> str:
    """A short name for exactly these cases, so that weights which are out of date are seen."""
    return sha256("\n".join(f"{case.id} {case.intent} {case.text}" for case in cases).encode()).hexdigest()[
        :16
    ]


def row_of(case: Case) -> Row:
    """What is weighed of a case, and what it wants."""
    seen: list[list[str]] = []
    weigh = intents.weigh

    def watching(text: str, ask: intents.Ask) -> intents.Weighed:
        seen.append(intents.features_of(text, ask))
        return weigh(text, ask)

    intents.weigh = watching
    try:
        case.understood()
    finally:
        intents.weigh = weigh
    return seen[-1], str(INTENTS.get(case.intent or NOTHING, case.intent or NOTHING))


def learn(rows: list[Row]) -> Model:
    """Return the bias of each want and the weights of each feature."""
    met = Counter(feature for features, _ in rows for feature in features)
    kept = [([feature for feature in features if met[feature] >= MET_MIN], want) for features, want in rows]
    wants = sorted({want for _, want in rows})
    bias = dict.fromkeys(wants, 0.0)
    weights: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(wants, 0.0))
    squares: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(wants, 1e-6))
    stride = 577  # Coprime to any set we have, so that neighbours in a file do not follow each other.
    order = sorted(range(len(kept)), key=lambda place: place * stride % len(kept))
    for _ in range(ROUNDS):
        for place in order:
            _step(kept[place], bias, weights, squares)
    return bias, weights


def _step(
    row: Row,
    bias: dict[str, float],
    weights: dict[str, dict[str, float]],
    squares: dict[str, dict[str, float]],
) -> None:
    features, right = row
    share = 1 / math.sqrt(max(1, len(features)))
    sums = dict(bias)
    for feature in features:
        for want, weight in weights[feature].items():
            sums[want] += weight * share
    highest = max(sums.values())
    parts = {want: math.exp(each - highest) for want, each in sums.items()}
    whole = sum(parts.values())
    for want, part in parts.items():
        wrong = part / whole - (want == right)
        if abs(wrong) < 1e-3:
            continue
        bias[want] -= 0.02 * wrong
        slope = wrong * share
        for feature in features:
            squares[feature][want] += slope * slope
            mine = weights[feature]
            mine[want] -= STEP * (slope + DECAY * mine[want]) / math.sqrt(squares[feature][want])


def written(model: Model, cases: list[Case]) -> str:
    """The file: the cases' digest, the bias, and one feature a line with the weights that are not next to nothing."""
    bias, weights = model
    lines = [f"# {digest(cases)}"]
    for feature, mine in [("bias", bias), *sorted(weights.items())]:
        cells = [
            f"{want}={weight:.2f}"
            for want, weight in sorted(mine.items())
            if abs(weight) >= SMALLEST or feature == "bias"
        ]
        if cells:
            lines.append("\t".join([feature, *cells]))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Learn from everything that may be learned from, and write the file."""
    taught = learned_from()
    leaning.FILE.write_text(written(learn([row_of(case) for case in taught]), taught), encoding="utf-8")


if __name__ == "__main__":
    main()
