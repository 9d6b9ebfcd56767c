"""How dates, times, parties and sums are said, and where a sentence is taken from."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from babel.numbers import format_currency

from saveit.dialogue.nlu.model import Area, Language
from saveit.dialogue.words import en, es
from saveit.seating import Closed
from saveit.venues import WEEKDAYS, Rules

_SENTENCES: Final[Mapping[Language, Mapping[str, str | tuple[str, str]]]] = {
    "es": es.SENTENCES,
    "en": en.SENTENCES,
}
# Where people write the month before the day and count hours by twelve; elsewhere in English too they read "Friday 27 November".
_MONTH_FIRST: Final = frozenset({"US", "PH", "CA", "PR"})
# A date this far away is said with its year.
_YEAR_UNSAID: Final = timedelta(days=300)
_NOON: Final = 12
_MINOR: Final = 100
_NEXT: Final = timedelta(days=1)
# Currencies without a minor unit in use: their amounts are written whole.
_WHOLE: Final = frozenset({"CLP", "JPY", "KRW", "PYG", "VND"})


class Voice:
    """One way to speak: a language, tú or usted, and a country's way with dates."""

    def __init__(self, language: Language, *, formal: bool, region: str, today: date) -> None:
        self.language: Language = language
        self._formal = formal
        self._month_first = region in _MONTH_FIRST
        self._today = today
        self._sentences = _SENTENCES[language]
        self._names = es if language == "es" else en

    def say(self, sentence: str, **blanks: object) -> str:
        """Return a sentence with its blanks filled."""
        found = self._sentences[sentence]
        text = found if isinstance(found, str) else found[1 if self._formal else 0]
        return text.format_map(blanks)

    def knows(self, sentence: str) -> bool:
        """Say whether there is such a sentence."""
        return sentence in self._sentences

    def people(self, count: int) -> str:
        """Say how many: "1 persona", "4 people"."""
        return f"{count} {self._names.PEOPLE[0 if count == 1 else 1]}"

    def day(self, on: date) -> str:
        """Say a date: "viernes 27 de noviembre", "Friday 27 November"."""
        weekday, month = self._names.WEEKDAYS[on.weekday()], self._names.MONTHS[on.month - 1]
        year = f" {on.year}" if abs(on - self._today) > _YEAR_UNSAID else ""
        if self.language == "es":
            return f"{weekday} {on.day} de {month}{' de' if year else ''}{year}"
        if self._month_first:
            return f"{weekday}, {month} {on.day}{',' if year else ''}{year}"
        return f"{weekday} {on.day} {month}{year}"

    def on(self, on: date) -> str:
        """Say when: "hoy, viernes 27 de noviembre", "el sábado 28 de noviembre", "on Saturday 28 November"."""
        if on == self._today:
            return f"{self._names.TODAY}, {self.day(on)}"
        if on == self._today + _NEXT:
            return f"{self._names.TOMORROW}, {self.day(on)}"
        return f"{self._names.ON} {self.day(on)}"

    def short_day(self, on: date) -> str:
        """Say a date where there is little room: "sáb 28 nov"."""
        weekday, month = self._names.WEEKDAYS[on.weekday()][:3], self._names.MONTHS[on.month - 1][:3]
        return f"{weekday} {month} {on.day}" if self._month_first else f"{weekday} {on.day} {month}"

    def time(self, time: str) -> str:
        """Say a time: "20:30" in Spanish, "8:30 pm" in English."""
        if self.language == "es":
            return time
        hour, minute = int(time[:2]), time[3:]
        half = "am" if hour < _NOON else "pm"
        return f"{hour % _NOON or _NOON}{'' if minute == '00' else ':' + minute} {half}"

    def at(self, time: str) -> str:
        """Say at what time: "a las 20:30", "at 8:30 pm"."""
        return f"{self._names.at(time)} {self.time(time)}"

    def at_either(self, times: Sequence[str]) -> str:
        """Say several times of one day: "a las 20:00, 20:30 o 21:00"."""
        return f"{self._names.at(times[0])} {self.either([self.time(time) for time in times])}"

    def brief_day(self, on: date) -> str:
        """Say a date near by: "el jueves 26", "on Thursday 26"."""
        return f"{self._names.ON} {self._names.WEEKDAYS[on.weekday()]} {on.day}"

    def when(self, on: date, time: str) -> str:
        """Say day and time: "viernes 27 de noviembre a las 20:30"; small hours belong to the evening before, and it says so."""
        small_hours = f" ({self._names.SMALL_HOURS})" if int(time[:2]) < self._names.SMALL_HOURS_END else ""
        return f"{self.day(on)} {self.at(time)}{small_hours}"

    def area(self, area: Area) -> str:
        """Say where in the house: "en la terraza"."""
        return self._names.AREAS[area]

    def either(self, things: Sequence[str]) -> str:
        """Say several things of which one is to be chosen: "a, b o c"."""
        return self._listed(things, self._names.OR)

    def together(self, things: Sequence[str]) -> str:
        """Say several things: "a, b y c"."""
        return self._listed(things, self._names.AND)

    def money(self, minor: int, currency: str) -> str:
        """Say a sum, without cents where there are none."""
        amount = minor if currency in _WHOLE else minor / _MINOR
        pattern = (
            None if currency in _WHOLE or minor % _MINOR else "¤#,##0" if self.language == "en" else "#,##0 ¤"
        )
        locale = "es" if self.language == "es" else "en"
        return format_currency(
            amount, currency, format=pattern, locale=locale, currency_digits=pattern is None
        ).replace("\xa0", " ")

    def hours(self, rules: Rules, on: date) -> str:
        """Say when the restaurant serves on a date; empty when it does not."""
        return self.together(
            [f"{self.time(each.opens)}–{self.time(_clock(each.closes))}" for each in rules.services_on(on)]
        )

    def week(self, rules: Rules) -> str:
        """Say the hours of the week, days of the same hours together, one line each."""
        days: list[tuple[str, list[int]]] = []
        for number in range(len(WEEKDAYS)):
            said = self.together(
                [
                    f"{self.time(each.opens)}–{self.time(_clock(each.closes))}"
                    for each in rules.business_hours.of(number)
                ]
            ) or self.say("closed")
            if days and days[-1][0] == said:
                days[-1][1].append(number)
            else:
                days.append((said, [number]))
        return "\n".join(f"• {self._days(numbers)}: {said}" for said, numbers in days)

    def why(self, closed: Closed) -> str:
        """Say why a start, or a day, cannot be booked."""
        at = self.on(closed.date) if closed.time is None else self.at(closed.time)
        blanks: dict[str, object] = {
            "day": self.day(closed.date),
            "On": capital(self.on(closed.date)),
            "At": capital(at),
        }
        blanks["time"] = "" if closed.time is None else self.time(closed.time)
        for name, fact in closed.facts.items():
            blanks[name] = self._fact(name, fact)
        sentence = f"why.{closed.reason.value}"
        if sentence == "why.not_a_slot" and not closed.facts.get("nearest"):
            sentence = "why.no_service_then"
        if sentence == "why.no_service" and not closed.facts.get("hours"):
            sentence = "why.closed"
        return self.say(sentence, **blanks)

    def _fact(self, name: str, fact: object) -> str:
        if name in {"opens_on", "released_on"} and isinstance(fact, str):
            return self.day(date.fromisoformat(fact))
        if name == "hours" and isinstance(fact, int | float):
            return f"{fact:g}"
        if name in {"nearest", "closes"} and isinstance(fact, str):
            return self.time(_clock(fact))
        return str(fact)

    def _days(self, numbers: Sequence[int]) -> str:
        first, last = self._names.WEEKDAYS[numbers[0]], self._names.WEEKDAYS[numbers[-1]]
        match len(numbers):
            case 1:
                return first
            case 7:
                return self._names.EVERY_DAY
            case _:
                return self._names.FROM_TO.format(first=first, last=last)

    def _listed(self, things: Sequence[str], word: str) -> str:
        if len(things) < 2:  # noqa: PLR2004 - nothing to join.
            return "".join(things)
        last = things[-1]
        if self.language == "es":
            word = _euphonic(word, last)
        return f"{', '.join(things[:-1])} {word} {last}"


def capital(text: str) -> str:
    """Return the text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _euphonic(word: str, following: str) -> str:
    """Return "u" before a word that sounds like o, "e" before one that sounds like i."""
    first = following.strip().lower()
    if word == "o" and first.startswith(("o", "ho", "8", "11")) and not first.startswith(("80", "110")):
        return "u"
    if word == "y" and first.startswith(("i", "hi")) and not first.startswith("hie"):
        return "e"
    return word


def _clock(time: str) -> str:
    return "00:00" if time == "24:00" else time
