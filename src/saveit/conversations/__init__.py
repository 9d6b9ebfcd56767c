"""Who said what: conversations, what is planned to be said in them, and what became of it.

Promises one open conversation for an address on a line, however many ask at once; messages numbered without gaps in the order in which they
were planned; nothing planned for the bot once a human has taken over; and that a message's status only rises. Words and addresses are
sealed.

It owns `conversations`, `messages`, `attentions` and `orphan_statuses`. It never calls a provider, and never decides what to say.
"""

from saveit.conversations.actions import (
    address_index,
    find_conversation,
    find_open,
    heard,
    of_person,
    open_conversation,
    opened_part,
    plan,
)
from saveit.conversations.memory.talk import (
    AttentionRow,
    InboundRow,
    RecallRow,
    SaidLine,
    act_for_advisor,
    allow_audio,
    attention_of,
    attribute,
    begin_as,
    hand_back,
    note_booked,
    note_offered,
    note_turn,
    recall,
    remember,
    save_inbound,
    take_over,
    transcript,
)
from saveit.conversations.model import Author, Conversation, PlannedPart, StatusChange
from saveit.conversations.statuses import note_read_up_to, note_status, settle_orphans
from saveit.conversations.store import forget_orphans

__all__ = [
    "AttentionRow",
    "Author",
    "Conversation",
    "InboundRow",
    "PlannedPart",
    "RecallRow",
    "SaidLine",
    "StatusChange",
    "act_for_advisor",
    "address_index",
    "allow_audio",
    "attention_of",
    "attribute",
    "begin_as",
    "find_conversation",
    "find_open",
    "forget_orphans",
    "hand_back",
    "heard",
    "note_booked",
    "note_offered",
    "note_read_up_to",
    "note_status",
    "note_turn",
    "of_person",
    "open_conversation",
    "opened_part",
    "plan",
    "recall",
    "remember",
    "save_inbound",
    "settle_orphans",
    "take_over",
    "transcript",
]
