"""Days in a canonical text: where each is named, which date it is, and what must be asked when it is none."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final, TypeAlias

from msgspec import Struct

from saveit.dialogue.nlu.model import Context, Doubt
from saveit.dialogue.nlu.stated.times import amount, blanked

_WEEK: Final = timedelta(days=7)
_YEAR_DAYS_MAX: Final = 366
_FOUR_YEARS: Final = 4
_MONTHS: Final = 12
_HALF_HOUR: Final = 30
_FULL_YEAR_DIGITS: Final = 4
_BEFORE_A_DATE: Final = re.compile(r"(?:el|on|in|D\d|dia) $")
_ENDS_THERE: Final = re.compile(r" ?(?:$|[.!?]|para|for|con|por favor|please)")
_BEFORE_PEOPLE: Final = re.compile(r"(?:somos|de|para|for) $")
_PARTY_LIKELY_MAX: Final = 12

_NUMBER = r"(?P<d>[12]\d|3[01]|0?\d)"
_MONTH = r"M(?P<month>\d{1,2})"
_YEAR = (
    r"(?:(?: ,)?(?: (?:de|del|of|in|-|/|\.))? (?P<year>20\d\d|(?<=\d th M\d )\d\d(?= $)"
    r"|(?<=\d th M\d\d )\d\d(?= $)))?"
)
# What follows a bare number and makes it something else than a day of the month.
_NO_DAY = (
    r"(?![:.,/-]\d)(?! (?:[ap]m|hs?|hrs?|horas|ish|oclock|o'clock|personas?|people|adult\w*"
    r"|guests?|comensales|nin[oa]s?|amig\w+|ppl|kids|minut\w*"
    r"|y media|y cuarto|menos|de la (?:manana|tarde|noche)|en punto|%|€|euros|pesos|anos"
    r"|years?|parejas|couples|of us|seats?|tables?|mesas?|tonight|this"
    r"|anniversary|birthday|street|floor|avenue|cumpleanos|aniversario|piso|x \d|o \d|u \d"
    r"|or \d|\+ \d|- \d|time|in the|grandes|chicos|asientos|invitados"
    r"|: \d\d)\b)"
)
_THE = r"(?:(?:el dia|el|dia|the|on the|on|del|al|de|this|este|para el)(?: proximo| next)? )?"
_WEEKDAY = r"D(?P<w>[0-6])"
_SMALL = r"(?:\d{1,3}|una?|one|an?|a couple of|couple of|few|a few|un par de|par de)"
_UNIT = r"(?P<unit>dias?|days?|semanas?|weeks?|mes|meses|months?|anos?|years?|fortnight)"
_ANCHOR = r"(?P<anchor>hoy|today|manana|tomorrow|ahora|now|here|aqui)"

_FEASTS: Final[dict[str, tuple[int, int]]] = {
    "navidad": (12, 25),
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "xmas": (12, 25),
    "nochebuena": (12, 24),
    "christmas eve": (12, 24),
    "xmas eve": (12, 24),
    "boxing day": (12, 26),
    "nochevieja": (12, 31),
    "noche vieja": (12, 31),
    "fin de ano": (12, 31),
    "new year's eve": (12, 31),
    "new years eve": (12, 31),
    "nye": (12, 31),
    "ano nuevo": (1, 1),
    "new year's day": (1, 1),
    "new years day": (1, 1),
    "new year": (1, 1),
    "new years": (1, 1),
    "noche de reyes": (1, 5),
    "reyes": (1, 6),
    "dia de reyes": (1, 6),
    "san valentin": (2, 14),
    "dia de los enamorados": (2, 14),
    "valentine's day": (2, 14),
    "valentines day": (2, 14),
    "valentine day": (2, 14),
    "valentines": (2, 14),
    "valentine's": (2, 14),
    "halloween": (10, 31),
    "san juan": (6, 24),
    "dia del nino": (4, 30),
    "independence day": (7, 4),
}
# Longest first, so that Christmas Eve is not Christmas.
_FEAST_WORDS = "|".join(sorted(map(re.escape, _FEASTS), key=len, reverse=True))
# Days after Easter Sunday.
_MOTHERING_SUNDAY: Final = -21
_BY_EASTER: Final = {
    "easter": 0,
    "D6 de": 0,
    "D4 santo": -2,
    "good D4": -2,
    "D3 santo": -3,
    "mothering": _MOTHERING_SUNDAY,
}
_MOVABLE: Final = re.compile(
    r"\b(?P<feast>mother's day|mothers day|mothering sunday|dia de la madre|father's day"
    r"|fathers day|dia del padre|thanksgiving(?: day)?"
    r"|easter(?: D6)?|D6 de resurreccion|D4 santo|good D4|D3 santo)\b"
)


class Day(Struct, frozen=True):
    """A day as it was named; `on` is None where it names none, and `doubt` says why."""

    start: int
    end: int
    on: date | None = None
    others: tuple[date, ...] = ()
    doubt: Doubt | None = None
    weekday_only: bool = False
    """Named by nothing but its weekday, so that "the next one" is a week later."""


class Here(Struct, frozen=True):
    """What a day is read against."""

    context: Context
    english: bool

    @property
    def today(self) -> date:
        """The date on the restaurant's calendar."""
        return self.context.now.date()


