"""The built-in engine: one pure function from a text and its context to what it means."""

import re
from collections.abc import Sequence
from datetime import date, time
from functools import lru_cache
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from saveit.dialogue.nlu.model import Context, Doubt, Intent, Language, Question, Slot, Slots, Understanding
from saveit.dialogue.nlu.stated import contact, dates, people, spelling, times
from saveit.dialogue.nlu.stated.dates import Day, Here
from saveit.dialogue.nlu.stated.people import Party, PartyRange
from saveit.dialogue.nlu.stated.times import Clock, Said
from saveit.dialogue.nlu.wanted import intents

_Mention = TypeVar("_Mention", Day, Said, Party)

# "El viernes no", but not "¿el viernes no tenéis mesa?".
_TAKEN_BACK_AFTER: Final = re.compile(
    r" no\b(?! (?:ten\w+|hay|queda\w*|abr\w+|el|la|las|D|¤|para|se\b|estan?|somos|hace|es\b|mas\b|te\b))"
)
_TAKEN_BACK_BEFORE: Final = re.compile(
    r"(?: (?:no|not)(?: (?:somos|seremos|vamos|vamos a ser|son|seriamos|para|at|on|for|a|al|en"
    r"|it's))?| instead of| en vez de| en lugar de| rather than| better than"
    r"| (?:ya )?no (?:puedo|podemos|me va)"
    r"| can't(?: do)?| mejor (?:[^ ]+ ){0,6}que|en vez del?|en lugar del?| que no)(?: (?:el|la"
    r"|las|a|para|at|on|for|the|this|este|del|al|de|tipo|around))* $"
)
_THE_NEXT_ONE: Final = re.compile(
    r"\b(?:(?:el|la|the|but the) )?(?:siguiente|otro|next one|following one|one after|next)\b"
)
_OR: Final = re.compile(
    r"^ ?,? ?(?:o|u|or)(?: (?:a|al|las?|at|para|el|on|for|the|sobre|sino|como|tipo|incluso"
    r"|even|maybe|si|puede|ser))* ?$"
)
_ONLY_A_BOUND: Final = re.compile(
    r"(?:antes de|before|no later than|como (?:muy )?tarde|hasta|a mas tardar|(?:later"
    r"|earlier) than|mas (?:tarde|temprano) (?:de|que)|at the latest|until"
    r"|till)(?: a)?(?: las?)?[ ¤]*$"
)
_OTHER_HOUR_AFTER: Final = re.compile(
    r" (?:o|u|or)(?: a)?(?: las?| at)? (?P<h>\d{1,2})(?![\d:/.])(?! (?:personas|people|M\d"
    r"|adult|nin|mas|more))"
)
_OTHER_HOUR_BEFORE: Final = re.compile(
    r"(?:(?P<word>entre(?: las?)?|between|de(?: las?)?"
    r"|from) (?P<h>\d{1,2})(?:[:.](?P<m>[0-5]\d))? (?:y|and|a|to|hasta|-) "
    r"|(?<![\d:/.])(?P<h2>\d{1,2}) (?:o|u|or) )(?:a )?(?:las? |at )?$"
)
# "Entre 8 y 9 para dos", "de 8 a 10": hours, where the people are said elsewhere or not at all beside a day.
_BARE_HOURS: Final = re.compile(
    r"(?<!somos )(?<!seremos )(?<!vamos )(?<!seriamos )(?<!ser )(?<!be )(?<!party of )(?<!para )(?<!for )(?<![\d:/])\b"
    r"(?P<word>entre|between|de|from) (?:las? )?(?P<a>[1-9]|1\d|2[0-3]) (?:y|and|a|to) (?:las? )?(?P<b>[1-9]|1\d|2[0-3])\b"
    r"(?![:/.,]\d)(?! (?:personas?|people|pax|guests|comensales|adult|nin[oa]s|de M|anos|euros|minut|€|M\d))"
)
_ONLY_A_NUMBER: Final = re.compile(r" (?:\d{1,2}|una?|uno|one) ")
_INSTEAD: Final = re.compile(r"\b(?:instead|en vez|en lugar)\b")
_MOVES: Final = re.compile(r"\b(?:cambi|mov|pas|modif|chang|switch|move)\w*")
# A guest who wants a meeting at ten is in the wrong chat, and has said a time.
_SAYS_WHEN: Final = re.compile(
    r"\b(?:meeting|schedule|alarm|appointment|reunion|nos vemos|i'll see you|homework|films?)\b.* \d"
)
_HOUSE: Final = "\x01"
"""Stands for a restaurant's name until the language of the rest is known; no guest can type it: other signs are spaces."""
_SILENT: Final[frozenset[Intent]] = frozenset(
    {"running_late", "complaint", "out_of_scope", "thanks", "goodbye", "greet"}
)


