"""What SES says: JSON inside an SNS message, under two names for its kind."""

import msgspec

from saveit.channels.families.reading import Loose


class Address(msgspec.Struct, frozen=True, rename="camel"):
    """A recipient of a bounce or a complaint."""

    email_address: Loose = None
    diagnostic_code: Loose = None


class Mail(msgspec.Struct, frozen=True, rename="camel"):
    """The mail that it is about."""

    message_id: Loose = None
    source: Loose = None
    timestamp: Loose = None
    destination: tuple[Loose, ...] | None = None
    tags: dict[str, tuple[str, ...]] | None = None


class Verdict(msgspec.Struct, frozen=True, rename="camel"):
    """PASS, FAIL, GRAY, DISABLED or PROCESSING_FAILED."""

    status: Loose = None


class Action(msgspec.Struct, frozen=True, rename="camel"):
    """What was done with a mail that came in: sent along, or put into a bucket."""

    type: Loose = None
    encoding: Loose = None
    bucket_name: Loose = None
    object_key: Loose = None


class Receipt(msgspec.Struct, frozen=True, rename="camel"):
    """How a mail came in."""

    recipients: tuple[Loose, ...] | None = None
    action: Action | None = None
    spam_verdict: Verdict | None = None
    virus_verdict: Verdict | None = None
    dmarc_verdict: Verdict | None = None


class Bounce(msgspec.Struct, frozen=True, rename="camel"):
    """A mail that came back, from one recipient or several."""

    bounce_type: Loose = None
    bounce_sub_type: Loose = None
    timestamp: Loose = None
    bounced_recipients: tuple[Address, ...] | None = None


class Complaint(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody called a mail spam."""

    complaint_feedback_type: Loose = None
    timestamp: Loose = None
    complained_recipients: tuple[Address, ...] | None = None


class Happening(msgspec.Struct, frozen=True, rename="camel"):
    """A delivery, an opening or a refusal."""

    timestamp: Loose = None
    recipients: tuple[Loose, ...] | None = None
    reason: Loose = None
    template_name: Loose = None


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """One event. Feedback calls its kind `notificationType`, event publishing `eventType`."""

    notification_type: Loose = None
    event_type: Loose = None
    mail: Mail | None = None
    receipt: Receipt | None = None
    content: Loose = None
    bounce: Bounce | None = None
    complaint: Complaint | None = None
    delivery: Happening | None = None
    open: Happening | None = None
    reject: Happening | None = None
    failure: Happening | None = None

    @property
    def kind(self) -> str:
        """Its kind, under whichever name it came."""
        told = self.event_type if isinstance(self.event_type, str) else self.notification_type
        return told if isinstance(told, str) else ""


class Cut(msgspec.Struct, frozen=True):
    """One event as we keep it, for the mailbox it is for."""

    sns: msgspec.Raw
    recipient: str


class Accepted(msgspec.Struct, frozen=True, rename="pascal"):
    """A mail that was taken."""

    message_id: Loose = None
