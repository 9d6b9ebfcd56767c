"""SMS through Amazon as a channel."""

from datetime import datetime

import msgspec

from saveit.channels.families.amazon import (
    ACCOUNT,
    NEEDS,
    TOPICS,
    SnsMessage,
    aws_failure,
    signed_call,
    subscription,
    verify_sns,
)
from saveit.channels.families.reading import NUMBER, decoded, digest, instant, unreadable, word, words
from saveit.channels.sms_aws.wire import Accepted, Event
from saveit.messages import (
    Address,
    Answer,
    Can,
    Credentials,
    Envelope,
    Failure,
    HttpCall,
    Ignored,
    Inbound,
    Limit,
    LineKey,
    Need,
    NotCarried,
    OptOut,
    Outbound,
    Outcome,
    ReceivedMedia,
    RefusalKind,
    Refused,
    Request,
    Response,
    Sender,
    Sent,
    Status,
    StatusState,
    Text,
    UnifiedMessage,
    Unknown,
    Verdict,
    Written,
)

_OK = 200
# More parts than ten get lost on the way; ten are 1530 septets or 670 UTF-16 units.
_PARTS_MAX = 10
_REFERENCE = "saveit_ref"
# What Amazon itself takes as an opt-out, when it is the whole message. "CANCEL" may have meant the booking: both are told.
_STOP_WORDS = frozenset(
    {"ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD", "UNSUBSCRIBE"}
)
_STATES: dict[str, StatusState] = {
    "TEXT_QUEUED": "queued",
    "TEXT_PENDING": "queued",
    "TEXT_SENT": "sent",
    "TEXT_SUCCESSFUL": "sent",
    "TEXT_DELIVERED": "delivered",
    "TEXT_BLOCKED": "failed",
    "TEXT_CARRIER_BLOCKED": "failed",
    "TEXT_CARRIER_UNREACHABLE": "failed",
    "TEXT_INVALID": "failed",
    "TEXT_INVALID_MESSAGE": "failed",
    "TEXT_SPAM": "failed",
    "TEXT_TTL_EXPIRED": "failed",
    "TEXT_UNKNOWN": "failed",
    "TEXT_UNREACHABLE": "failed",
}
_REFUSALS: dict[str, RefusalKind] = {
    "DESTINATION_PHONE_NUMBER_OPTED_OUT": "opted_out",
    "DESTINATION_COUNTRY_BLOCKED": "undeliverable",
    "INVALID_PARAMETER": "bug",
    "ServiceQuotaExceededException": "stop_line",
    "ResourceNotFoundException": "stop_line",
    "AccessDeniedException": "stop_line",
    "UnrecognizedClientException": "stop_line",
}
_TARGET = "PinpointSMSVoiceV2.SendTextMessage"


class SmsAws:
    """A two-way number at Amazon."""

    name: str = "sms_aws"
    can: Can = Can(text=Limit(_PARTS_MAX, "sms_parts"))
    needs: tuple[Need, ...] = (*NEEDS, TOPICS)
    names: tuple[Need, ...] = (ACCOUNT, NUMBER)
    own_path: bool = False

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Amazon's question comes as a message, and is answered by a call."""
        del request, credentials

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Return the SNS message's one event, by (account of the topic, our number)."""
        message = decoded(request.body, SnsMessage)
        if message is None:
            return (unreadable(request.body),)
        event = decoded(words(message.message).encode(), Event) or Event()
        own = word(event.destination_number) or word(event.origination_phone_number)
        other = word(event.origination_number) or word(event.destination_phone_number)
        known = word(message.message_id)
        return (
            Envelope(
                line=LineKey(message.account, own),
                event_key=f"sns:{known}" if known else digest(request.body),
                sender=other,
                body=request.body,
            ),
        )

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check the topic, and Amazon's signature."""
        return verify_sns(request, credentials)

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read the message."""
        message = decoded(envelope.body, SnsMessage)
        if message is None:
            return (Ignored(kind="sns", why="unreadable"),)
        if not message.is_notification:
            return (subscription(message),)
        event = decoded(words(message.message).encode(), Event)
        if event is None:
            # The service's own "successfully set up" is plain text.
            return (Ignored(kind="notification", why="own_test"),)
        return (_status(event),) if word(event.event_type) else _received(event, message)

    def answer(self, request: Request) -> Answer:
        """Say that it is kept."""
        del request
        return Answer()

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Nothing is called: no file ever comes."""
        del media, credentials

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media as it is."""
        del response, credentials
        return media

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> HttpCall:
        """Describe the call."""
        if not isinstance(outbound.part, Text):
            raise NotCarried("an SMS", outbound.part)
        body: dict[str, object] = {
            "DestinationPhoneNumber": outbound.recipient.phone or outbound.recipient.value,
            "OriginationIdentity": credentials.line.address,
            "MessageBody": outbound.part.text,
            "MessageType": "TRANSACTIONAL",
            "Context": {_REFERENCE: str(outbound.message_id)},
        }
        if configuration_set := credentials.value("configuration_set"):
            body["ConfigurationSetName"] = configuration_set
        return signed_call(
            credentials,
            service="sms-voice",
            host=f"sms-voice.{credentials.value('region')}.amazonaws.com",
            path="/",
            headers={"content-type": "application/x-amz-json-1.0", "x-amz-target": _TARGET},
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


def _received(event: Event, message: SnsMessage) -> tuple[Inbound, ...]:
    number = word(event.origination_number)
    if not number:
        return (Ignored(kind="message", why="incomplete"),)
    address = Address("phone", number, verified=True)
    at, text = instant(message.timestamp), words(event.message_body)
    read = UnifiedMessage(
        channel_message_id=word(event.inbound_message_id) or word(message.message_id),
        sender=Sender(address=address),
        content=Written(text),
        sent_at=at,
        replies_to=word(event.previous_published_message_id) or None,
    )
    if text.strip().upper() in _STOP_WORDS:
        return (OptOut(address=address, scope="all", why=text.strip().upper(), at=at), read)
    return (read,)


def _status(event: Event) -> Inbound:
    told, message_id = word(event.event_type), word(event.message_id)
    state = _STATES.get(told)
    if state is None or not message_id:
        return Ignored(kind=told, why="incomplete" if state else "unknown_kind")
    number = word(event.destination_phone_number)
    return Status(
        channel_message_id=message_id,
        state=state,
        at=instant(event.event_timestamp),
        recipient=Address("phone", number, verified=True) if number else None,
        failure=Refused("undeliverable", told, word(event.message_status)) if state == "failed" else None,
        own_reference=(event.context or {}).get(_REFERENCE),
    )
