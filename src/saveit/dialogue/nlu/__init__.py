"""Understanding guests: the built-in grammar, in Spanish and English, and the shape that every other engine has.

Promises the same answer for the same text and context, offline, within a few milliseconds. It reads no clock and keeps no state. What a
message does not say it leaves empty; what it says in two ways it hands back as a question.
"""

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


def understand(text: str, context: Context) -> Understanding:
    """Return what a message says."""
    # The grammar is hundreds of patterns, which take as long to make as a tenth of us: whoever starts does not wait for them.
    from saveit.dialogue.nlu import grammar  # noqa: PLC0415 - see above.

    return grammar.understand(text, context)
