"""What Amazon's SMS service says: JSON inside an SNS message."""

import msgspec

from saveit.channels.families.reading import Loose


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """A message that came in, or what became of one that went out; the two share no field."""

    origination_number: Loose = None
    destination_number: Loose = None
    message_body: Loose = None
    inbound_message_id: Loose = None
    previous_published_message_id: Loose = None
    event_type: Loose = None
    event_timestamp: Loose = None
    origination_phone_number: Loose = None
    destination_phone_number: Loose = None
    message_id: Loose = None
    message_status: Loose = None
    context: dict[str, str] | None = None


class Accepted(msgspec.Struct, frozen=True, rename="pascal"):
    """A message that was taken."""

    message_id: Loose = None