_Reader: TypeAlias = Callable[[re.Match[str], Here], Day | None]


def named_days(text: str, here: Here) -> tuple[list[Day], str]:
    """Return the days that are named, in their order, and the text with blanks where they stood."""
    found: list[Day] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            if "¤" in match[0]:
                continue
            day = read(match, here)
            if day is not None:
                found.append(day)
                text = blanked(text, day.start, day.end)
    return sorted(found, key=lambda day: day.start), text


def asked_day(text: str, here: Here) -> Day | None:
    """Return the day that a bare number is when a day was asked for."""
    match = _BARE.search(text)
    return None if match is None else _day_of_month(match, here)


def a_week_later(day: Day) -> Day:
    """Return the same weekday of the week after: "not this Saturday, the next"."""
    return Day(day.start, day.end, None if day.on is None else day.on + _WEEK)


def next_weekday(weekday: int, after: date) -> date:
    """Return the first such day after `after`, which is never `after` itself."""
    return after + timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)


def _made(year: int, month: int, day: int) -> date | None:
    if not (
        date.min.year < year < date.max.year
        and 1 <= month <= _MONTHS
        and 1 <= day <= monthrange(year, month)[1]
    ):
        return None
    return date(year, month, day)


def _coming(month: int, day: int, today: date) -> date | None:
    """Return the next such date from today on; the 29th of February may be years away."""
    years = range(today.year, today.year + 2 * _FOUR_YEARS + 1)
    return next((made for year in years if (made := _made(year, month, day)) and made >= today), None)


def _number(said: str) -> int:
    return 1 if said == "uno" else int(said)


def _day(match: re.Match[str], on: date | None) -> Day:
    """Return the match as a day; a date that is on no calendar is asked about."""
    return Day(*match.span(), on, (), None if on is not None else "no_such_date")


def _checked(match: re.Match[str], on: date | None, weekday: str | None) -> Day:
    """Return the day unless its weekday, where one is named, is another."""
    if on is None or weekday is None or on.weekday() == int(weekday):
        return _day(match, on)
    nearest = min(
        (on + timedelta(days=step) for step in range(-3, 4)),
        key=lambda each: (each.weekday() != int(weekday), abs((each - on).days)),
    )
    return Day(*match.span(), None, (on, nearest), "weekday_contradicts_date")


def _iso(match: re.Match[str], _here: Here) -> Day | None:
    return _day(match, _made(int(match["year"]), int(match["month"]), _number(match["d"])))