class _Page(Struct, frozen=True):
    """The text while it is read: as it was, and with blanks where something has been taken."""

    whole: str
    rest: str
    english: bool
    context: Context


class _Houses(Struct, frozen=True):
    """What the restaurants are called: their whole names, and the words of them that are no others."""

    called: re.Pattern[str] | None
    words: frozenset[str]


class _When(Struct, frozen=True):
    day: Day | None
    clock: Clock | None
    questions: tuple[Question, ...]
    takes_back: bool
    on: date | None = None


def understand(text: str, context: Context) -> Understanding:
    """Return what a message means. Pure and total: the same text and context have the same answer, and every text has one.

    Only the first 1,000 characters are looked at.
    """
    text, more = contact.first_table(text[: spelling.TEXT_LENGTH_MAX])
    visible, phone, email, code = contact.take_contact(text)
    name = contact.name_of(visible, asked=context.requested == "name")
    nameless = visible if name is None else contact.without_name(visible, name)
    houses = _houses(context.houses)
    plain = spelling.plain(nameless).replace(_HOUSE, " ")
    if houses.called is not None:
        plain = houses.called.sub(_HOUSE, plain)
    english = spelling.speaks_english(plain, default=context.language == "en")
    lang: Language = "en" if english else "es"
    plain = plain.replace(_HOUSE, "restaurant" if english else "restaurante")
    whole = contact.hide_numbers(spelling.canonical(plain, english=english, names=houses.words))
    page = _Page(whole, whole, english, context)
    when, page = _when(page)
    size, party_questions, takes_back, span = _party(page)
    stated = Slots(
        date=when.on,
        time=None if when.clock is None else when.clock.at,
        party_size=size,
        name=name,
        phone=phone,
        email=email,
        area=contact.area_of(whole),
        code=code,
        special_requests=contact.wishes_of(text),
    )
    part = times.part_of_day(whole) or times.meal(whole)
    weighed = intents.weigh(
        _with_marks(page),
        intents.Ask(
            _states(stated, (*when.questions, *party_questions)),
            context.requested,
            when.takes_back or takes_back,
            part is not None,
        ),
    )
    corrects_hour = weighed.intent == "running_late" and _INSTEAD.search(whole) is not None
    if weighed.intent in _SILENT and not corrects_hour and not _SAYS_WHEN.search(whole):
        return Understanding(
            lang=lang,
            intent=weighed.intent,
            confidence=weighed.confidence,
            slots=_without_table(stated),
        )
    added = None if stated.party_size is not None else people.people_added(page.rest)
    if weighed.intent == "modify" and span is not None and stated.party_size is None:
        # "From four to six" is a change, not a doubt.
        stated, party_questions = replace(stated, party_size=span.last), ()
    return Understanding(
        lang=lang,
        intent=weighed.intent,
        slots=_with_added(stated, added, context),
        confidence=weighed.confidence,
        questions=(*when.questions, *party_questions),
        time_alternatives=() if when.clock is None or when.clock.other is None else (when.clock.other,),
        date_alternatives=() if when.day is None else when.day.others,
        part_of_day=part,
        people_added=added,
        speaks_of_another=more,
    )


@lru_cache(maxsize=4096)
def _houses(names: tuple[str, ...]) -> _Houses:
    """Return how restaurants of these names are recognised. One called only by common words ("Las Siete") must be said to be a place."""
    spoken = [" ".join(re.findall(r"[a-z\d']+", spelling.plain(name))) for name in names]
    patterns = [_pattern(name.split()) for name in sorted(filter(None, spoken), key=len, reverse=True)]
    words = {word for name in spoken for word in name.split() if not spelling.is_common(word)}
    return _Houses(re.compile("|".join(patterns)) if patterns else None, frozenset(words))


def _pattern(words: Sequence[str]) -> str:
    name = r"[^a-z\d]+".join(map(re.escape, words))
    said = r"(?<![a-z\d])"
    if all(map(spelling.is_common, words)):
        said = r"(?:(?<=\ben )|(?<=\bat )|(?<=restaurante )|(?<=restaurant ))"
    return rf"{said}{name}(?![a-z\d])"


def _states(stated: Slots, questions: tuple[Question, ...]) -> frozenset[Slot]:
    slots: tuple[Slot, ...] = ("date", "time", "party_size", "name", "phone", "email", "code")
    return frozenset(
        slot
        for slot in slots
        if getattr(stated, slot) is not None or any(question.slot == slot for question in questions)
    )


def _without_table(stated: Slots) -> Slots:
    return Slots(
        name=stated.name,
        phone=stated.phone,
        email=stated.email,
        code=stated.code,
        special_requests=stated.special_requests,
    )


