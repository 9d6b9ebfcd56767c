"""Instagram as a channel."""

from datetime import datetime, timedelta

from saveit.channels._media import file_call, with_content
from saveit.channels._meta import NEEDS, RECEIVED, graph_url, meta_handshake, verify_meta
from saveit.channels._reading import API_BASE
from saveit.channels._threads import cut_apart, parse_event
from saveit.channels._threads_sending import read_thread, render_thread
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

_BASE = "https://graph.instagram.com"
# Counted in octets by the provider: "reservación" is twelve.
_TEXT = Limit(1000, "octets")
# 640 characters above buttons; as octets they are within both limits.
_ABOVE_BUTTONS = Limit(640, "octets")
# Payloads may be 1000 characters long; ours are ids.
_PAYLOAD_OCTETS = 1000


class Instagram:
    """A professional account on Instagram. People are known by an id that this account alone has for them.

    After 24 hours only a person may write, for a week, under a tag that a bot must not use.
    """

    name: str = "instagram"
    can: Can = Can(
        text=_TEXT,
        buttons=ChoiceLimits(
            count_max=3, title=Limit(20), id_octets_max=_PAYLOAD_OCTETS, text=_ABOVE_BUTTONS
        ),
        quick_replies=ChoiceLimits(count_max=13, title=Limit(20), id_octets_max=_PAYLOAD_OCTETS, text=_TEXT),
        media=frozenset({"image", "audio", "video"}),
        typing=True,
        read_marks=True,
        reply_window=timedelta(hours=24),
        human_window=timedelta(days=7),
        per_line_s=300.0,
    )
    needs: tuple[Need, ...] = (*NEEDS, API_BASE)

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Answer the challenge with which the webhook is registered."""
        return meta_handshake(request, credentials)

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Cut the batch apart by account."""
        return cut_apart(request.body, "instagram")

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check the app's signature over the raw bytes."""
        return verify_meta(request, credentials)

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read one event."""
        return parse_event(envelope)

    def answer(self, request: Request) -> Answer:
        """Say that it is kept."""
        del request
        return RECEIVED

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Describe the call for a file, which lies where the message says."""
        return file_call(media.url, own_base=credentials.value("api_base"))

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media with its content."""
        del credentials
        return with_content(media, response)

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> HttpCall:
        """Describe the call."""
        del now
        return render_thread(
            outbound, credentials, graph_url(credentials, _BASE, f"{credentials.line.address}/messages")
        )

    def read(self, response: Response) -> Outcome:
        """Say what became of it."""
        return read_thread(response)
