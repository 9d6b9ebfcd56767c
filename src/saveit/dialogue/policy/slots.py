"""From what a message states to what is drafted, and from what is doubtful to what must be asked."""

import re
import unicodedata
from datetime import date, time
from typing import Final

from msgspec.structs import replace

from saveit.dialogue.model import Asked, Draft, State, Venue
from saveit.dialogue.nlu.model import Area, Question
from saveit.dialogue.nlu.stated.contact import comes_in, introduced, name_of
from saveit.dialogue.nlu.stated.spelling import is_known
from saveit.dialogue.policy.shifting import minutes_shifted, shifted
from saveit.dialogue.policy.turn import Turn
from saveit.messages import Choice

_REQUESTS_LENGTH_MAX: Final = 400
_NAME_WORDS_MAX: Final = 4
_TELLING_LENGTH_MIN: Final = 4
_NAME_LENGTH_MIN: Final = 2
_NAME_LENGTH_MAX: Final = 40
# Of a booking that stands, "two more people" are never the whole party.
_MORE: Final = re.compile(r"\bmore (?:people|guests|persons?)\b|\bpersonas? m[aá]s\b", re.IGNORECASE)
_NOON: Final = time(12, 0)
_ASKABLE: Final = ("date", "time", "party_size")
_AREA_WORDS: Final[dict[Area, tuple[str, ...]]] = {
    "terrace": ("terraza", "terrace", "patio", "jardin", "garden", "exterior", "outdoor", "outside"),
    "indoors": ("salon", "interior", "sala", "indoor", "inside", "dining", "comedor"),
    "bar": ("barra", "bar", "counter"),
    "window": ("ventana", "window"),
    "private": ("privad", "reservad", "private"),
}


def stated(turn: Turn) -> bool:
    """Say whether the message states anything of a booking."""
    slots = turn.meant.slots
    return any(
        value is not None
        for value in (
            slots.date,
            slots.time,
            slots.party_size,
            slots.area,
            turn.meant.people_added,
            turn.meant.part_of_day,
            minutes_shifted(turn.text),
        )
    ) or bool(turn.meant.questions)


def filled(turn: Turn, state: State, *, party_size: int | None = None, at: str | None = None) -> State:
    """Return the state with what the message states added to its draft; the last word counts.

    `party_size` is what "two more" is added to where the draft has none, and `at` the time from which "an hour later" is counted.
    """
    slots, draft, meant = turn.meant.slots, state.draft, turn.meant
    size = slots.party_size or draft.party_size
    added = meant.people_added
    if party_size is not None and added is None and _MORE.search(turn.text):
        added = slots.party_size
    if added is not None and (slots.party_size is None or party_size is not None):
        before = draft.party_size or party_size
        size = None if before is None else max(1, before + added)
    said = None if _is_midday(turn) else slots.time
    moved = slots.date is not None and slots.date != draft.date
    by, was = minutes_shifted(turn.text), draft.time or at
    if said is not None:
        time_then: str | None = f"{said:%H:%M}"
    elif by is not None and was is not None:
        time_then = shifted(was, by) or draft.time
    else:
        # An hour that was full on the day before is asked for on the other day.
        time_then = draft.time or (state.wished_time if moved else None)
    # A doubt about a slot takes back what it was before: the guest is speaking of it anew.
    doubtful = {question.slot for question in meant.questions}
    return replace(
        state,
        wished_time=None if said is not None or moved else state.wished_time,
        draft=Draft(
            date=None if "date" in doubtful else slots.date or draft.date,
            time=None if "time" in doubtful else time_then,
            party_size=None if "party_size" in doubtful else size,
            name=_name(turn, state) or draft.name,
            phone=slots.phone or draft.phone,
            email=slots.email or draft.email,
            special_requests=_joined(draft.special_requests, slots.special_requests),
            area=slots.area or draft.area,
            part_of_day=(None if said is not None else meant.part_of_day)
            or (None if moved else draft.part_of_day),
        ),
    )


def doubt_of(turn: Turn) -> Question | None:
    """Return what must be asked before what the message says can be taken as said."""
    return next((question for question in turn.meant.questions if question.slot in _ASKABLE), None)


def doubt_words(turn: Turn, question: Question) -> tuple[str, tuple[Choice, ...], Asked]:
    """Return how a doubt is put to the guest, and what can be tapped."""
    voice = turn.voice
    asked: Asked = "date" if question.slot == "date" else "time" if question.slot == "time" else "party_size"
    spoken = [_spoken(turn, question, choice) for choice in question.choices]
    choices = tuple(
        Choice(f"set:{question.slot}:{value}", _title(turn, question, value)) for value in question.choices
    )
    several = voice.either(spoken)
    match question.doubt:
        case "no_such_date":
            text = voice.say("doubt.no_such_date")
        case "not_one_day":
            text = voice.say("doubt.date", choices=several) if spoken else voice.say("doubt.not_one_day")
        case "weekday_contradicts_date":
            sentence = "doubt.weekday_contradicts_date" if spoken else "doubt.contradiction"
            text = voice.say(sentence, choices=several)
        case "weekday_is_today" | "day_or_month":
            text = voice.say("doubt.which_day", choices=several) if spoken else voice.say("ask_date")
        case "range" | "either":
            text = _either(turn, asked, several)
    return text, choices, asked


