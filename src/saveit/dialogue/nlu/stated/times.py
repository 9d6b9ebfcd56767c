"""Times of day in a canonical text: where each is said, and what its hour means in a restaurant."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from saveit.dialogue.nlu.model import Context, OpenHours, PartOfDay

Half: TypeAlias = Literal["am", "pm"]

NOON: Final = 12
DAY_HOURS: Final = 24
_HOUR_MINUTES: Final = 60

# Never a time, whatever number stands before: people, money, things.
NOT_A_TIME: Final = (
    r"(?! (?:personas?|people|adult[oa]?s?|nin[oa]s?|guests?|comensales|gente|amig[oa]s|mesas?"
    r"|tables?|euros?|pesos|soles|dolares|usd|%|€|\$|£"
    r"|anos|years?|dias?|days?|semanas?|weeks?|meses|mes|months?|parejas|couples|minut\w*"
    r"|adultos|kids|children|of us|raciones|"
    r"cervezas|pizzas|noches|nights|grandes|chicos|chavos|companeros|invitados|th|M\d|asientos"
    r"|sitios|puestos|lugares)\b)"
)
_HOUR = r"(?<![\w.,/:-])(?P<h>\d{1,2})"
_MINUTE = r"(?P<m>[0-5]\d)"
# Longest first: what is taken by one pattern is not seen by the next.
_LEAD_ES = (
    r"(?:(?:a eso|eso|a partir|alrededor|cerca|antes|despues|ahi|como|mas|pasadas|desde|hasta"
    r"|tipo|onda|sobre|hacia|para|como a|a)(?: de)? )?"
)
_CORES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # Minutes before or after the hour.
        (
            r"(?P<before>(?:un )?cuarto|\d{1,2}(?: min\w*)?) (?:para|antes de|pa) (?:las?"
            r"|el) (?P<h>\d{1,2}|una|mediodia)\b(?! D?\d)"
        )
        + NOT_A_TIME,
        r"(?P<after>cuarto|\d{1,2}(?: min\w*)?) pasadas(?: de)? (?:las?) (?P<h>\d{1,2}|una)\b",
        (
            r"(?<!from )(?P<before>(?:a )?quarter|half|3 quarters|(?:5|10|15|20|25)(?: min\w*)?"
            r"|\d{1,2} min\w*) (?:to|before|of|till|til) "
            r"(?<![\w.,/:-])(?P<h>\d{1,2}|one|noon|midday|midnight)(?: (?P<m>30))?\b(?! th| M\d| adult"
            r"| people)"
        )
        + NOT_A_TIME,
        (
            r"(?P<after>(?:3 |a )?quarters?|half|\d{1,2}(?: min\w*)?) (?:past|after) (?P<h>\d{1,2}|one"
            r"|noon|midday|midnight)(?: h (?P<m>[0-5]\d))?\b"
        )
        + NOT_A_TIME,
        r"(?P<after>\d{1,2} minutes) from (?P<h>\d{1,2})(?= [ap]m\b)",
        r"(?P<after>half)(?: -)? (?P<h>\d{1,2}|one)\b(?! th| people| h )" + NOT_A_TIME,
        # With minutes.
        r"(?<![\d:/.-])(?P<h>\d{1,2}) ?: ?(?P<m>[0-5]\d)(?:[:.]\d\d)?(?![\d:/-])",
        r"(?<![\d.,/-])(?P<h>\d{1,2}) h (?P<m>[0-5]\d)\b" + NOT_A_TIME,
        (
            r"(?<![a-z])(?:las?|at|@|tipo|sobre|around|about|by|hacia|for|from"
            r"|until) (?P<h>\d{1,2})[.,](?P<m>[0-5]\d)\b(?![.,/])"
        ),
        r"(?<![\d.,/:-])(?P<h>\d{1,2})[.,](?P<m>[0-5]\d)(?= (?:[ap]m|hs?|hrs?|horas)\b)",
        # No day has minutes.
        r"(?<=D\d )(?P<h>1[2-9]|2[0-3])(?: y)? (?P<m>00|15|30|45)\b(?![:/.,]\d)" + NOT_A_TIME,
        # No month has such a number.
        r"(?<=D\d )(?P<h>1?\d|2[0-3])[.,](?P<m>1[3-9]|[2-5]\d)(?![\d.,/-])",
        (
            r"(?<!el )(?<!on )(?<!in )(?<!D\d )(?<!dia )(?<!the )(?<![\d.,/:-])(?P<h>1[3-9]"
            r"|2[0-3])[.,](?P<m>[0-5]\d)(?![\d.,/-])(?! (?:€|\$|euros|pesos))"
        ),
        (
            r"(?<!el )(?<!on )(?<!in )(?<!D\d )(?<!dia )(?<!the )(?<![\d.,/:$€£-])(?P<h>\d{1,2})[.,]"
            r"(?P<m>00|15|30|45)(?![\d.,/-])(?! (?:€|\$|euros|pesos))"
        ),
        (
            r"(?<![\w.,/:-])(?P<h>1[0-2]|[1-9]) (?:y |0 )?(?P<m>[0-5]?\d)(?= (?:[ap]m\b|(?:de|en"
            r"|por) la (?:manana|tarde|noche|madrugada)\b))"
        ),
        r"(?<![\w.,/:-])(?P<h>\d{1,2})(?: -)? (?:oh|ou|o(?= -? ?\d (?:[ap]m|in the)))(?: -)? (?P<m>\d)(?= )(?! (?:y|menos|con)\b)",
        r"(?<= (?:us|me) to )(?P<h>\d{1,2})\b(?![:/.,]\d)" + NOT_A_TIME,
        r"(?:meant|dije|said) (?P<h>\d{1,2})(?= ?(?:$|[,.]))",
        r"(?:(?<=tonight )|(?<=tomorrow ))(?P<h>[01]?\d|2[0-3])(?P<m>[0-5]\d)\b" + NOT_A_TIME,
        r"(?<=tonight )(?P<h>\d{1,2})(?= ?(?:$|[,.?!]))",
        r"(?<![\w.,/:-])(?P<h>\d{1,2})(?= or so\b)(?! or so people)",
        r"(?<![\w.,/:-])(?P<h>una) y (?P<m>10|15|20|25|30|35|40|45|50)\b" + NOT_A_TIME,
        r"de \d{1,2} a (?P<h>1[3-9]|2[0-3])\b(?![:/.,]\d)" + NOT_A_TIME,
        r"(?<![\w.,/:-])(?P<h>1\d|[1-9])(?: -)? (?P<m>[0-5]\d)(?= [ap]m\b)",
        r"(?<![\w.,/:-])(?P<h>\d{1,2})(?: \.)?(?= [ap]m\b)",
        # Military, only where a time must stand.
        (
            r"(?<![a-z])(?:las?|at|@|tipo|sobre|around|about|by|hacia|for) (?P<h>[01]?\d"
            r"|2[0-3])(?P<m>[0-5]\d)(?=(?: ish)? )"
        )
        + NOT_A_TIME,
        r"(?<![\d.,/:-])(?P<h>[01]?\d|2[0-3])(?P<m>[0-5]\d)(?= (?:[ap]m|hs?|hrs?|horas|ish)\b)",
        # "ocho y media", "nueve menos cuarto", "8 de la noche", "21 h".
        r"(?<![\w.,/:-])(?P<h>\d{1,2}|una)(?= (?:y|con) (?:media|cuarto|pico|algo|cacho|tantos|piquito)\b)",
        r"(?<![\w.,/:-])(?P<h>\d{1,2}|una)(?= menos (?:cuarto|5|10|20|25|veinte)\b)",
        (
            r"(?<![\w.,/:-])(?P<h>\d{1,2}|una)(?: (?P<m>[0-5]?\d))?(?= (?:de|en|por) la (?:manana"
            r"|mananita|tarde|tardecita|noche|nochecita|madrugada)\b)"
        ),
        (
            r"(?<![\w.,/:-])(?P<h>\d{1,2}|una) (?:y )(?P<m>[0-5]\d)(?= (?:de|en|por) la (?:manana"
            r"|tarde|noche|madrugada)\b| [ap]m\b)"
        ),
        (
            r"(?<![\w.,/:-])(?P<h>\d{1,2}|una) y (?P<m>5)(?= (?:de|en|por) la (?:manana|tarde|noche"
            r"|madrugada)\b| [ap]m\b)"
        ),
        r"(?<![\w.,/:-])(?P<h>\d{1,2})(?= del? (?:medio ?dia|dia)\b)(?! del? dia \d)",
        (
            r"(?<![\w.,/:-])(?P<h>\d{1,2}|one)(?: (?P<m>[0-5]\d))?(?= (?:in the|in|at) (?:morning"
            r"|afternoon|evening|night|am|pm)\b)"
        ),
        (
            r"(?<!for )(?<!of )(?<!para )(?<!pa )(?<!somos )(?<!\w)(?P<h>\d{1,2})(?: "
            r"(?P<m>[0-5]\d))?(?=(?: ,)? (?:tonight|this morning"
            r"|this evening|this afternoon|tomorrow|noon|midnight|lunchtime)\b)"
        ),
        r"(?<![\w.,/:-])(?P<h>\d{1,2}|one)(?: (?P<m>[0-5]\d))?(?= (?:oclock|o'clock|o clock)\b)",
        r"(?<![\w.,/:-])(?P<h>\d{1,2})(?: -)?(?= (?:ish|en punto|clavad\w+|sharp)\b)",
        r"(?<![\d.,/:-])(?P<h>\d{1,2})(?= (?:h|hs|hrs)\b)",
        r"(?<!en )(?<!de )(?<!in )(?P<h>1[3-9]|2[0-3])(?= horas\b)",
        r"(?<![a-z])las (?P<h>\d{1,2}) horas\b",
        # A number after a word that says when.
        _LEAD_ES
        + (
            r"(?<![a-z])las (?P<h>\d{1,2})(?: (?:y |con )?(?P<m>[0-5]\d)\b(?! (?:personas|pax|de M|D"
            r"|M)))?(?: y (?P<after>\d{1,2}))?\b(?![:/.,]\d)"
        )
        + NOT_A_TIME,
        _LEAD_ES
        + (
            r"(?<![a-z])la (?P<h>1|una)(?: (?:y "
            r"|con )?(?P<m>[0-5]\d)\b)?(?: y (?P<after>\d{1,2}))?\b(?![:/.,]\d)"
        )
        + NOT_A_TIME,
        (
            r"(?<![a-z])(?:tipo|hacia|a eso de|onda)(?: las?| a las)? (?P<h>\d{1,2}"
            r"|una)(?: (?P<m>[0-5]\d)\b)?\b(?![:/.,]\d)"
        )
        + NOT_A_TIME,
        (
            r"(?<![a-z])(?:at|@|around|about|by|after|before|until|till|than|past"
            r"|(?<!party )(?<!group )(?<!people )from)(?: about| around| like| say)? (?P<h>\d{1,2}"
            r"|one)(?: (?:- |o |oh |ou )?(?P<m>[0-5]?\d)\b(?! th))?"
            r"(?![:/.,]\d)\b(?! th)(?! -? ?\d+ people)"
        )
        + NOT_A_TIME,
        (
            r"(?:back|forward|up|move it|booking|reservation|table|it|dinner|lunch|back it|meal"
            r"|moved) to (?P<h>\d{1,2})\b(?![:/.,]\d)(?! th)"
        )
        + NOT_A_TIME,
        r"(?<![/\d-])(?P<h>\d{1,2})(?: -)? (?:oh|ou|0)(?: -)? (?P<m>\d)\b(?! (?:y|menos|con)\b)",
        r"\b(?P<h>noon|midday|mid day|mid - day|mediodia|medio dia)(?: ?ish)?\b",
        r"\b(?P<h>midnight|mid night|mid - night|medianoche|media noche)\b",
    )
)
# Two numbers, hour and minutes: "ten thirty". Only English says it without a word before, and only after the dates are taken.
_BARE_PAIR: Final = re.compile(
    (
        r"(?<![\d.,/:$€£-])(?<!party of )(?P<h>[1-9]|1\d|2[0-3])(?: -)? (?P<m>00|05|10|15|20|25|30"
        r"|35|40|45|50|55|[1-5]\d)\b(?![:/.,]\d)(?! th| M\d| D\d| -? ?\d)"
    )
    + NOT_A_TIME
)
_BARE_HOUR: Final = re.compile(
    r"^[ ,.]*(?:para |for |como |mejor |pues |maybe |like |y |yes |si "
    r"|, )*(?P<h>\d{1,2})(?P<m>[0-5]\d)?(?: (?P<after>[0-5]\d))?[ .!,]*(?:por favor|please|ish"
    r"|works|gracias|thanks)?[ .!]*$"
)
_PIECE: Final = re.compile(
    r" ?(?:(?P<half>[ap]m)\b|(?:y|con|and) (?P<after>media|cuarto|[0-5]?\d(?= "
    r"|$))(?! (?:personas|nin|beb|adult|de M|people|anos))\b"
    r"|menos (?P<before>cuarto|\d{1,2})\b|y (?:pico|algo|cacho|tantos|piquito)\b"
    r"|(?:en punto|clavad[oa]s?|sharp|exactas|oclock|o'clock|o clock|- ish|ish|hrs?|hs|h"
    r"|horas)\b"
    r"|(?:(?:de|en|por|a|del?) )?(?:la |el )(?P<part_es>manana|mananita|tarde|tardecita|noche"
    r"|nochecita|madrugada)\b"
    r"|(?P<midday>del? (?:medio ?dia|dia))\b"
    r"|(?:in the |at |in )(?P<part_en>morning|afternoon|evening|night|am|pm|late evening"
    r"|early morning)\b"
    r"|(?P<part_bare>noon|midnight|lunchtime|afternoon|morning|evening)\b)"
)
_PARTS: Final[dict[str, PartOfDay]] = {
    "manana": "morning",
    "mananita": "morning",
    "morning": "morning",
    "early morning": "morning",
    "am": "morning",
    "madrugada": "night",
    "tarde": "afternoon",
    "tardecita": "afternoon",
    "afternoon": "afternoon",
    "afternon": "afternoon",
    "noon": "midday",
    "lunchtime": "midday",
    "mediodia": "midday",
    "pm": "evening",
    "noche": "evening",
    "nochecita": "evening",
    "evening": "evening",
    "late evening": "evening",
    "tonight": "evening",
    "night": "evening",
    "midnight": "night",
}
_PART_OF_DAY: Final = re.compile(
    r"\b(?:(?:(?:de|en|por|a|hoy a|hoy por) )?la|esta|esta misma|hoy|D\d) (?P<es>manana"
    r"|mananita|tarde|tardecita|noche|nochecita|madrugada)\b(?<!hoy manana)"
    r"|\b(?P<en>morning|afternoon|afternon|evening|tonight|night|lunchtime)\b|\b(?:al|el|del?"
    r"|a) (?P<noon>mediodia|medio dia)\b"
    r"|\bmanana (?P<bare>noche|tarde)\b"
)
_MEAL: Final = re.compile(
    r"\b(?:(?P<breakfast>desayun\w+|breakfast)|(?P<brunch>brunch)|(?P<lunch>almuerzo"
    r"|almorzar\w*|lunch|comida|comer|menu del dia)"
    r"|(?P<tea>merienda|merendar|afternoon tea|la once|tea)|(?P<dinner>cena|cenar|cenita"
    r"|cenamos|dinner|supper))\b"
)
_MEAL_PARTS: Final[dict[str, PartOfDay]] = {
    "breakfast": "morning",
    "brunch": "midday",
    "lunch": "midday",
    "tea": "afternoon",
    "dinner": "evening",
}
_AMOUNT = (
    r"(?P<n>\d{1,3}(?:[.,]5)?|una?|one|an?|couple of|couple|a couple of|a couple|few|a few|un par de|par de)"
)
_IN_HOURS: Final = re.compile(
    r"(?:en|dentro de|in|within|de aqui a)(?: about| like| unas?"
    r"| como)? (?:(?P<fixed>media hora|half an hour|1/2 hora|(?:a )?quarter of an hour"
    r"|un cuarto de hora"
    r"|3 ?-? ?quarters of an hour|hora y media|una hora y media|an hour and a half)\b"
    rf"|{_AMOUNT}(?P<half> and an? half| y media)? (?P<unit>horas?|hours?|hrs?|h|minut\w+"
    rf"|min)\b(?P<half_after> y media)?)"
    rf"|{_AMOUNT.replace('<n>', '<n2>')} (?P<unit2>hours?|minutes) from now"
)
_FIXED_MINUTES: Final = {
    "media hora": 30,
    "half an hour": 30,
    "1/2 hora": 30,
    "quarter of an hour": 15,
    "a quarter of an hour": 15,
    "un cuarto de hora": 15,
    "hora y media": 90,
    "una hora y media": 90,
    "an hour and a half": 90,
}
_AMOUNTS: Final = {
    "un": 1.0,
    "una": 1.0,
    "one": 1.0,
    "a": 1.0,
    "an": 1.0,
    "couple": 2.0,
    "couple of": 2.0,
    "a couple": 2.0,
    "a couple of": 2.0,
    "un par de": 2.0,
    "par de": 2.0,
    "few": 3.0,
    "a few": 3.0,
}


class Said(Struct, frozen=True):
    """A time as it was said: `hour` may lack its half of the day."""

    start: int
    end: int
    hour: int
    minute: int = 0
    half: Half | None = None
    part: PartOfDay | None = None
    literal: bool = False
    """Written on a 24-hour clock, or by a word such as noon."""
    zero_led: bool = False
    """Written 07:30: a 24-hour clock to those who write English, a form's habit to the others."""
    on: date | None = None
    """Set where the time was counted from now."""


