"""SMS through Twilio as a channel."""

from datetime import datetime

from saveit.channels.families.media import with_content
from saveit.channels.families.twilio import (
    EMPTY_TWIML,
    EPOCH,
    NAMES,
    NEEDS,
    cut_apart,
    history_call,
    look_up_call,
    parse_form,
    read_history,
    read_look_up,
    send_call,
    twilio_file_call,
    twilio_outcome,
    verify_twilio,
)
from saveit.messages import (
    Answer,
    Can,
    Credentials,
    Envelope,
    Failure,
    History,
    HttpCall,
    Inbound,
    Limit,
    Need,
    NotCarried,
    Outbound,
    Outcome,
    ReceivedMedia,
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
    names: tuple[Need, ...] = NAMES
    own_path: bool = False

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

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Describe the call for a file, which lies where the message says."""
        return twilio_file_call(media.url, credentials)

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media with its content."""
        del credentials
        return with_content(media, response)

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> HttpCall:
        """Describe the call."""
        del now
        if not isinstance(outbound.part, Text):
            raise NotCarried("an SMS", outbound.part)
        service = credentials.value("messaging_service_sid")
        sender = {"MessagingServiceSid": service} if service else {"From": credentials.line.address}
        fields = {**sender, "To": outbound.recipient.value, "Body": outbound.part.text}
        return send_call(credentials, fields, reference=str(outbound.message_id))

    def history(self, credentials: Credentials, since: datetime) -> HttpCall:
        """Describe the call for what came to the number since then."""
        return history_call(credentials, since, "")

    def remembered(self, response: Response, credentials: Credentials, since: datetime) -> History | Failure:
        """Return what came."""
        return read_history(response, credentials, since)

    def look_up(self, outbound: Outbound, credentials: Credentials, since: datetime) -> HttpCall:
        """Describe the call that finds a send whose answer was lost."""
        return look_up_call(outbound.recipient.value, credentials, since, "")

    def looked_up(self, outbound: Outbound, response: Response, credentials: Credentials) -> Outcome:
        """Return whether it was made."""
        return read_look_up(self.render(outbound, credentials, EPOCH), response)

    def read(self, response: Response) -> Outcome:
        """Say what became of it."""
        return twilio_outcome(response)