def _numeric(match: re.Match[str], here: Here) -> Day | None:
    """Read 3/4 as the place writes it; ask where the other order is a date too, but not those who are sure to put the day first."""
    first, second, sign = int(match["a"]), int(match["b"]), match["sign"]
    if match["year"] is None and not match["w"] and _is_no_date(match, first, second, english=here.english):
        return None
    orders = [(second, first), (first, second)]
    if here.english and here.context.region in {"US", ""}:
        orders.reverse()
    dates = [made for month, day in orders if (made := _with_year(month, day, match["year"], here.today))]
    if not dates:
        return _day(match, None) if match["year"] is not None or sign == "/" else None
    weekday = match["w"]
    fitting = [each for each in dates if weekday is None or each.weekday() == int(weekday)]
    if not fitting:
        return _checked(match, dates[0], weekday)
    others = tuple(each for each in dict.fromkeys(fitting[1:]) if each != fitting[0]) if here.english else ()
    return Day(*match.span(), fitting[0], others, "day_or_month" if others else None)


def _is_no_date(match: re.Match[str], first: int, second: int, *, english: bool) -> bool:
    """Tell "20.30", "ten-thirty" and "2-3 personas" from a day and a month."""
    before = match.string[: match.start()]
    if match["sign"] == ".":
        return _BEFORE_A_DATE.search(before) is None
    if match["sign"] == "-":
        return (english and second >= _HALF_HOUR and first <= _MONTHS) or (
            first < second <= first + 2 and _BEFORE_PEOPLE.search(before) is not None
        )
    return False


def _with_year(month: int, day: int, year: str | None, today: date) -> date | None:
    if year is None:
        return _coming(month, day, today)
    return _made(int(year) if len(year) == _FULL_YEAR_DIGITS else 2000 + int(year), month, day)


def _day_and_month(match: re.Match[str], here: Here) -> Day | None:
    on = _with_year(int(match["month"]), _number(match["d"]), match["year"], here.today)
    groups = match.groupdict()
    return _checked(match, on, groups.get("w") or groups.get("w2"))


def _nth_weekday(match: re.Match[str], here: Here) -> Day | None:
    today = here.today
    month = (
        int(match["month"]) if match["month"] else (today.month % 12 + 1 if match["next"] else today.month)
    )
    years = [int(match["year"])] if match["year"] else [today.year, today.year + 1]
    for year in years:
        first = next_weekday(int(match["w"]), date(year, month, 1) - timedelta(days=1))
        on = first + _WEEK * (int(match["n"]) - 1)
        if on >= today or match["year"]:
            return _day(match, on)
    return None


def _weekday_and_day(match: re.Match[str], here: Here) -> Day | None:
    """Read "Friday the 13th": of this month or the next. Who leaves the month out means no other, and is asked when neither fits."""
    today, weekday = here.today, int(match["w"])
    candidates = list(_days_of_month(_number(match["d"]), today))[:2]
    for each in candidates:
        if each.weekday() == weekday:
            return _day(match, each)
    if not candidates:
        return None
    is_bare = match["the"] is None and not match["th"]
    ends = (
        _ENDS_THERE.match(match.string, match.end()) is not None and _number(match["d"]) <= _PARTY_LIKELY_MAX
    )
    if is_bare and (ends or "," in match[0]):
        # "Sunday 4" is four people on Sunday when no fourth is near that is one.
        on = next_weekday(weekday, today)
        return Day(match.start(), match.start() + len(f"D{weekday}"), on, weekday_only=True)
    return _checked(match, candidates[0], match["w"])


def _days_of_month(day: int, today: date) -> Iterator[date]:
    """Yield the coming months' day of this number."""
    year, month = today.year, today.month
    for _ in range(_FOUR_YEARS):
        made = _made(year, month, day)
        if made is not None and made >= today:
            yield made
        year, month = (year + 1, 1) if month == _MONTHS else (year, month + 1)