class Clock(Struct, frozen=True):
    """What a said time means here, and what else it might."""

    at: time
    other: time | None = None


def amount(text: str) -> float:
    """Return "a couple of", "2.5" or "an" as a number."""
    return _AMOUNTS[text] if text in _AMOUNTS else float(text.replace(",", "."))


def counted_from_now(text: str, now: datetime) -> Said | None:
    """Return the time that is said as hours or minutes from now, to the minute."""
    found = _IN_HOURS.search(text)
    if found is None:
        return None
    if fixed := found["fixed"]:
        minutes = float(_FIXED_MINUTES.get(fixed, 45))
    else:
        said = found["n"] or found["n2"]
        unit = found["unit"] or found["unit2"]
        minutes = amount(said) * (_HOUR_MINUTES if unit.startswith("h") else 1)
        if found["half"] or found["half_after"]:
            minutes += _HOUR_MINUTES / 2
    at = (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)
    return Said(found.start(), found.end(), at.hour, at.minute, literal=True, on=at.date())


def said_times(text: str) -> tuple[list[Said], str]:
    """Return the times that say so themselves, in their order, and the text with blanks where they stood."""
    found: list[Said] = []
    for core in _CORES:
        place = 0
        while (match := core.search(text, place)) is not None:
            said = _said(match, text)
            place = match.end()
            if said is not None:
                found.append(said)
                text = blanked(text, said.start, said.end)
    return sorted(found, key=lambda said: said.start), text


