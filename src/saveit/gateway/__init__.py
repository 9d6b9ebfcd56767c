"""The front door of every channel: take it in, write it down, answer; then let others work at their own pace.

Promises: what was acknowledged is in the inbox, whatever is killed when; an event that is delivered again is kept once; an event is kept
for a line only if that line's own secret signed it; nothing is parsed or decided before the commit, so nothing that a guest writes can
make a provider deliver a whole batch again; events of one sender are handed out in their order and one at a time, those of different
senders side by side; and an event that cannot be taken is put where a person sees it, and the rest go on.

Owns `inbox`, `quarantine` and `line_histories`. It never parses an event, answers a guest, or picks a line that was not named.
"""

from saveit.gateway.catching_up import catch_up
from saveit.gateway.inbox import (
    ATTEMPTS_MAX,
    behind,
    claim,
    delay,
    discard,
    find_event_line,
    finish,
    forget_old_events,
    hold,
    list_parked,
    list_quarantine,
    measure_inbox,
    open_parked,
    park,
    put_off,
    replay,
)
from saveit.gateway.model import (
    ChannelUnknown,
    ClaimedEvent,
    ClaimLost,
    EventLine,
    EventUnknown,
    InboxFull,
    ParkedEvent,
    Quarantined,
    Spoken,
)
from saveit.gateway.receiving import BODY_OCTETS_MAX, Gateway, nothing_to_say, open_gateway, receive

__all__ = [
    "ATTEMPTS_MAX",
    "BODY_OCTETS_MAX",
    "ChannelUnknown",
    "ClaimLost",
    "ClaimedEvent",
    "EventLine",
    "EventUnknown",
    "Gateway",
    "InboxFull",
    "ParkedEvent",
    "Quarantined",
    "Spoken",
    "behind",
    "catch_up",
    "claim",
    "delay",
    "discard",
    "find_event_line",
    "finish",
    "forget_old_events",
    "hold",
    "list_parked",
    "list_quarantine",
    "measure_inbox",
    "nothing_to_say",
    "open_gateway",
    "open_parked",
    "park",
    "put_off",
    "receive",
    "replay",
]
