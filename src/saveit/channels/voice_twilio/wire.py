"""What Twilio says during a call: forms from its own pages, and frames from a live conversation."""

import msgspec

from saveit.channels._reading import Loose


class Transcript(msgspec.Struct, frozen=True):
    """What was heard; it comes as JSON inside a form's field."""

    transcript: Loose = None
    confidence: Loose = None


class RelayFrame(msgspec.Struct, frozen=True):
    """A frame of ConversationRelay. Only a prompt that is `last` is whole."""

    type: Loose = None
    callSid: Loose = None  # noqa: N815 - the wire's name.
    accountSid: Loose = None  # noqa: N815 - the wire's name.
    from_: Loose = msgspec.field(default=None, name="from")
    to: Loose = None
    voicePrompt: Loose = None  # noqa: N815 - the wire's name.
    last: Loose = None
    digit: Loose = None
    utteranceUntilInterrupt: Loose = None  # noqa: N815 - the wire's name.
    description: Loose = None