def paired_times(text: str) -> tuple[list[Said], str]:
    """Return the times said as two bare numbers, "ten thirty", once the dates are out of the way."""
    found: list[Said] = []
    place = 0
    while (match := _BARE_PAIR.search(text, place)) is not None:
        said = _said(match, text)
        place = match.end()
        if said is not None:
            found.append(said)
            text = blanked(text, said.start, said.end)
    return found, text


def asked_time(text: str) -> Said | None:
    """Return the time that a bare number is when a time was asked for."""
    found = _BARE_HOUR.search(text)
    return None if found is None else _said(found, text)


def blanked(text: str, start: int, end: int) -> str:
    """Return the text as long as it was, with a stop sign where something was taken from it."""
    return f"{text[:start]}{'¤' * (end - start)}{text[end:]}"


def part_of_day(text: str) -> PartOfDay | None:
    """Return the part of the day that the text speaks of, the last when there are several."""
    part: PartOfDay | None = None
    for found in _PART_OF_DAY.finditer(text):
        part = _PARTS[found["es"] or found["en"] or found["bare"] or "mediodia"]
    return part


def meal(text: str) -> PartOfDay | None:
    """Return the part of the day of the meal that the text names, the last when there are several."""
    part: PartOfDay | None = None
    for found in _MEAL.finditer(text):
        part = _MEAL_PARTS[found.lastgroup or "dinner"]
    return part


