"""Mail through Amazon SES as a channel."""

import base64
from datetime import datetime

import msgspec

from saveit.channels.email_ses import parsing
from saveit.channels.email_ses.wire import Accepted
from saveit.channels.families import mail
from saveit.channels.families.amazon import (
    ACCOUNT,
    NEEDS,
    TOPICS,
    aws_failure,
    signed_call,
    stored_call,
    verify_sns,
)
from saveit.channels.families.reading import decoded, word
from saveit.messages import (
    Answer,
    Can,
    Credentials,
    Envelope,
    Failure,
    HttpCall,
    Inbound,
    Letter,
    Limit,
    Need,
    NotCarried,
    Outbound,
    Outcome,
    ReceivedMedia,
    RefusalKind,
    Request,
    Response,
    Sent,
    Unknown,
    Verdict,
)

_OK = 200
_PATH = "/v2/email/outbound-emails"
_REFUSALS: dict[str, RefusalKind] = {
    "MessageRejected": "undeliverable",
    "MailFromDomainNotVerifiedException": "stop_line",
    "AccountSuspendedException": "stop_line",
    "SendingPausedException": "stop_line",
    "NotFoundException": "stop_line",
    "AccessDeniedException": "stop_line",
    "UnrecognizedClientException": "stop_line",
    "InvalidSignatureException": "stop_line",
    "BadRequestException": "bug",
}


class EmailSes:
    """A mailbox at Amazon. Mail above 150 kB bounces unless a rule puts it into a bucket, from which it is then fetched."""

    name: str = "email_ses"
    can: Can = Can(
        text=Limit(100_000),
        media=frozenset({"image", "audio", "video", "document"}),
        shape="letter",
    )
    needs: tuple[Need, ...] = (*NEEDS, TOPICS, *mail.NEEDS)
    names: tuple[Need, ...] = (
        ACCOUNT,
        Need(
            name="address",
            meaning="The mailbox that guests write to",
            meaning_es="El buzón al que escriben los clientes",
        ),
    )
    own_path: bool = False

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Amazon's question comes as a message, and is answered by a call."""
        del request, credentials

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Return one event for each mailbox of ours."""
        return parsing.cut_apart(request.body)

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check the topic, and Amazon's signature."""
        return verify_sns(request, credentials)

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read one event, or a mail that was fetched."""
        return parsing.parse(envelope)

    def answer(self, request: Request) -> Answer:
        """Say that it is kept."""
        del request
        return Answer()

    def collect(self, reference: str, credentials: Credentials, now: datetime) -> HttpCall | None:
        """Describe the call for a mail that a rule has put into a bucket; the key needs s3:GetObject there."""
        return stored_call(reference, credentials, now)

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Nothing is called: files come in the mail."""
        del media, credentials

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media as it is."""
        del response, credentials
        return media

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> HttpCall:
        """Describe the call."""
        if not isinstance(outbound.part, Letter):
            raise NotCarried("a mail", outbound.part)
        raw = mail.write_mail(outbound, outbound.part, credentials, now)
        body: dict[str, object] = {
            "FromEmailAddress": credentials.line.address,
            "Destination": {"ToAddresses": [outbound.recipient.value]},
            "Content": {"Raw": {"Data": base64.b64encode(raw).decode()}},
            "EmailTags": [{"Name": parsing.REFERENCE, "Value": str(outbound.message_id)}],
        }
        if configuration_set := credentials.value("configuration_set"):
            body["ConfigurationSetName"] = configuration_set
        return signed_call(
            credentials,
            service="ses",
            host=f"email.{credentials.value('region')}.amazonaws.com",
            path=_PATH,
            headers={"content-type": "application/json"},
            body=msgspec.json.encode(body),
            now=now,
        )

    def read(self, response: Response) -> Outcome:
        """Say what became of it."""
        if response.status != _OK:
            return aws_failure(response, _REFUSALS)
        accepted = decoded(response.body, Accepted)
        message_id = "" if accepted is None else word(accepted.message_id)
        return Sent(message_id) if message_id else Unknown("no_id")
