"""Measures what the built-in engine understands: `python -m tests.nlu.report`. Of the held-out third it prints totals only."""

import sys
from collections.abc import Iterable
from time import process_time

from msgspec import Struct

from tests.nlu.corpus import (
    NOT_OURS,
    Case,
    Frame,
    development_cases,
    development_set,
    fourth_cases,
    frame_of,
    own_cases,
    second_cases,
    third_cases,
)


class Figures(Struct, frozen=True):
    """How many of how many, for each thing measured; percentages are over the cases to which it applies."""

    cases: int
    frames: float
    when: float
    party: float
    intent: float
    slotless: float
    lang: float
    asks: float
    p99_ms: float
    """Of the processor's time, so that a busy machine measures the same."""
    mean_ms: float
    missed: tuple[str, ...]
    """The ids of cases of which anything was wrong."""


def percent(rights: Iterable[bool]) -> float:
    """The share that is right; 100 of nothing."""
    counted = list(rights)
    return round(100 * sum(counted) / len(counted), 1) if counted else 100.0


def measured(cases: list[Case]) -> Figures:
    """Run every case once and count."""
    rows: list[tuple[Case, Frame, bool, bool, bool]] = []
    seconds: list[float] = []
    for case in cases:
        context = case.known()
        started = process_time()
        understanding = case.understood()
        seconds.append(process_time() - started)
        frame = frame_of(understanding)
        asked = {question.slot for question in understanding.questions}
        rows.append(
            (
                case,
                frame,
                case.is_intent(understanding.intent),
                case.lang not in {"es", "en"}
                or understanding.lang == case.lang
                or context.language != case.lang,
                asked >= set(case.asks),
            )
        )
    return Figures(
        cases=len(rows),
        frames=percent(case.is_whole(frame) for case, frame, *_ in rows),
        when=percent(case.is_when(frame) for case, frame, *_ in rows),
        party=percent(case.is_party(frame) for case, frame, *_ in rows),
        intent=percent(intent for *_, intent, _, _ in rows),
        slotless=percent(frame == Frame() for case, frame, *_ in rows if case.expect == Frame()),
        lang=percent(lang for *_, lang, _ in rows),
        asks=percent(asks for *_, asks in rows),
        p99_ms=round(1000 * sorted(seconds)[int(len(seconds) * 0.99)], 2),
        mean_ms=round(1000 * sum(seconds) / len(seconds), 2),
        missed=tuple(
            case.id
            for case, frame, intent, lang, asks in rows
            if not (case.is_whole(frame) and intent and lang and asks)
        ),
    )


def when_right(cases: list[Case]) -> float:
    """The share of date-and-time frames that are right, over the cases that have one."""
    return percent(
        case.states_when(frame_of(case.understood()))
        for case in cases
        if case.expect.date or case.expect.time
    )


def party_right(cases: list[Case]) -> float:
    """The share of party sizes that are right, over the cases that have one."""
    return percent(
        case.is_party(frame_of(case.understood())) for case in cases if case.expect.party_size is not None
    )


def intent_right(cases: list[Case]) -> float:
    """The share of intents that are right, over those we have a name for."""
    return percent(
        case.is_intent(case.understood().intent)
        for case in cases
        if case.intent is not None and case.intent not in NOT_OURS
    )


def report() -> str:
    """The table of `docs/guides/understanding.md`."""
    heads = ("frames", "when", "party", "intent", "no slot", "lang", "asks", "p99 ms")
    lines = [f"{'set':<18}{'cases':>6}{''.join(f'{head:>8}' for head in heads)}"]
    sets = (
        ("", own_cases(), ("es", "en", "mixed")),
        ("second ", second_cases(), ("es", "en")),
        ("third ", third_cases(), ("es", "en")),
        ("fourth ", fourth_cases(), ("es", "en")),
    )
    for prefix, cases, lang, held_out in (
        (prefix, cases, lang, held_out)
        for prefix, cases, langs in sets
        for held_out in (False, True)
        for lang in langs
    ):
        chosen = [case for case in cases if case.lang == lang and case.held_out is held_out]
        if not chosen:
            continue
        figures = measured(chosen)
        name = f"{prefix}{lang} {'held out' if held_out else 'tuned'}"
        shares = (
            figures.frames,
            figures.when,
            figures.party,
            figures.intent,
            figures.slotless,
            figures.lang,
            figures.asks,
        )
        cells = "".join(f"{share:>8}" for share in shares)
        lines.append(f"{name:<18}{figures.cases:>6}{cells}{figures.p99_ms:>8}")
    path = development_set()
    if path is None:
        return "\n".join(
            [*lines, "The development set does not lie beside the checkout: it was not measured."]
        )
    development = development_cases(path)
    for lang in ("es", "en"):
        chosen = [case for case in development if case.lang == lang]
        lines.append(
            f"development {lang}: date and time {when_right(chosen)} %, party {party_right(chosen)} %, intent {intent_right(chosen)} %"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table, and with `--missed` the ids of the tuned cases that are wrong."""
    sys.stdout.write(f"{report()}\n")
    if "--missed" in sys.argv:
        missed = measured(
            [case for case in (*own_cases(), *second_cases(), *third_cases()) if not case.held_out]
        ).missed
        sys.stdout.write("\n".join(missed) + "\n")


if __name__ == "__main__":
    main()
