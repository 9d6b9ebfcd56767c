"""Guests talk; this room takes their messages from the inbox, understands them, asks the core, and plans the answer.

Promises: nothing is booked, changed or cancelled that the guest did not say yes to, unless the restaurant turned that question off;
nothing is offered that the core did not say is free; a message that is delivered twice acts once; and what a turn decides (state, answer)
is written in one transaction, or dropped whole when a human took over meanwhile.

`nlu` understands: a pure function of a text and its context, with an answer for every text; it proposes and never writes. `engines` are
providers behind the same door. `policy` and
`words` are pure too. `turns` does all reading and writing.

It owns `restaurant_manners`. It never takes a table but through `saveit.reservations`, and never calls a provider.
"""

from saveit.dialogue.engines import engine_of
from saveit.dialogue.listening import Listening, listener_of
from saveit.dialogue.model import Manners, State
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
from saveit.dialogue.turns.hearing import BuiltIn
from saveit.dialogue.turns.inbox import GatewayInbox
from saveit.dialogue.turns.model import CallOut, Delivered, Inbox, LineOf
from saveit.dialogue.turns.places import change_manners, manners_of
from saveit.dialogue.turns.worker import Turns

__all__ = [
    "Area",
    "BuiltIn",
    "CallOut",
    "Context",
    "Delivered",
    "Doubt",
    "Engine",
    "GatewayInbox",
    "Inbox",
    "Intent",
    "Language",
    "LineOf",
    "Listening",
    "Manners",
    "OpenHours",
    "PartOfDay",
    "Question",
    "Slot",
    "Slots",
    "State",
    "Turns",
    "Understanding",
    "change_manners",
    "engine_of",
    "listener_of",
    "manners_of",
    "understand",
]
