"""What Messenger and Instagram do alike as channels; each says for itself what it carries and where it is called."""

from datetime import datetime

from saveit.channels.families.media import file_call, with_content
from saveit.channels.families.meta.graph import NEEDS, RECEIVED, graph_url, meta_handshake, verify_meta
from saveit.channels.families.meta.sending import read_thread, render_thread
from saveit.channels.families.meta.threads import Product, cut_apart, parse_event
from saveit.channels.families.reading import API_BASE
from saveit.messages import (
    Answer,
    Credentials,
    Envelope,
    Failure,
    HttpCall,
    Inbound,
    Need,
    Outbound,
    Outcome,
    ReceivedMedia,
    Request,
    Response,
    Verdict,
)


class ThreadsChannel:
    """Threads between an account and people, who are known by an id that this account alone has for them.

    After 24 hours only a person may write, for a week, under a tag that a bot must not use.
    """

    needs: tuple[Need, ...] = (
        *NEEDS,
        Need(
            name="app_id",
            meaning="The app's id: an echo that bears it is our own, and nobody of the house has answered",
            meaning_es="El identificador de la app: así se distingue lo que responde SaveIt de lo que responde una persona",
            required=False,
        ),
        API_BASE,
    )
    own_path: bool = False

    def __init__(self, product: Product, base: str, path: str) -> None:
        """Speak for a product, reached at `base`; `path` leads to its messages, with the line's address for `{account}`."""
        self._product: Product = product
        self._base = base
        self._path = path

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Answer the challenge with which the webhook is registered."""
        return meta_handshake(request, credentials)

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Cut the batch apart by account."""
        return cut_apart(request.body, self._product)

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
        path = self._path.format(account=credentials.line.address)
        return render_thread(outbound, credentials, graph_url(credentials, self._base, path))

    def read(self, response: Response) -> Outcome:
        """Say what became of it."""
        return read_thread(response)
