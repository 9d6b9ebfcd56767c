"""What a guest wants: weighed from the words of a canonical text, and from what it states of a reservation."""

import re
from typing import Final

from msgspec import Struct

from saveit.dialogue.nlu.model import Intent, Slot
from saveit.dialogue.nlu.wanted.cues import (
    ASKS_OR_ORDERS,
    AT_TABLE,
    BOOKS,
    CUES,
    ELSEWHERE,
    FAR_ELSEWHERE,
    HOUSE,
    NEVER_HERE,
    THINKING,
    TO_THE_HOUSE,
)
from saveit.dialogue.nlu.wanted.leaning import features, leanings

# The weight of a cue that says what is wanted, not only what it is about.
_SAYS_WANT: Final = 4.0
_LEAN: Final = 0.25
# Less than the lightest cue is chance.
_CHANCE: Final = 2.0
_NOT_HERE: Final = 8.0
_BOOKED_BY: Final[frozenset[Slot]] = frozenset({"date", "time", "party_size"})
# Characters of a text that has no room for manners and a want.
_SHORT: Final = 40
_YES_WORDS_MAX: Final = 12
_ABOUT_A_BOOKING: Final[tuple[Intent, ...]] = ("cancel", "modify", "running_late", "waitlist", "my_bookings")
_MANNERS: Final[tuple[Intent, ...]] = ("greet", "thanks", "goodbye")
_SMALL_TALK: Final[frozenset[Intent]] = frozenset({*_MANNERS, "confirm", "deny"})
# "Para cenar, a las 9" answers what was asked; only a heavy word makes it a new want.
_GIVES_WAY: Final[frozenset[Intent]] = frozenset(
    {"make_reservation", "check_availability", "info", "modify", "confirm", "out_of_scope", "human"}
)
_GIVES_WAY_BELOW: Final = 6.0
# "The Sunday one", "la del viernes": a choice among what was shown, whatever else its few words are used for.
_POINTS_AT_ONE: Final = re.compile(r"^\W*(?:\w+ )?(?:(?:la|el|lo|las|los) del?\b|the (?:\S+ )?one\b)")
# The weight of a question of which only the form is known.
_PLAIN_QUESTION: Final = 3.2
# How much the learned weights count beside the tables, as chosen on messages that neither had met.
_LEANING: Final = 1.25
# What these mention of days and people is no slot: the tables put a message there for a reason.
_STATES_NOTHING: Final[frozenset[Intent | None]] = frozenset({"running_late", "complaint", "out_of_scope"})
_SETTLED: Final = 1.5
_LEANT_CONFIDENCE: Final = 0.6


class Ask(Struct, frozen=True):
    """Beside the text, what weighs: what was stated, and what had been asked for."""

    states: frozenset[Slot]
    requested: Slot | None
    corrects: bool = False
    """Whether the message takes back a value of its own: "not Friday, Saturday"."""
    part_of_day: bool = False


class Weighed(Struct, frozen=True):
    """The intent that weighs most, and how far it is ahead, 0 to 1."""

    intent: Intent | None
    confidence: float


def weigh(text: str, ask: Ask) -> Weighed:
    """Return what the guest wants; None when the message only states what it states."""
    scores: dict[Intent, float] = {}
    for intent, weight, cue in CUES:
        if cue.search(text):
            scores[intent] = _added(scores.get(intent, 0.0), weight)
    _weigh_slots(scores, ask)
    _weigh_topic(scores, text)
    _weigh_wants(scores, text)
    _weigh_manners(scores, text, ask)
    weighed = _heaviest(scores, text, ask)
    if weighed.intent is None and (ask.requested or THINKING.search(text) or _POINTS_AT_ONE.search(text)):
        # What answers a question goes on with what is being talked about.
        return weighed
    if weighed.intent in _STATES_NOTHING:
        return weighed
    leans = leanings(features_of(text, ask))
    if weighed.intent is None and ask.states:
        # Words that no table has may make a change of what is stated, but never throw it away.
        for want in _STATES_NOTHING:
            leans.pop(want, None)
    return _leant(weighed, scores, leans)


def features_of(text: str, ask: Ask) -> list[str]:
    """Return what the learned weights are about."""
    return features(text, ask.states, ask.requested, corrects=ask.corrects)


def _leant(weighed: Weighed, scores: dict[Intent, float], leans: dict[Intent | None, float]) -> Weighed:
    """Let the words that no table has tip the balance; what a table settled has its own weight beside its score."""
    if not leans:
        return weighed
    totals: dict[Intent | None, float] = {
        want: max(scores.get(want, 0.0), 0.0) + _LEANING * lean if want is not None else _LEANING * lean
        for want, lean in leans.items()
    }
    totals[weighed.intent] = totals.get(weighed.intent, 0.0) + _SETTLED
    if scores.get("confirm", 0.0) <= 0:
        # A yes books: it is never guessed from the company its words keep.
        totals.pop("confirm", None)
    best = max(totals, key=lambda want: totals[want])
    return weighed if best == weighed.intent else Weighed(best, _LEANT_CONFIDENCE)


def _added(before: float, weight: float) -> float:
    """The heaviest cue decides, others of the same intent only lean its way; what speaks against it takes away in full."""
    if weight > 0 <= before:
        return max(before, weight) + _LEAN * min(before, weight)
    return before + weight


