"""The room where a guest's words become a request: today what understands them, later what answers.

Promises that a message is understood by a pure function of its text and context, with an answer for every text, and that understanding
writes nothing: it proposes. It owns no tables. It never tells which channel a guest came through.
"""

from saveit.dialogue.nlu import (
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
    understand,
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
