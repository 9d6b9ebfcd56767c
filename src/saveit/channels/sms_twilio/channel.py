"""SMS through Twilio as a channel."""

from datetime import datetime

from saveit.channels._twilio import EMPTY_TWIML, NEEDS, send_call, twilio_outcome, verify_twilio
from saveit.channels._twilio_messages import cut_apart, parse_form
from saveit.messages import (
    Answer,
    Can,
    Credentials,
    Envelope,
    HttpCall,
    Inbound,
    Limit,
    Need,
    Outbound,
    Outcome,
    Request,
    Response,
    Text,
    Verdict,
)

# Twilio takes 1600 characters; carriers begin to lose parts beyond ten, which are 1530 septets or 670 UTF-16 units.
_PARTS_MAX = 10


class SmsTwilio:
    """A number that receives and sends SMS. Carriers take STOP themselves: the guest is then out before we read it."""

    name: str = "sms_twilio"
    can: Can = Can(text=Limit(_PARTS_MAX, "sms_parts"))
    needs: tuple[Need, ...] = NEEDS

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Twilio asks no such question."""
        del request, credentials

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Return the form's one event."""
        return cut_apart(request)

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check the account's signature."""
        return verify_twilio(request, credentials)

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read the form."""
        return parse_form(envelope, "sms")

    def answer(self, request: Request) -> Answer:
        """Answer with nothing to do: any other text would be sent to the guest."""
        del request
        return EMPTY_TWIML

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> HttpCall:
        """Describe the call."""
        del now
        if not isinstance(outbound.part, Text):
            raise ValueError(f"an SMS carries no {type(outbound.part).__name__}")  # noqa: TRY004 - a part of another channel, not of another type.
        service = credentials.value("messaging_service_sid")
        sender = {"MessagingServiceSid": service} if service else {"From": credentials.line.address}
        fields = {**sender, "To": outbound.recipient.value, "Body": outbound.part.text}
        return send_call(credentials, fields, reference=str(outbound.message_id))

    def read(self, response: Response) -> Outcome:
        """Say what became of it."""
        return twilio_outcome(response)
