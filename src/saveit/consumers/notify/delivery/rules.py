"""What delivery decides without asking anyone: whether a part may go, in which form, and when it is tried again. Pure."""

from datetime import datetime, timedelta
from random import Random
from typing import Literal, TypeAlias, assert_never

from saveit.messages import (
    Buttons,
    Can,
    File,
    Letter,
    Menu,
    Part,
    QuickReplies,
    ReadMark,
    Refused,
    Speech,
    TapAnswer,
    Template,
    Text,
    Typing,
    UnifiedResponse,
    fit,
)

DeadReason: TypeAlias = Literal[
    "attempts_used_up",
    "expired",
    "bug",
    "unreadable",
    "outcome_unknown",
    "undeliverable",
    "window_closed",
]

# Two seconds, doubled each time, ten minutes at most: eight tries take some eight minutes, longer than a provider's hiccup
# and shorter than a guest's patience with a bot.
ATTEMPTS_MAX = 8
_WAIT_FIRST_S = 2.0
_WAIT_MAX_S = 600.0
# Meta lets 45 messages to one guest pass at once before its pair rate bites, Telegram about twenty; an answer has three parts.
RECIPIENT_BURST = 10


def wait_s(attempts: int, wish_s: float | None, random: Random) -> float:
    """Return how long to wait after so many tries: as long as the provider wishes, else twice as long each time, less a part by chance.

    The chance keeps a thousand messages that failed together from coming back together.
    """
    whole = min(_WAIT_FIRST_S * 2 ** max(0, attempts - 1), _WAIT_MAX_S)
    drawn = whole * (0.5 + random.random() / 2)
    return drawn if wish_s is None else max(wish_s, 0.0) + drawn / 4


def window_is_open(can: Can, last_inbound_at: datetime | None, now: datetime) -> bool:
    """Say whether the provider lets us speak freely; a minute is left for the way there."""
    if can.reply_window is None:
        return True
    return last_inbound_at is not None and now - last_inbound_at < can.reply_window - timedelta(minutes=1)


def human_window_is_open(can: Can, last_inbound_at: datetime | None, now: datetime) -> bool:
    """Say whether the provider lets a person still speak freely where a program may not."""
    if can.human_window is None or last_inbound_at is None:
        return False
    return now - last_inbound_at < can.human_window - timedelta(minutes=1)


def sendable(  # noqa: PLR0911 - one return for each part.
    part: Part, can: Can, *, window_open: bool
) -> Part | Refused:
    """Return the part in a form that this channel carries now, or why there is none.

    It was fitted when it was planned; a window may have closed since, or the line have moved to a channel that can do less.
    """
    match part:
        case Template():
            return part if can.templates else Refused("bug", "template_not_carried")
        case Typing():
            return part if can.typing else Refused("bug", "typing_not_carried")
        case ReadMark():
            return part if can.read_marks else Refused("bug", "read_mark_not_carried")
        case TapAnswer():
            return part
        case Letter():
            return part if can.shape == "letter" else Refused("bug", "letter_not_carried")
        case Speech():
            return part if can.shape == "speech" else Refused("bug", "speech_not_carried")
        case Text() | Buttons() | QuickReplies() | Menu() | File():
            if not window_open:
                return Refused("window_closed", "before_the_call")
            if can.shape != "chat":
                return Refused("bug", "chat_not_carried")
            return _fitted(part, can)
        case _:
            assert_never(part)


def _fitted(part: Text | Buttons | QuickReplies | Menu | File, can: Can) -> Part | Refused:
    match part:
        case Text(text=text):
            response = UnifiedResponse(text=text)
        case Buttons(text=text, choices=choices) | QuickReplies(text=text, choices=choices):
            response = UnifiedResponse(text=text, buttons=choices)
        case Menu(text=text, label=label, choices=choices):
            response = UnifiedResponse(text=text, buttons=choices, menu_label=label)
        case File(attachment=attachment):
            response = UnifiedResponse(text="", attachments=(attachment,))
        case _:
            assert_never(part)
    parts = fit(response, can)
    return parts[0] if len(parts) == 1 else Refused("bug", "does_not_fit")
