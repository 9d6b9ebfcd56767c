"""WhatsApp through Twilio as a channel."""

from datetime import datetime, timedelta

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
    twilio_call,
    twilio_file_call,
    twilio_outcome,
    verify_twilio,
)
from saveit.channels.whatsapp_twilio.rendering import TYPING_BASE, TYPING_PATH, content_fields
from saveit.messages import (
    Answer,
    Can,
    ChoiceLimits,
    Credentials,
    Envelope,
    Failure,
    History,
    HttpCall,
    Inbound,
    Limit,
    Need,
    Outbound,
    Outcome,
    ReceivedMedia,
    Request,
    Response,
    Typing,
    Verdict,
)

_CONTENTS = Need(
    name="contents",
    meaning="Content templates for buttons and lists, such as `buttons_2=HX… buttons_3=HX… list_5=HX…`; without one, numbered text",
    meaning_es="Plantillas de contenido para botones y listas, como `buttons_2=HX… buttons_3=HX… list_5=HX…`; sin ellas, texto numerado",
    required=False,
)


class WhatsAppTwilio:
    """A WhatsApp number at Twilio. Reactions, edits and deletions are not told by Twilio."""

    name: str = "whatsapp_twilio"
    can: Can = Can(
        text=Limit(1600),
        caption=Limit(1024),
        buttons=ChoiceLimits(count_max=3, title=Limit(20), id_octets_max=200, text=Limit(1024)),
        # Ten rows as numbered text, for a line without templates, take up to 1070 of the 1600.
        menu=ChoiceLimits(
            count_max=10,
            title=Limit(24),
            id_octets_max=200,
            text=Limit(500),
            description=Limit(72),
            label=Limit(20),
        ),
        media=frozenset({"image", "audio", "video", "document"}),
        templates=True,
        typing=True,
        reply_window=timedelta(hours=24),
        per_line_s=80.0,
        per_recipient_s=1 / 6,
    )
    needs: tuple[Need, ...] = (*NEEDS, _CONTENTS)
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
        return parse_form(envelope, "whatsapp")

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
        if isinstance(outbound.part, Typing):
            fields = {"messageId": outbound.part.message_id, "channel": "whatsapp"}
            return twilio_call(credentials, TYPING_BASE, TYPING_PATH, fields=fields, repeatable=True)
        service = credentials.value("messaging_service_sid")
        sender = (
            {"MessagingServiceSid": service} if service else {"From": f"whatsapp:{credentials.line.address}"}
        )
        fields = {
            **sender,
            "To": f"whatsapp:{outbound.recipient.value}",
            **content_fields(outbound.part, credentials),
        }
        return send_call(credentials, fields, reference=str(outbound.message_id))

    def history(self, credentials: Credentials, since: datetime) -> HttpCall:
        """Describe the call for what came to the number since then."""
        return history_call(credentials, since, "whatsapp:")

    def remembered(self, response: Response, credentials: Credentials, since: datetime) -> History | Failure:
        """Return what came."""
        return read_history(response, credentials, since)

    def look_up(self, outbound: Outbound, credentials: Credentials, since: datetime) -> HttpCall:
        """Describe the call that finds a send whose answer was lost."""
        return look_up_call(outbound.recipient.value, credentials, since, "whatsapp:")

    def looked_up(self, outbound: Outbound, response: Response, credentials: Credentials) -> Outcome:
        """Return whether it was made."""
        return read_look_up(self.render(outbound, credentials, EPOCH), response)

    def read(self, response: Response) -> Outcome:
        """Say what became of it."""
        return twilio_outcome(response)
