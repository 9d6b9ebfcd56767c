"""Who said what: conversations, what is planned to be said in them, and what became of it.

Promises one open conversation for an address on a line, however many ask at once; messages numbered without gaps in the order in which they
were planned; nothing planned for the bot once a human has taken over; and that a message's status only rises. Words and addresses are
sealed.

It owns `conversations`, `messages` and `orphan_statuses`. It never calls a provider, and never decides what to say.
"""

from saveit.conversations.actions import (
    address_index,
    find_conversation,
    heard,
    of_person,
    open_conversation,
    opened_part,
    plan,
)
from saveit.conversations.model import Author, Conversation, PlannedPart, StatusChange
from saveit.conversations.statuses import note_read_up_to, note_status, settle_orphans
from saveit.conversations.store import forget_orphans

__all__ = [
    "Author",
    "Conversation",
    "PlannedPart",
    "StatusChange",
    "address_index",
    "find_conversation",
    "forget_orphans",
    "heard",
    "note_read_up_to",
    "note_status",
    "of_person",
    "open_conversation",
    "opened_part",
    "plan",
    "settle_orphans",
]