def meant(
    said: Said, *, part: PartOfDay | None, of_meal: PartOfDay | None, context: Context, english: bool
) -> Clock:
    """Return the time of day that was meant: by its own words, then by the part of the day, the meal, the hours, and custom."""
    if said.literal or (said.zero_led and english and said.half is None):
        return Clock(time(said.hour % DAY_HOURS, said.minute))
    morning = time(said.hour % NOON, said.minute)
    evening = time(said.hour % NOON + NOON, said.minute)
    if said.half is not None:
        return Clock(morning if said.half == "am" else evening)
    for told in (said.part, part, of_meal):
        if told is not None:
            return Clock(_by_part(told, said.hour, morning, evening))
    in_morning, in_evening = _is_open(context.hours, morning), _is_open(context.hours, evening)
    if in_morning and not in_evening:
        return Clock(morning, other=evening)
    return Clock(evening, other=morning)


def _by_part(part: PartOfDay, hour: int, morning: time, evening: time) -> time:
    """Return the half of the day that fits: one at night is after midnight, and twelve in the morning is noon."""
    match part:
        case "morning":
            return evening if hour == NOON else morning
        case "midday":
            # Brunch and lunch begin at nine at the earliest.
            return morning if 9 <= hour < NOON else evening  # noqa: PLR2004 - said above.
        case "afternoon":
            return evening
        case "night":
            return morning
        case "evening":
            # Nobody dines at one in the afternoon and calls it night.
            return morning if hour == NOON or hour <= 3 else evening  # noqa: PLR2004 - said above.