def _day_of_month(match: re.Match[str], here: Here) -> Day | None:
    """Read "the 30th": the next, of the month that is being talked about where there is one."""
    first = max(here.today, (here.context.draft.date or here.today).replace(day=1))
    return _day(match, next(_days_of_month(_number(match["d"]), first), None))


def _day_of_named_month(match: re.Match[str], here: Here) -> Day | None:
    year, month = here.today.year, here.today.month
    if match["next"]:
        year, month = (year + 1, 1) if month == _MONTHS else (year, month + 1)
    return _day(match, _made(year, month, _number(match["d"])))


def _counted(match: re.Match[str], here: Here) -> Day | None:
    """Read "in two weeks", "three days after tomorrow", "dentro de un mes"."""
    groups = match.groupdict()
    from_tomorrow = groups.get("anchor") in {"manana", "tomorrow"}
    start = here.today + timedelta(days=1 if from_tomorrow else 0)
    unit = groups["unit"]
    on = _moved(start, amount(groups["n"] or "1"), unit)
    if (
        on is not None
        and (weekday := groups.get("w") or groups.get("w2")) is not None
        and unit.startswith(("week", "semana"))
    ):
        monday = on - timedelta(days=on.weekday())
        on = monday + timedelta(days=int(weekday))
    return None if on is None else _day(match, on)


def _moved(start: date, count: float, unit: str) -> date | None:
    """Return the date so many units later; the last of the month where a month is shorter."""
    if unit.startswith(("dia", "day")):
        days = int(count)
    elif unit.startswith(("sem", "week")):
        days = int(count * 7)
    elif unit == "fortnight":
        days = int(count * 14)
    else:
        months = int(count) * (12 if unit.startswith(("an", "year")) else 1)
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        if year >= date.max.year:
            return None
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    return start + timedelta(days=days)


def _after_weekday(match: re.Match[str], here: Here) -> Day | None:
    """Read "a week on Thursday", "Saturday week", "Friday after next"."""
    weeks = amount(match["n"]) if match.groupdict().get("n") else 1
    return _day(match, next_weekday(int(match["w"]), here.today) + _WEEK * int(weeks))


def _weekday_fortnight(match: re.Match[str], here: Here) -> Day | None:
    """Read "Saturday fortnight": two weeks after the next Saturday, or after today where it is today's own name."""
    return _day(match, next_weekday(int(match["w"]), here.today - timedelta(days=1)) + 2 * _WEEK)


def _in_week(match: re.Match[str], here: Here) -> Day | None:
    groups = match.groupdict()
    weekday = groups.get("w") or groups.get("w2")
    assert weekday is not None
    monday = here.today - timedelta(days=here.today.weekday())
    return _day(
        match, monday + (_WEEK if groups.get("next") else timedelta(0)) + timedelta(days=int(weekday))
    )


def _weekday(match: re.Match[str], here: Here) -> Day | None:
    """Read a weekday as the next such day; its own name said today may mean today."""
    today, weekday = here.today, int(match["w"])
    on = next_weekday(weekday, today)
    if match["next"] == "following":
        return Day(*match.span(), on + _WEEK, (on,), weekday_only=True)
    if today.weekday() == weekday:
        doubt: Doubt | None = None if match["next"] or match["next_after"] else "weekday_is_today"
        return Day(*match.span(), on, (today,), doubt, weekday_only=True)
    others = (on + _WEEK,) if match["next"] or match["next_after"] else ()
    return Day(*match.span(), on, others, weekday_only=True)


def _days_ahead(days: int) -> _Reader:
    def read(match: re.Match[str], here: Here) -> Day | None:
        return _day(match, here.today + timedelta(days=days))

    return read


def _feast(match: re.Match[str], here: Here) -> Day | None:
    month, day = _FEASTS[match["feast"]]
    return _day(match, _with_year(month, day, match["year"], here.today))


