"""Telephone calls through Amazon Connect as a channel."""

from datetime import datetime

import msgspec

from saveit.channels.families.amazon import ACCOUNT
from saveit.channels.families.reading import NUMBER, decoded, digest, number, unreadable, word, words
from saveit.channels.families.standard_webhooks import NEEDS, verify_standard
from saveit.channels.voice_connect.wire import ContactData, Endpoint, Event, Parameters
from saveit.messages import (
    Address,
    Answer,
    CallEvent,
    CallPhase,
    Can,
    Content,
    Credentials,
    Envelope,
    Failure,
    HttpCall,
    Ignored,
    Inbound,
    Keyed,
    Limit,
    LineKey,
    Need,
    NotCarried,
    Outbound,
    Outcome,
    ReceivedMedia,
    Request,
    Response,
    Said,
    Sender,
    Sent,
    Speech,
    UnifiedMessage,
    Unknown,
    Verdict,
)

_JSON = "application/json"
_OK = 200
_ARN_PARTS_MIN = 6
_PHASES: dict[str, CallPhase] = {
    "started": "started",
    "no_input": "no_input",
    "waiting": "progress",
    "ended": "ended",
    "failed": "failed",
}


class VoiceConnect:
    """A number at Amazon Connect. The Lambda signs what it hands in, and gives our flat map back to the flow, or dresses it for Lex."""

    name: str = "voice_connect"
    can: Can = Can(text=Limit(1500), shape="speech", reply="in_response")
    needs: tuple[Need, ...] = NEEDS
    names: tuple[Need, ...] = (ACCOUNT, NUMBER)
    own_path: bool = True

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Nobody asks such a question."""
        del request, credentials

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Return the request's one event; its key is the id under which it was signed, which a retry keeps."""
        event = decoded(request.body, Event)
        call = "" if event is None else _call(event)
        if event is None or not call:
            return (unreadable(request.body),)
        data = _data(event)
        arn = word(data.instance_arn).split(":")
        account = arn[4] if len(arn) >= _ARN_PARTS_MIN else word(request.opaque)
        known = word(request.header("webhook-id"))
        return (
            Envelope(
                line=LineKey(account, _own_number(event)),
                event_key=f"webhook:{known}" if known else digest(request.body),
                sender=call,
                body=request.body,
            ),
        )

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check the Lambda's signature."""
        return verify_standard(request, credentials)

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read the request."""
        event = decoded(envelope.body, Event)
        call = "" if event is None else _call(event)
        if event is None or not call:
            return (Ignored(kind="call", why="unreadable" if event is None else "incomplete"),)
        channel = word(_data(event).channel)
        if channel and channel.casefold() != "voice":
            return (Ignored(kind=f"contact {channel}", why="not_for_us"),)
        return (_parsed(event, call, envelope.event_key),)

    def answer(self, request: Request) -> Answer:
        """Tell the flow to ask again in a moment."""
        del request
        return _flat(text="", expecting="nothing", wait="true")

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Nothing is called: no file ever comes."""
        del media, credentials

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media as it is."""
        del response, credentials
        return media

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> Answer:
        """Return what the flow says next, as the flat map of words that Connect takes."""
        del credentials, now
        part = outbound.part
        if not isinstance(part, Speech):
            raise NotCarried("a call", part)
        return _flat(
            text=part.text,
            language=part.language,
            expecting=part.expecting,
            ends_call="true" if part.ends_call else "false",
            wait="false",
            message_id=str(outbound.message_id),
        )

    def read(self, response: Response) -> Outcome:
        """A spoken answer rides on the request; nothing is ever called."""
        return Sent("") if response.status == _OK else Unknown(str(response.status))


def _data(event: Event) -> ContactData:
    data = None if event.details is None else event.details.contact_data
    if data is not None:
        return data
    told = (event.session_state.session_attributes if event.session_state else None) or {}
    return ContactData(
        instance_arn=told.get("InstanceARN"),
        customer_endpoint=Endpoint(told.get("CustomerEndpoint")),
        system_endpoint=Endpoint(told.get("SystemEndpoint")),
    )


def _call(event: Event) -> str:
    return word(_data(event).contact_id) or word(event.session_id)


def _own_number(event: Event) -> str:
    endpoint = _data(event).system_endpoint
    return "" if endpoint is None else word(endpoint.address)


def _parsed(event: Event, call: str, key: str) -> Inbound:
    endpoint = _data(event).customer_endpoint
    value = "" if endpoint is None else word(endpoint.address)
    is_phone = value.removeprefix("+").isdecimal() and value.isascii()
    sender = Sender(address=Address("phone", value, verified=True) if is_phone else Address("session", call))
    parameters = (event.details.parameters if event.details else None) or Parameters()
    content = _heard(event, parameters)
    if content is not None:
        return UnifiedMessage(channel_message_id=key, sender=sender, content=content, thread=call)
    phase = _PHASES.get(word(parameters.event) or "started")
    if phase is None:
        return Ignored(kind=f"call {word(parameters.event)}", why="unknown_kind")
    return CallEvent(call_id=call, phase=phase, caller=sender)


def _heard(event: Event, parameters: Parameters) -> Content | None:
    if digits := word(parameters.digits):
        return Keyed(digits)
    if text := words(parameters.text):
        return Said(text, number(parameters.confidence))
    if text := words(event.input_transcript):
        return Keyed(text) if word(event.input_mode) == "DTMF" else Said(text)
    return None


def _flat(**values: str) -> Answer:
    return Answer(media_type=_JSON, body=msgspec.json.encode(values))
