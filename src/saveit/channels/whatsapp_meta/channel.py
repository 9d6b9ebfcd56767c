"""WhatsApp Cloud API as a channel."""

from datetime import datetime, timedelta

from saveit.channels.families.meta import NEEDS, RECEIVED, meta_handshake, verify_meta
from saveit.channels.families.reading import API_BASE
from saveit.channels.whatsapp_meta import parsing, rendering
from saveit.messages import (
    Answer,
    Can,
    ChoiceLimits,
    Credentials,
    Envelope,
    Failure,
    HttpCall,
    Inbound,
    Limit,
    Need,
    Outbound,
    Outcome,
    ReceivedMedia,
    Request,
    Response,
    Verdict,
)

# Meta allows 4096 above a list and 1024 above buttons; resellers hold both to 1024, and so do we.
_UNDER_TEXT = Limit(1024)


class WhatsAppMeta:
    """Meta's own WhatsApp API. One webhook serves every number of an app."""

    name: str = "whatsapp_meta"
    can: Can = Can(
        text=Limit(4096),
        caption=Limit(1024),
        buttons=ChoiceLimits(count_max=3, title=Limit(20), id_octets_max=256, text=_UNDER_TEXT),
        menu=ChoiceLimits(
            count_max=10,
            title=Limit(24),
            id_octets_max=200,
            text=_UNDER_TEXT,
            description=Limit(72),
            label=Limit(20),
        ),
        media=frozenset({"image", "audio", "video", "document"}),
        templates=True,
        typing=True,
        read_marks=True,
        reply_window=timedelta(hours=24),
        per_line_s=80.0,
        per_recipient_s=1 / 6,
    )
    needs: tuple[Need, ...] = (*NEEDS, API_BASE)
    names: tuple[Need, ...] = (
        Need(
            name="account",
            meaning="The id of the WhatsApp Business account",
            meaning_es="El identificador de la cuenta de WhatsApp Business",
        ),
        Need(
            name="address",
            meaning="The phone number id, as Meta shows it beside the number",
            meaning_es="El identificador del número de teléfono, como lo muestra Meta junto al número",
        ),
    )
    own_path: bool = False

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Answer the challenge with which the webhook is registered."""
        return meta_handshake(request, credentials)

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Cut the batch apart by (business account, phone number id)."""
        return parsing.cut_apart(request.body)

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check the app's signature over the raw bytes."""
        return verify_meta(request, credentials)

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read one event."""
        return parsing.parse(envelope)

    def answer(self, request: Request) -> Answer:
        """Say that it is kept: anything but 200 would bring the whole batch back for a week."""
        del request
        return RECEIVED

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Describe the next call on the way to a file."""
        return rendering.fetch(media, credentials)

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media with its address, or with its content."""
        del credentials
        return rendering.fetched(media, response)

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> HttpCall:
        """Describe the call."""
        del now
        return rendering.render(outbound, credentials)

    def read(self, response: Response) -> Outcome:
        """Say what became of it."""
        return rendering.read(response)
