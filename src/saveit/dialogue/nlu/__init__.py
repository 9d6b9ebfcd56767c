"""Understanding guests: the built-in grammar, in Spanish and English, and the shape that every other engine has.

Promises the same answer for the same text and context, offline, within a few milliseconds. It reads no clock and keeps no state. What a
message does not say it leaves empty; what it says in two ways it hands back as a question.
"""

from saveit.dialogue.nlu.grammar import understand
from saveit.dialogue.nlu.model import (
    Area,
    Context,
    Doubt,
    Engine,
    Intent,
    Language,
    OpenHours,
    PartOfDay,
    Question,
    Slot,
    Slots,
    Understanding,
)

__all__ = [
    "Area",
    "Context",
    "Doubt",
    "Engine",
    "Intent",
    "Language",
    "OpenHours",
    "PartOfDay",
    "Question",
    "Slot",
    "Slots",
    "Understanding",
    "understand",
]
