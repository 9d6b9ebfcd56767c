"""By how much a time is to move: "half an hour later", "adelántala una hora"."""

import re
from typing import Final

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_HOURS: Final = {"una": 1, "un": 1, "a": 1, "an": 1, "one": 1, "dos": 2, "two": 2, "tres": 3, "three": 3}
_AMOUNT: Final = (
    r"(?:(?P<half>media hora|half an hour|(?:a )?half[ -]hour)|(?P<quarter>(?:un )?cuarto de hora|(?:a )?quarter of an hour)"
    r"|(?P<hours>una?|an?|one|dos|two|tres|three|[1-4]) ?(?:horas?|hours?|hrs?|h)\b(?P<and> y media| and a half)?"
    r"|(?P<minutes>\d{1,3}) ?min(?:utos?|utes?|s)?\b)"
)
_LATER: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_AMOUNT}\s+(?:m[aá]s tarde|despu[eé]s|later)\b",
        (
            rf"\b(?:(?:retr[aá]s|atr[aá]s|apl[aá]z|posp|posterg|postpon)\w*|c[oó]rr(?:er|e|an|amos)(?:l[ao])?|push|delay)\b"
            rf"[^.,;?!\d]{{0,30}}?\b{_AMOUNT}"
        ),
    )
)
_EARLIER: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_AMOUNT}\s+(?:antes|m[aá]s temprano|earlier|sooner|before)\b",
        rf"\b(?:adel[aá]nt\w*|(?:bring|move|pull)\b[^.,;?!\d]{{0,20}} forward)\b[^.,;?!\d]{{0,20}}?\b{_AMOUNT}",
    )
)


def minutes_shifted(text: str) -> int | None:
    """Return by how many minutes a time is to move, below zero for earlier; None where the message does not say."""
    for patterns, sign in ((_EARLIER, -1), (_LATER, 1)):
        for pattern in patterns:
            found = pattern.search(text)
            if found is not None:
                return sign * _minutes(found)
    return None


def shifted(at: str, minutes: int) -> str | None:
    """Return "HH:MM" so many minutes from another; None where that would be another day."""
    moved = int(at[:2]) * _HOUR + int(at[3:]) + minutes
    return f"{moved // _HOUR:02}:{moved % _HOUR:02}" if 0 <= moved < _DAY else None


def _minutes(found: re.Match[str]) -> int:
    if found["half"]:
        return _HOUR // 2
    if found["quarter"]:
        return _HOUR // 4
    if found["minutes"]:
        return int(found["minutes"])
    said = found["hours"].lower()
    return (_HOURS.get(said) or int(said)) * _HOUR + (_HOUR // 2 if found["and"] else 0)