def _with_added(stated: Slots, added: int | None, context: Context) -> Slots:
    """Return the party as it will be where it is known how many there were."""
    before = context.draft.party_size
    if added is None or before is None or not 1 <= before + added <= people.PARTY_MAX:
        return stated
    return replace(stated, party_size=before + added)


def _with_marks(page: _Page) -> str:
    """Return the text for the intents: the days as they were said, the times blank, each blank once."""
    return re.sub(r"¤[¤ ]*¤|¤", "_", page.rest)


def _when(page: _Page) -> tuple[_When, _Page]:
    """Return the day and the time that are meant, and the page without them."""
    context, rest = page.context, page.rest
    relative = times.counted_from_now(rest, context.now)
    if relative is not None:
        rest = times.blanked(rest, relative.start, relative.end)
    rest = contact.hide_durations(rest)
    said, rest = times.said_times(rest)
    days, rest = dates.named_days(rest, Here(context, page.english))
    if page.english or context.requested == "time":
        paired, rest = times.paired_times(rest)
        said = sorted([*said, *paired], key=lambda each: each.start)
    said = _without_shows(said, rest)
    between, rest = _bare_hours(rest, page, days, said)
    said = [*said, *between]
    days, said, rest = _asked(page, days, said, rest)
    page = _Page(page.whole, rest, page.english, context)
    day, day_questions, day_taken_back = _chosen_day(page, days)
    clock, time_questions, time_taken_back = _chosen_time(page, said)
    on = None if day is None else day.on
    if relative is not None and clock is None and not time_questions:
        clock, on = Clock(time(relative.hour, relative.minute)), relative.on
    return _When(day, clock, (*day_questions, *time_questions), day_taken_back or time_taken_back, on), page


def _bare_hours(rest: str, page: _Page, days: list[Day], said: list[Said]) -> tuple[list[Said], str]:
    """Return the hours between which the guest wants to come, where nothing but the people said elsewhere shows that they are hours."""
    found = None if said or page.context.requested == "party_size" else _BARE_HOURS.search(rest)
    if found is None or _MOVES.search(page.whole):
        return [], rest
    blank = times.blanked(rest, *found.span())
    if not people.parties(blank, asked=False) and not days:
        return [], rest
    first, last = int(found["a"]), int(found["b"])
    if first >= last:
        return [], rest
    start = Said(found.start("a"), found.end("a"), first)
    if found["word"] in {"de", "from"}:
        return [start], blank
    return [start, Said(found.start("b"), found.end("b"), last)], blank


def _without_shows(said: list[Said], rest: str) -> list[Said]:
    """Return the times but for those of a concert, a film, a train."""
    shown = (
        [found.span("at" if found["at"] else "at2") for found in contact.SHOWN.finditer(rest)] if said else []
    )
    return [each for each in said if not any(start < each.end and each.start < end for start, end in shown)]


def _asked(page: _Page, days: list[Day], said: list[Said], rest: str) -> tuple[list[Day], list[Said], str]:
    """Let a bare number be what was asked for."""
    context = page.context
    if context.requested == "time" and not said and (asked := times.asked_time(rest)) is not None:
        return days, [asked], times.blanked(rest, asked.start, asked.end)
    if (
        context.requested == "date"
        and not days
        and (asked_day := dates.asked_day(rest, Here(context, page.english))) is not None
    ):
        return [asked_day], said, times.blanked(rest, asked_day.start, asked_day.end)
    return days, said, rest


def _kept(page: _Page, mentions: list[_Mention]) -> tuple[list[_Mention], bool]:
    """Return the mentions that are not taken back, and whether any was."""
    kept = [
        each
        for each in mentions
        if not (
            _TAKEN_BACK_AFTER.match(page.whole, each.end)
            or _TAKEN_BACK_BEFORE.search(f" {page.whole[max(0, each.start - 48) : each.start + 1].strip()} ")
            or _TAKEN_BACK_BEFORE.search(f" {page.whole[max(0, each.start - 48) : each.start].strip()} ")
        )
    ]
    return kept, len(kept) < len(mentions)


def _chosen_day(page: _Page, days: list[Day]) -> tuple[Day | None, tuple[Question, ...], bool]:
    """Return the last day that stands, or the question that must be asked first."""
    kept, taken_back = _kept(page, days)
    if taken_back and not kept:
        negated = days[-1]
        if negated.on is not None and negated.weekday_only and _THE_NEXT_ONE.search(page.rest, negated.end):
            return dates.a_week_later(negated), (), True
        # "No podemos el sábado" cancels Saturday's table; "no el jueves" is a no without its comma.
        kept = days[-1:] if len(days) == 1 and not page.whole.startswith((" para ", " el ", " las ")) else []
    kept = [day for day in kept if day.on is not None or day.doubt is not None]
    if not kept:
        return None, (), taken_back
    chosen = kept[-1]
    if chosen.doubt == "not_one_day" and any(day.on is not None for day in kept):
        chosen = next(day for day in reversed(kept) if day.on is not None)
    if len(kept) > 1 and _OR.match(page.whole[kept[-2].end : kept[-1].start]) and kept[-2].on and chosen.on:
        choices = (kept[-2].on.isoformat(), chosen.on.isoformat())
        return Day(chosen.start, chosen.end), (Question("date", "either", choices),), taken_back
    if chosen.doubt is None:
        return chosen, (), taken_back
    choices = tuple(each.isoformat() for each in (chosen.on, *chosen.others) if each is not None)
    return chosen, (Question("date", chosen.doubt, choices),), taken_back