def area_id(state: State, venue: Venue) -> tuple[str | None, bool]:
    """Return the id of the area that was wished, as text, and whether one was wished that the house does not name."""
    wish = state.draft.area
    if wish is None:
        return None, False
    for found, name in venue.areas:
        plain = _plain(name)
        if any(word in plain for word in _AREA_WORDS[wish]):
            return str(found), False
    return None, True


def venue_named(turn: Turn) -> Venue | None:
    """Return the one restaurant of the line whose name, or a word that only its name has, is in the message."""
    said = set(_plain(turn.text).split())
    venues = turn.situation.venues
    whole = [each for each in venues if _plain(each.name) in _plain(turn.text)]
    if len(whole) == 1:
        return whole[0]
    words = {each.id: set(_plain(each.name).split()) for each in venues}
    telling = {
        each.id: {
            word
            for word in words[each.id]
            if sum(word in other for other in words.values()) == 1 and len(word) >= _TELLING_LENGTH_MIN
        }
        for each in venues
    }
    found = [each for each in venues if said & telling[each.id]]
    return found[0] if len(found) == 1 else None


def good_name(text: str | None) -> str | None:
    """Return a profile's name where a host would write it down, without its emojis; None where it is no name."""
    if text is None:
        return None
    kept = "".join(letter for letter in text if letter.isalpha() or letter in " .'-\u2019").strip(" .'-")
    kept = " ".join(kept.split())
    return kept if _NAME_LENGTH_MIN <= len(kept) <= _NAME_LENGTH_MAX and kept[0].isalpha() else None


def _is_midday(turn: Turn) -> bool:
    """Say whether "mediodía" was taken for twelve o'clock: it means lunch, whenever that is here."""
    return (
        turn.meant.part_of_day == "midday"
        and turn.meant.slots.time == _NOON
        and not any(map(str.isdigit, turn.text))
    )


def _name(turn: Turn, state: State) -> str | None:
    """Return the name that is stated or, where it was asked for, that the whole message is."""
    if turn.meant.slots.name is not None:
        return turn.meant.slots.name
    if state.asked == "confirmation" and state.topic == "book":
        return _bare_name(turn)
    if state.asked != "name" or turn.meant.intent not in {None, "out_of_scope"} or stated(turn):
        return None
    words = turn.text.strip(" .!\n").split()
    if not 0 < len(words) <= _NAME_WORDS_MAX or not all(word[0].isalpha() for word in words):
        return None
    return " ".join(word.capitalize() if word.islower() else word for word in words)


def _bare_name(turn: Turn) -> str | None:
    """Return the name that is all of an answer to "shall I book it?": who says only that wants it under that name."""
    words = turn.text.strip(" .!\n").split()
    if (
        turn.meant.intent not in {None, "out_of_scope"}
        or stated(turn)
        or not 0 < len(words) <= _NAME_WORDS_MAX
    ):
        return None
    if len(turn.situation.venues) > 1 and venue_named(turn) is not None:
        return None
    if comes_in(turn.text):
        return introduced(turn.text)
    known = [is_known(_plain(word)) for word in words]
    has_capitals = all(word[0].isupper() for word in words) and not known[0]
    return name_of(turn.text, asked=True) if has_capitals or (len(words) > 1 and not any(known)) else None


def _joined(before: str | None, added: str | None) -> str | None:
    if not added or (before is not None and added in before):
        return before
    return added[:_REQUESTS_LENGTH_MAX] if not before else f"{before}; {added}"[:_REQUESTS_LENGTH_MAX]


def _spoken(turn: Turn, question: Question, value: str) -> str:
    match question.slot:
        case "date":
            return turn.voice.on(date.fromisoformat(value))
        case "time":
            return turn.voice.at(value)
        case _:
            return value


def _title(turn: Turn, question: Question, value: str) -> str:
    match question.slot:
        case "date":
            return turn.voice.short_day(date.fromisoformat(value))
        case "time":
            return turn.voice.time(value)
        case _:
            return value


def _either(turn: Turn, asked: Asked, several: str) -> str:
    voice = turn.voice
    if asked == "party_size":
        return voice.say("doubt.range", choices=several) if several else voice.say("doubt.party_size")
    if asked == "date":
        return voice.say("doubt.date", choices=several) if several else voice.say("ask_date")
    return voice.say("doubt.time", choices=several) if several else voice.say("ask_time")


def _plain(text: str) -> str:
    """Return the text without accents, in small letters."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return " ".join(
        "".join(
            each if each.isalnum() else " " for each in decomposed if not unicodedata.combining(each)
        ).split()
    )


def same_but_words(before: State, after: State) -> bool:
    """Say whether a yes only added a wish or a name: the table confirmed is the table that was shown."""
    table = (before.draft.date, before.draft.time, before.draft.party_size, before.draft.area)
    return table == (after.draft.date, after.draft.time, after.draft.party_size, after.draft.area)