def _is_open(hours: tuple[OpenHours, ...], at: time) -> bool:
    return any(
        each.opens <= at < each.closes if each.opens < each.closes else at >= each.opens or at < each.closes
        for each in hours
    )


def _said(match: re.Match[str], text: str) -> Said | None:
    """Return what a core and the words after it say, or None if no clock shows it."""
    groups = match.groupdict()
    start, end = match.span()
    named = groups["h"]
    literal, hour = True, 0
    if named.isdigit():
        hour = int(named)
        # A leading zero is a 24-hour clock, and so is what no 12-hour clock shows.
        literal = hour > NOON or hour == 0
    elif named in {"una", "one"}:
        hour, literal = 1, False
    elif named in {"noon", "midday", "mid day", "mid - day", "mediodia", "medio dia"}:
        hour = NOON
    minute = int(groups.get("m") or 0)
    said = Said(start, end, hour, minute, literal=literal, zero_led=len(named) > 1 and named[0] == "0")
    said = _shifted(said, groups.get("before"), groups.get("after"))
    while (piece := _PIECE.match(text, said.end)) is not None and piece.end() > said.end:
        said = _with_piece(said, piece)
    if said.hour > DAY_HOURS or (said.hour == DAY_HOURS and said.minute):
        return None
    if said.literal and said.hour > NOON and named.isdigit():
        return said
    return replace(said, literal=literal and not (said.half and named.isdigit()))


