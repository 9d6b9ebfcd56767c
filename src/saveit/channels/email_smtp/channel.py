"""Mail through SMTP as a channel."""

from datetime import datetime

import msgspec

from saveit.channels.email_smtp.wire import AUTHORITY, METHOD, RECIPIENTS, SECRET, SENDER, Cut
from saveit.channels.families import mail
from saveit.channels.families.reading import digest, same, unreadable, whole
from saveit.messages import (
    Answer,
    Can,
    Credentials,
    Envelope,
    Failure,
    Forged,
    HttpCall,
    Ignored,
    Inbound,
    Letter,
    Limit,
    LineKey,
    Mail,
    Need,
    NotCarried,
    Outbound,
    Outcome,
    ReceivedMedia,
    Refused,
    Request,
    Response,
    RetryAfter,
    Sent,
    Unknown,
    Verdict,
    Verified,
    clean,
)

_SUBMISSION_PORT = 587
# Replies by their code (RFC 5321): 421 closes the line, 450 to 452 are this recipient's or the server's present trouble.
_ACCEPTED = 250
_CLOSING = 421
_TRANSIENT = range(400, 500)
_PERMANENT = range(500, 600)
_UNAUTHORIZED = frozenset({530, 534, 535, 538})
_MALFORMED = frozenset({500, 501, 502, 503, 504, 555})
_RECIPIENTS_MAX = 50
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Cut)


def mailbox(recipient: str) -> str:
    """Return the mailbox that a recipient is: without what follows a plus, in lower case."""
    return mail.mail_line(recipient)[0]


class EmailSmtp:
    """A mailbox at any provider."""

    name: str = "email_smtp"
    can: Can = Can(
        text=Limit(100_000),
        media=frozenset({"image", "audio", "video", "document"}),
        shape="letter",
    )
    needs: tuple[Need, ...] = (
        Need(
            name="host",
            meaning="The server that takes our mail",
            meaning_es="El servidor por el que sale el correo",
        ),
        Need(
            name="port",
            meaning="Its port, 587 if empty",
            meaning_es="Su puerto; si se deja vacío, 587",
            required=False,
        ),
        Need(
            name="username",
            meaning="Who signs in there",
            meaning_es="El usuario con el que se entra",
            required=False,
        ),
        Need(
            name="password", meaning="The password", meaning_es="La contraseña", secret=True, required=False
        ),
        Need(
            name="starttls",
            meaning="`no` only for a server on this machine; anything else is encrypted",
            meaning_es="`no` solo para un servidor en esta misma máquina; si no, va cifrado",
            required=False,
        ),
        Need(
            name="listener_secret",
            meaning="What our own listener shows when it hands mail in",
            meaning_es="Lo que muestra nuestro propio buzón al entregar el correo",
            secret=True,
            required=False,
            made=True,
        ),
        *mail.NEEDS,
    )
    names: tuple[Need, ...] = (
        Need(
            name="account",
            meaning="The mailbox that guests write to",
            meaning_es="El buzón al que escriben los clientes",
        ),
    )
    own_path: bool = False

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Mail servers ask no such question."""
        del request, credentials

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Return the mail once for each recipient, by its mailbox."""
        told = clean(request.header(RECIPIENTS)).split(",")
        recipients = [found for address in told[:_RECIPIENTS_MAX] if (found := address.strip(" <>").lower())]
        if request.method != METHOD or not recipients or not request.body:
            return (unreadable(request.body),)
        sender = clean(request.header(SENDER)).strip(" <>").lower()
        key = digest(request.body)
        return tuple(
            Envelope(
                line=LineKey(mailbox(recipient), mailbox(recipient)),
                event_key=key,
                sender=sender,
                body=_encoder.encode(
                    Cut(
                        recipient=recipient,
                        sender=sender,
                        authority=clean(request.header(AUTHORITY)),
                        mail=request.body,
                    )
                ),
            )
            for recipient in dict.fromkeys(recipients)
        )

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check that our listener handed it in."""
        shown, agreed = request.header(SECRET), credentials.value("listener_secret")
        if not shown:
            return Forged("signature_missing")
        if not agreed:
            return Forged("secret_missing")
        return Verified() if same(agreed, shown) else Forged("signature_wrong")

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read the mail. An empty return path is a machine's, whatever the mail says."""
        try:
            cut = _decoder.decode(envelope.body)
        except (msgspec.DecodeError, RecursionError):
            return (Ignored(kind="mail", why="unreadable"),)
        letter = mail.read_mail(
            cut.mail,
            key=envelope.event_key,
            verified=None,
            authority=cut.authority,
            recipient=cut.recipient,
        )
        if letter is None:
            return (Ignored(kind="mail", why="incomplete"),)
        return (letter if cut.sender else msgspec.structs.replace(letter, automatic=True),)

    def answer(self, request: Request) -> Answer:
        """Say that it is kept; the listener then says 250."""
        del request
        return Answer()

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Nothing is called: files come in the mail."""
        del media, credentials

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media as it is."""
        del response, credentials
        return media

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> Mail:
        """Describe what is handed to the server."""
        if not isinstance(outbound.part, Letter):
            raise NotCarried("a mail", outbound.part)
        return Mail(
            host=credentials.value("host"),
            port=whole(credentials.value("port")) or _SUBMISSION_PORT,
            username=credentials.value("username"),
            password=credentials.value("password"),
            starttls=credentials.value("starttls") != "no",
            sender=credentials.line.address,
            recipient=outbound.recipient.value,
            message_id=mail.mail_id(outbound, credentials),
            message=mail.write_mail(outbound, outbound.part, credentials, now),
        )

    def read(self, response: Response) -> Outcome:
        """Say what became of it, by the server's reply. Until it has said 250 to the whole mail, it has not taken it."""
        code = response.status
        if code == _ACCEPTED:
            # The mail's id is ours, and stands in the `Mail`.
            return Sent("")
        told = str(code)
        if code == _CLOSING:
            return RetryAfter("line", told)
        if code in _TRANSIENT:
            return RetryAfter("call", told)
        if code in _UNAUTHORIZED:
            return Refused("stop_line", told)
        if code in _MALFORMED:
            return Refused("bug", told)
        return Refused("undeliverable", told) if code in _PERMANENT else Unknown(told)
