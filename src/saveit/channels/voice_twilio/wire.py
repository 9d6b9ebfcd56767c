"""What Twilio says during a call: forms from its own pages, and frames from a live conversation."""

import msgspec

from saveit.channels.families.reading import Loose


class Transcript(msgspec.Struct, frozen=True, rename="camel"):
    """What was heard; it comes as JSON inside a form's field."""

    transcript: Loose = None
    confidence: Loose = None


class RelayFrame(msgspec.Struct, frozen=True, rename="camel"):
    """A frame of ConversationRelay. Only a prompt that is `last` is whole."""

    type: Loose = None
    call_sid: Loose = None
    account_sid: Loose = None
    from_: Loose = msgspec.field(default=None, name="from")
    to: Loose = None
    voice_prompt: Loose = None
    last: Loose = None
    digit: Loose = None
    utterance_until_interrupt: Loose = None
    description: Loose = None