def _movable(match: re.Match[str], here: Here) -> Day | None:
    today = here.today
    for year in (today.year, today.year + 1):
        on = _movable_in(match["feast"], year, here.context.region)
        if on >= today:
            return _day(match, on)
    return None


def _movable_in(feast: str, year: int, region: str) -> date:
    """Return the feast's date of a year, as the restaurant's country keeps it."""
    days_after_easter = next((days for name, days in _BY_EASTER.items() if feast.startswith(name)), None)
    if feast.startswith("mother") and region == "GB":
        days_after_easter = _MOTHERING_SUNDAY
    if days_after_easter is not None:
        return _easter(year) + timedelta(days=days_after_easter)
    if feast.startswith("thanks"):
        return _nth(year, 11, weekday=3, count=4)
    if "mother" in feast or "madre" in feast:
        return (
            date(year, 5, 10)
            if region == "MX"
            else _nth(year, 5, weekday=6, count=1 if region == "ES" else 2)
        )
    return date(year, 3, 19) if region == "ES" else _nth(year, 6, weekday=6, count=3)


def _nth(year: int, month: int, *, weekday: int, count: int) -> date:
    return next_weekday(weekday, date(year, month, 1) - timedelta(days=1)) + _WEEK * (count - 1)


def _easter(year: int) -> date:
    """Return Easter Sunday: the Gregorian computus, after Meeus, Jones and Butcher."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (golden + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def _not_one_day(match: re.Match[str], _here: Here) -> Day | None:
    return Day(*match.span(), None, (), "not_one_day")


def _past(match: re.Match[str], _here: Here) -> Day | None:
    """What was is no day to book, and hides what it is made of."""
    return Day(*match.span())


def _compiled(pattern: str, read: _Reader) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(pattern), read


_BARE: Final = re.compile(
    r"^[ ,.]*(?:para |el |for |the |on |mejor |si |dia )*(?P<d>[12]?\d|3[01]"
    r"|0\d)(?: th)?[ .!,]*(?:por favor|please|gracias|thanks)?[ .!]*$"
)
# Longest meaning first: what one takes, the next does not see.
_READERS: Final[tuple[tuple[re.Pattern[str], _Reader], ...]] = (
    _compiled(
        (
            r"\b(?:ayer|anoche|anteayer|antier|yesterday|last (?:night|week|time|D\d|month|year)"
            r"|(?:el )?D\d pasado|el pasado D\d|(?:la semana|el mes|el ano) pasad[oa]"
            r"|la ultima vez|la otra (?:noche|vez)|D6 roasts?|(?:hace|hacia) (?:un|una|\d+) \w+"
            r"|\d+ \w+ ago)\b"
        ),
        _past,
    ),
    _compiled(r"\b(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<d>\d{1,2})\b", _iso),
    _compiled(r"\b(?P<year>20\d\d) ?[-/] ?M(?P<month>\d{1,2}) ?[-/] ?(?P<d>\d{1,2})\b", _iso),
    _compiled(
        (
            rf"(?P<n>[1-5]) (?:th|a|era?) {_WEEKDAY} (?:de|of|in|del)(?: the)? (?:{_MONTH}"
            rf"|(?P<next>next month|proximo mes|mes que viene)|este mes"
            rf"|this month)(?: (?P<year>20\d\d))?"
        ),
        _nth_weekday,
    ),
    _compiled(
        (
            rf"(?:{_WEEKDAY} (?:the |el dia |el )?)?{_NUMBER}(?: th)?(?: day)? (?:of|de"
            rf"|del)(?: the)? (?:(?P<next>next month|proximo mes|mes que viene|mes proximo)|(?:current"
            rf"|this) month|este mes)"
        ),
        _day_of_named_month,
    ),
    _compiled(
        (
            rf"(?:{_WEEKDAY}(?: ,)?(?: \( ?)? )?{_THE}(?<![\w:.,/-])(?P<d>[12]\d|3[01]|0?\d"
            rf"|uno(?= de M))(?: th)?(?: (?:de|of|do|day of|del|-|/|\."
            rf"|of the))? ?{_MONTH}\b(?: \.)?{_YEAR}(?: ,)?(?: D(?P<w2>\d))?"
        ),
        _day_and_month,
    ),
    _compiled(
        (
            rf"(?:{_WEEKDAY}(?: [,.])? )?{_MONTH}(?: [-/.,])?(?: the)? {_NUMBER}(?: th)?\b{_NO_DAY}"
            rf"(?:(?: ,)?(?: (?:de|del|of|in))? (?P<year>20\d\d))?(?: , D(?P<w2>\d))?"
        ),
        _day_and_month,
    ),
    _compiled(
        (
            r"(?:D(?P<w>\d)(?: ,)?(?: \()? ?(?:el )?)?(?<![\d:.,/$€£-])(?P<a>[0-3]?\d) ?"
            r"(?P<sign>[/.-]) ?(?P<b>[0-3]?\d)(?:(?P=sign)(?P<year>20\d\d|\d\d))?(?![\d:/]"
            r"|[.-]\d)(?! (?:personas|people|adult|pers|h\b|hs\b|€|euros|[ap]m))"
        ),
        _numeric,
    ),
    _compiled(
        r"(?<![\d:])(?P<d>\d{1,2}) del (?P<month>1[0-2]|[1-9])(?P<year>)\b(?! (?:mes|personas))",
        lambda match, here: _day(match, _coming(int(match["month"]), _number(match["d"]), here.today)),
    ),
    _compiled(rf"\b(?:the )?(?P<feast>{_FEAST_WORDS})\b(?: (?:de |of )?(?P<year>20\d\d))?", _feast),
    (_MOVABLE, _movable),
    # Counted from today.
    _compiled(
        (
            rf"(?:\b{_WEEKDAY} )?(?P<n>{_SMALL}) {_UNIT} (?:(?:from|after|a partir de"
            rf"|despues de) {_ANCHOR}|later|hence|from now|despues|mas tarde)\b(?:(?: en"
            rf"| on)? D(?P<w2>\d))?"
        ),
        _counted,
    ),
    _compiled(
        (
            r"\b(?:the )?day after (?:tomorrow|manana)\b|\bpasado manana\b"
            r"|\b(?:el )?dia despues de manana\b"
            r"|(?<!D\d )(?<!semana )(?<!mes )(?<!ano )(?<!sabado )\bpasado\b(?= [,.?!¤] ?| (?:a|por|en"
            r"|al|si|somos|para|y|tipo) |.{0,2}$)"
        ),
        _days_ahead(2),
    ),
    _compiled(r"\b(?:tomorrow fortnight)\b", _days_ahead(15)),
    _compiled(r"\b(?:tomorrow week|a week tomorrow|de manana en (?:8|ocho)(?: dias)?)\b", _days_ahead(8)),
    _compiled(
        r"\b(?:today week|a week today|de hoy en (?:8|ocho)(?: dias)?|hoy en 8(?: dias)?)\b", _days_ahead(7)
    ),
    _compiled(
        (
            r"\b(?:a )?fortnight(?: hence| from today| from now)\b|\bin a fortnight(?:'s time)?\b"
            r"|\bin a fortnight s time\b"
        ),
        _days_ahead(14),
    ),
    _compiled(rf"(?:(?P<n>{_SMALL}) )?{_UNIT} (?:on|from) {_WEEKDAY}\b", _after_weekday),
    _compiled(rf"\b{_WEEKDAY} (?:week\b(?! of)|after next\b)", _after_weekday),
    _compiled(rf"\b{_WEEKDAY} fortnight\b", _weekday_fortnight),
    _compiled(
        (
            rf"\b(?:en|dentro de|in|within|de aqui a)(?: about| unas?"
            rf"| unos)? (?P<n>{_SMALL}) {_UNIT}\b(?:'s| s)?(?: time)?(?: (?:from|after|a partir de"
            rf"|despues de) {_ANCHOR})?(?:(?: en| on| el)? D(?P<w2>\d))?"
        ),
        _counted,
    ),
    _compiled(r"\b(?:el |the )?(?:dia siguiente|siguiente dia|proximo dia|next day)\b", _days_ahead(1)),
    # A weekday of this week or the next.
    _compiled(
        (
            rf"\b(?:el )?{_WEEKDAY}(?: ,)? (?:of |de )?(?:(?P<next>(?:the )?(?:next|following) week"
            rf"|(?:la )?(?:proxima semana|semana (?:que viene|siguiente|proxima|que entra)"
            rf"|siguiente semana|otra semana))|(?:this week|esta(?: misma)? semana))\b"
        ),
        _in_week,
    ),
    _compiled(
        (
            rf"\b(?:(?P<next>(?:next|following) week|(?:la )?(?:proxima semana|semana (?:que viene"
            rf"|siguiente|proxima|que entra)))|(?:this|esta) (?:week|semana))(?: ,)?(?: (?:on"
            rf"|el))? {_WEEKDAY}\b"
        ),
        _in_week,
    ),
    # Days that are none.
    _compiled(r"\b(?:los|todos los|cada|every|all) D\d\b|\b(?:lunes|martes) a D\d", _not_one_day),
    _compiled(
        (
            r"\b(?:(?:el |este |proximo |this |next |the |bank holiday |la |esta )*(?:quincena|finde(?: semana)?"
            r"|fin de semana|weekend)(?: que viene| proximo| largo)?|puente(?: festivo)?|semana santa"
            r"|(?:a )?fin(?:ales|es)? de(?: este)? mes"
            r"|(?:the )?end of (?:the |this )?month|(?:early |late )?next (?:week|month)"
            r"|(?:la )?(?:proxima semana|semana (?:que viene|siguiente|proxima))"
            r"|(?:el )?(?:proximo mes|mes que viene)"
            r"|(?:this|esta) (?:week|semana)|(?:this|este) (?:month|mes)|entre semana|bank holiday"
            r"|dia de semana|una? (?:dia|tarde) de estos|during the week)\b"
        ),
        _not_one_day,
    ),
    _compiled(
        rf"\b{_WEEKDAY}(?: ,)? (?P<the>el dia |el |the |dia )?{_NUMBER}\b{_NO_DAY}(?P<th> th\b{_NO_DAY})?",
        _weekday_and_day,
    ),
    _compiled(
        (
            rf"\b(?:(?:(?:this|este|el|the|on|para|este mismo) )?(?P<next>next|proximo|following|coming"
            rf"|upcoming|siguiente) )?{_WEEKDAY}\b(?P<next_after> (?:que viene|que entra|proximo"
            rf"|siguiente|next))?"
        ),
        _weekday,
    ),
    # Today and tomorrow.
    _compiled(
        (
            r"\b(?:(?:ahora(?: mismo)?|ahorita|right now)(?= ?¤)|hoy(?: mismo| dia)?|today|tonight"
            r"|esta (?:misma )?(?:noche|tarde|manana|madrugada"
            r"|tardecita)|this (?:morning|afternoon|evening|night))\b"
        ),
        _days_ahead(0),
    ),
    _compiled(r"(?<!la )(?<!esta )(?<!a la )\bmanana\b|\btomorrow\b", _days_ahead(1)),
    # A number alone.
    _compiled(
        (
            rf"(?<!mesa )(?<!table )(?<!calle )\b(?:el dia|el|dia|the|on the|del|al"
            rf"|on)(?: proximo)? {_NUMBER}(?: th)?\b{_NO_DAY}"
        ),
        _day_of_month,
    ),
    _compiled(rf"(?<!mesa )(?<!calle )(?<![$€£/:.-])\b{_NUMBER} th\b{_NO_DAY}", _day_of_month),
)
