"""What a Connect flow hands to its Lambda function, and what Lex hands to its own; both come to us as they are."""

import msgspec

from saveit.channels.families.reading import Loose


class Endpoint(msgspec.Struct, frozen=True, rename="pascal"):
    """A number."""

    address: Loose = None


class ContactData(msgspec.Struct, frozen=True, rename="pascal"):
    """The call. `Channel` is spelled VOICE and Voice."""

    contact_id: Loose = None
    channel: Loose = None
    instance_arn: Loose = msgspec.field(default=None, name="InstanceARN")
    customer_endpoint: Endpoint | None = None
    system_endpoint: Endpoint | None = None
    attributes: dict[str, Loose] | None = None


class Parameters(msgspec.Struct, frozen=True):
    """What our flow adds: what the caller said or pressed, or that the call ended."""

    text: Loose = None
    digits: Loose = None
    confidence: Loose = None
    event: Loose = None


class Details(msgspec.Struct, frozen=True, rename="pascal"):
    """Both."""

    contact_data: ContactData | None = None
    parameters: Parameters | None = None


class LexSession(msgspec.Struct, frozen=True, rename="camel"):
    """What the flow told Lex about the call."""

    session_attributes: dict[str, Loose] | None = None


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """A flow's event, or Lex's: the second has a transcript."""

    details: Details | None = msgspec.field(default=None, name="Details")
    session_id: Loose = None
    input_transcript: Loose = None
    input_mode: Loose = None
    session_state: LexSession | None = None