def _with_piece(said: Said, piece: re.Match[str]) -> Said:
    said = _shifted(said, piece["before"], piece["after"])
    part = said.part
    if piece["midday"]:
        part = "midday"
    elif told := piece["part_es"] or piece["part_en"] or piece["part_bare"]:
        part = _PARTS[told]
    half = said.half
    if piece["half"]:
        half = "am" if piece["half"] == "am" else "pm"
    elif piece["part_en"] in {"am", "pm"}:
        half = "am" if piece["part_en"] == "am" else "pm"
    return replace(said, end=piece.end(), part=part, half=half)


def _shifted(said: Said, before: str | None, after: str | None) -> Said:
    """Move by "menos cuarto" or "half past", across the hour where need be."""
    minutes = said.minute
    if after is not None:
        minutes += _minutes(after)
    if before is not None:
        minutes -= _minutes(before)
    hour = said.hour + minutes // _HOUR_MINUTES
    if hour < 1 and said.hour >= 1 and not said.literal:
        hour += NOON
    if hour < 0:
        hour += DAY_HOURS
    return replace(said, hour=hour, minute=minutes % _HOUR_MINUTES)


def _minutes(said: str) -> int:
    """Return "un cuarto", "3 quarters", "half" or "20 min" as minutes."""
    if "quarters" in said:
        return 45
    if "cuarto" in said or "quarter" in said:
        return 15
    if said in {"media", "half"}:
        return 30
    return int(said.split(" ", 1)[0])