def _chosen_time(page: _Page, said: list[Said]) -> tuple[Clock | None, tuple[Question, ...], bool]:
    """Return the last time that stands, or the question that must be asked first."""
    kept, taken_back = _kept(page, said)
    if not kept:
        return None, (), taken_back
    chosen = kept[-1]
    clock = _meant(page, chosen)
    if len(kept) > 1 and (doubt := _between(page, kept[-2], chosen)) is not None:
        return None, (_either(_meant(page, kept[-2]).at, clock.at, doubt),), taken_back
    if (question := _other_hour(page, chosen, clock)) is not None:
        return None, (question,), taken_back
    if _ONLY_A_BOUND.search(_lead(page, chosen)):
        return None, (Question("time", "range", (f"{clock.at:%H:%M}",)),), taken_back
    return clock, (), taken_back


def _other_hour(page: _Page, chosen: Said, clock: Clock) -> Question | None:
    """Return the question between the chosen time and a bare number beside it: "half past nine or ten", "between 7 and 8"."""
    after = _OTHER_HOUR_AFTER.match(page.whole, chosen.end)
    # Some times are found with the space before them.
    before = _OTHER_HOUR_BEFORE.search(page.whole, 0, chosen.start) or _OTHER_HOUR_BEFORE.search(
        page.whole, 0, chosen.start + 1
    )
    beside = after or before
    if beside is None:
        return None
    spans = before is not None and after is None and before["word"] is not None
    if spans and _MOVES.search(page.whole):
        return None
    hour = int(beside["h"] or beside["h2"])
    if hour > times.DAY_HOURS:
        return None
    other = _meant(page, replace(chosen, hour=hour, minute=0, literal=hour > times.NOON, part=chosen.part))
    if after is not None:
        return _either(clock.at, other.at)
    return _either(other.at, clock.at, "range" if spans else "either")


def _lead(page: _Page, said: Said) -> str:
    """Return the words before the hour, those that belong to the time included."""
    stretch = page.whole[max(0, said.start - 24) : said.end]
    place = re.search(r"\d|una\b|one\b|noon|mediod|media", stretch[min(24, said.start) :])
    return stretch if place is None else stretch[: min(24, said.start) + place.start()]


def _between(page: _Page, first: Said, second: Said) -> Doubt | None:
    """Return how two times stand side by side as a choice: "a las 9 o a las 10", "between 7:30 and 8"."""
    between = page.whole[first.end : second.start]
    if _OR.match(between) or _OR.match(f"{between}{page.whole[second.start : second.end].split(' ')[0]}"):
        return "either"
    lead = page.whole[max(0, first.start - 9) : first.start + 8]
    spanned = re.match(r"^ ?(?:y|and|a|to|-|hasta)\b ?$", between) is not None
    return "range" if spanned and re.search(r"\b(?:entre|between)\b", lead) else None


def _either(first: time, second: time, doubt: Doubt = "either") -> Question:
    return Question("time", doubt, (f"{first:%H:%M}", f"{second:%H:%M}"))


def _meant(page: _Page, said: Said) -> Clock:
    return times.meant(
        said,
        part=times.part_of_day(page.whole),
        of_meal=times.meal(page.whole),
        context=page.context,
        english=page.english,
    )


def _party(page: _Page) -> tuple[int | None, tuple[Question, ...], bool, PartyRange | None]:
    """Return how many come, or the question that must be asked first."""
    # Nothing was asked, and all that came is a number: people, rather than a day or an hour.
    asked = page.context.requested == "party_size" or (
        page.context.requested is None and _ONLY_A_NUMBER.fullmatch(page.rest) is not None
    )
    said = people.parties(page.rest, asked=asked)
    kept, taken_back = _kept(page, said)
    span = people.party_range(page.rest, asked=asked)
    if span is not None and not any(each.whole and each.start > span.end for each in kept):
        choices = (str(min(span.first, span.last)), str(max(span.first, span.last)))
        return None, (Question("party_size", "range", choices),), taken_back, span
    return (kept[-1].size if kept else None), (), taken_back, None