def _lower(scores: dict[Intent, float], by: float, *intents: Intent) -> None:
    for intent in intents:
        if intent in scores:
            scores[intent] -= by


def _weigh_slots(scores: dict[Intent, float], ask: Ask) -> None:
    """Who states a party and a day wants to come, unless the words say otherwise."""
    stated = ask.states & _BOOKED_BY
    if stated == _BOOKED_BY:
        # "Somos diez pero uno llega más tarde": who books is not late.
        _lower(scores, 4, "running_late")
    if scores.get("make_reservation", 0) > 0:
        scores["make_reservation"] += 0.4 * len(stated)
    elif ask.requested is None and len(stated) == len(_BOOKED_BY):
        scores["make_reservation"] = 5.0
    elif ask.requested is None and "party_size" in stated and len(stated) > 1 and not ask.corrects:
        scores["make_reservation"] = 2.0 + len(stated)


def _weigh_topic(scores: dict[Intent, float], text: str) -> None:
    """Tell what is asked of the house from what is asked of the world."""
    far = FAR_ELSEWHERE.search(text) is not None and AT_TABLE.search(text) is None
    near = ELSEWHERE.search(text) is not None and HOUSE.search(text) is None
    if far or near or NEVER_HERE.search(text):
        scores["out_of_scope"] = _NOT_HERE
    if scores.get("info", 0) == _PLAIN_QUESTION and not TO_THE_HOUSE.search(text):
        del scores["info"]


def _weigh_wants(scores: dict[Intent, float], text: str) -> None:
    """Settle which of two wants is the point: who cancels a table says "table", and does not want one."""
    if max(scores.get(intent, 0) for intent in _ABOUT_A_BOOKING) >= _SAYS_WANT:
        scores.pop("make_reservation", None)
        scores.pop("check_availability", None)
        _lower(scores, 3, "confirm", "thanks", "greet", "deny")
    if max(scores.get("cancel", 0), scores.get("modify", 0)) >= _SAYS_WANT:
        _lower(scores, 4, "my_bookings")
    if scores.get("complaint", 0) >= _SAYS_WANT:
        _lower(scores, 3, "make_reservation", "check_availability", "info", "my_bookings")
    books = BOOKS.search(text) is not None
    if books and scores.get("make_reservation", 0) >= _SAYS_WANT and "?" not in text:
        # "Book a table with parking" asks for the table.
        _lower(scores, 3, "info")
    if not books and scores.get("check_availability", 0) >= _SAYS_WANT:
        scores["make_reservation"] = min(scores.get("make_reservation", 0), scores["check_availability"] - 1)


def _weigh_manners(scores: dict[Intent, float], text: str, ask: Ask) -> None:
    """A greeting opens and thanks close a message that wants something else; a yes is short."""
    if len(text) > _SHORT and ask.states:
        _lower(scores, 2, *_MANNERS)
    if any(score >= _SAYS_WANT - 0.5 for intent, score in scores.items() if intent not in _SMALL_TALK):
        _lower(scores, 4, *_MANNERS)
    if scores.get("deny", 0) > 0:
        _lower(scores, 2, "thanks")
    if text.count(" ") > _YES_WORDS_MAX:
        _lower(scores, 2, "confirm")


def _heaviest(scores: dict[Intent, float], text: str, ask: Ask) -> Weighed:
    ranked = sorted(scores.items(), key=lambda each: (-each[1], _ORDER.index(each[0])))
    if not ranked or ranked[0][1] < _CHANCE:
        return _unsaid(scores, text, ask)
    intent, best = ranked[0]
    answers = ask.requested in ask.states
    if answers and (intent in _MANNERS or (intent in _GIVES_WAY and best < _GIVES_WAY_BELOW)):
        return Weighed(None, 0.8)
    if intent == "greet" and ask.requested == "time" and ask.part_of_day:
        return Weighed(None, 0.8)
    ahead = best - max(ranked[1][1], 0) if len(ranked) > 1 else best
    return Weighed(intent, round(min(0.99, 0.5 + ahead / 10 + best / 20), 2))


def _unsaid(scores: dict[Intent, float], text: str, ask: Ask) -> Weighed:
    """Return what a message is that says nothing of what it wants."""
    if ask.states or ask.corrects or ask.part_of_day:
        return Weighed(None, 0.7)
    if THINKING.search(text):
        return Weighed(None, 0.3)
    return Weighed("out_of_scope", 0.4) if _is_foreign(text, scores) else Weighed(None, 0.2)


def _is_foreign(text: str, scores: dict[Intent, float]) -> bool:
    """Tell a question or an order about something else from words that mean nothing yet, or that only the guest's host can place."""
    if HOUSE.search(text) or any(score > 0 for score in scores.values()):
        return False
    return ASKS_OR_ORDERS.search(text) is not None


_ORDER: Final[tuple[Intent, ...]] = (
    "cancel",
    "modify",
    "running_late",
    "waitlist",
    "complaint",
    "my_bookings",
    "human",
    "out_of_scope",
    "make_reservation",
    "check_availability",
    "info",
    "deny",
    "goodbye",
    "thanks",
    "confirm",
    "greet",
)
