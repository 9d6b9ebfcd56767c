"""Delivery: what was planned to be said reaches its guest once, or is known not to have, or a person is told.

Promises: a message is called out at most once unless its provider certainly did not take it; of each conversation the messages go in
order, also when one is delayed; no line or guest is written to faster than their provider allows; what cannot be delivered is put before a
person, who may replay it; several processes may do this at once, and any of them may be killed.

It owns `delivery_rates` and `dead_letters`, and moves the status of `messages`. It will never
decide what to say in a conversation, and never writes to an address that wants to hear no more.
"""

from saveit.consumers.notify.delivery.letters import (
    DeadLetterUnknown,
    OutcomeKnown,
    OutcomeUnknown,
    dismiss,
    list_dead_letters,
    replay,
    settle_outcome,
)
from saveit.consumers.notify.delivery.speaking import Speaking
from saveit.consumers.notify.delivery.worker import Delivery, channel_map
from saveit.consumers.notify.delivery.world import (
    FindLine,
    LineForSending,
    RealWayOut,
    Rendering,
    WayOut,
)
from saveit.consumers.notify.store import DeadLetterRow

__all__ = [
    "DeadLetterRow",
    "DeadLetterUnknown",
    "Delivery",
    "FindLine",
    "LineForSending",
    "OutcomeKnown",
    "OutcomeUnknown",
    "RealWayOut",
    "Rendering",
    "Speaking",
    "WayOut",
    "channel_map",
    "dismiss",
    "list_dead_letters",
    "replay",
    "settle_outcome",
]
