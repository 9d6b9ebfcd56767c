"""Telegram as a channel."""

from datetime import datetime

from saveit.channels.families.reading import API_BASE, same
from saveit.channels.telegram import parsing, rendering
from saveit.messages import (
    Answer,
    Can,
    ChoiceLimits,
    Credentials,
    Envelope,
    Failure,
    Forged,
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
    Verified,
)

_TEXT = Limit(4096, "utf16")


class Telegram:
    """A bot. Its webhook's address ends in the line's own name, because an update does not say which bot it is for.

    There is no window and no template: a guest has to begin, and may shut the bot out at any time.
    """

    name: str = "telegram"
    can: Can = Can(
        text=_TEXT,
        caption=Limit(1024, "utf16"),
        # Telegram takes a hundred buttons; a dozen, one below the other, still fit on a phone.
        buttons=ChoiceLimits(count_max=12, title=Limit(40), id_octets_max=64, text=_TEXT),
        media=frozenset({"image", "audio", "video", "document"}),
        typing=True,
        per_line_s=30.0,
        per_recipient_s=1.0,
    )
    needs: tuple[Need, ...] = (
        Need(
            name="bot_token",
            meaning="The token that BotFather gave",
            meaning_es="El token que dio BotFather",
            secret=True,
        ),
        Need(
            name="secret_token",
            meaning="The word given to setWebhook, 1 to 256 letters, digits, _ and -, which comes back with each update",
            meaning_es="La palabra que se da en setWebhook, de 1 a 256 letras, cifras, _ y -, y que vuelve con cada mensaje",
            secret=True,
        ),
        API_BASE,
    )
    names: tuple[Need, ...] = (
        Need(name="account", meaning="The name of the bot, without @", meaning_es="El nombre del bot, sin @"),
    )
    own_path: bool = True

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Telegram asks no such question."""
        del request, credentials

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Return the one update."""
        return parsing.cut_apart(request)

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Compare the agreed word. It does not cover the body, so the address must be https."""
        shown = request.header("x-telegram-bot-api-secret-token")
        agreed = credentials.value("secret_token")
        if not shown:
            return Forged("signature_missing")
        if not agreed:
            return Forged("secret_missing")
        return Verified() if same(agreed, shown) else Forged("signature_wrong")

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read the update."""
        return parsing.parse_update(envelope)

    def answer(self, request: Request) -> Answer:
        """Say that it is kept: anything else would hold up this chat until it is."""
        del request
        return Answer()

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Describe the next call on the way to a file."""
        return rendering.fetch(media, credentials)

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media with its address, or with its content."""
        return rendering.fetched(media, response, credentials)

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> HttpCall:
        """Describe the call."""
        del now
        return rendering.render(outbound, credentials)

    def read(self, response: Response) -> Outcome:
        """Say what became of it."""
        return rendering.read(response)
