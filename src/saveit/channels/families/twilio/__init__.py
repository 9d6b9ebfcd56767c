"""What SMS, WhatsApp and calls share at Twilio: signed forms, calls and their errors, messages, and the list of what was missed."""

from saveit.channels.families.twilio.calls import (
    EMPTY_TWIML,
    NAMES,
    NEEDS,
    bare,
    fields_of,
    send_call,
    twilio_call,
    twilio_file_call,
    twilio_outcome,
    verify_twilio,
)
from saveit.channels.families.twilio.history import (
    EPOCH,
    history_call,
    look_up_call,
    read_history,
    read_look_up,
)
from saveit.channels.families.twilio.messages import cut_apart, parse_form

__all__ = [
    "EMPTY_TWIML",
    "EPOCH",
    "NAMES",
    "NEEDS",
    "bare",
    "cut_apart",
    "fields_of",
    "history_call",
    "look_up_call",
    "parse_form",
    "read_history",
    "read_look_up",
    "send_call",
    "twilio_call",
    "twilio_file_call",
    "twilio_outcome",
    "verify_twilio",
]
