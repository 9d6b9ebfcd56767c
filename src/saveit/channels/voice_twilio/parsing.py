"""From Twilio's requests during a call to ours."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from saveit.channels.families.reading import decoded, digest, number, query, unreadable, word, words
from saveit.channels.families.twilio import bare, fields_of
from saveit.channels.voice_twilio.wire import RelayFrame, Transcript
from saveit.messages import (
    Address,
    CallEvent,
    CallPhase,
    Content,
    Envelope,
    Ignored,
    Inbound,
    Keyed,
    LineKey,
    Request,
    Said,
    Sender,
    UnifiedMessage,
    clean,
)

# Our own words in the addresses that we hand out: after which reply this is, and for how long the caller has waited for the next.
AFTER = "after"
WAITED = "waited"
# What tells two requests of one call apart, at the same point of it.
_HEARD = (
    "SpeechResult",
    "Digits",
    "CallStatus",
    "SequenceId",
    "TranscriptionSid",
    "TranscriptionEvent",
    "TranscriptionData",
    "TranscriptionText",
)
_PHASES: dict[str, CallPhase] = {
    "completed": "ended",
    "busy": "failed",
    "failed": "failed",
    "no-answer": "failed",
    "canceled": "failed",
}


class Cut(msgspec.Struct, frozen=True):
    """One request as we keep it in the inbox, with what its signed address said."""

    after: str
    waited: str
    form: str
    frame: str = ""
    call_id: str = ""


_encoder = msgspec.json.Encoder()


def cut_apart(request: Request) -> tuple[Envelope, ...]:
    """Return the request's one event. Callbacks in the middle of a call may name nothing but the call: its line is then the account's."""
    if request.method == "WS":
        return _of_frame(request)
    # A webhook may be set to GET.
    told = request.body or urlsplit(request.url).query.encode("utf-8", "replace")
    fields = fields_of(told)
    call = fields.get("CallSid", "")
    if not call:
        return (unreadable(request.body),)
    asked = dict(query(request.url))
    after, waited = asked.get(AFTER, ""), asked.get(WAITED, "")
    own = fields.get("To") or fields.get("Called") or ""
    heard = "".join(f"{name}={fields[name]};" for name in _HEARD if name in fields)
    return (
        Envelope(
            line=LineKey(fields.get("AccountSid", ""), bare(clean(own))),
            # The same words at the same point of the call are the same event; the same words later are not.
            event_key=f"call:{call}:{digest(after.encode(), waited.encode(), heard.encode('utf-8', 'replace'))}",
            sender=call,
            body=_encoder.encode(
                Cut(
                    after=clean(after),
                    waited=clean(waited),
                    form=clean(told.decode("utf-8", "replace")),
                )
            ),
        ),
    )


def parse_call(envelope: Envelope) -> tuple[Inbound, ...]:
    """Read one request of a call."""
    cut = decoded(envelope.body, Cut)
    if cut is None:
        return (Ignored(kind="call", why="unreadable"),)
    if cut.frame:
        return (_frame(cut, envelope.event_key),)
    fields = fields_of(cut.form.encode())
    call = fields.get("CallSid", "")
    if not call:
        return (Ignored(kind="call", why="incomplete"),)
    return (_form(fields, call, cut, key=envelope.event_key),)


def _form(fields: Mapping[str, str], call: str, cut: Cut, *, key: str) -> Inbound:
    sender = _caller(fields, call)
    content = _heard(fields)
    if isinstance(content, Ignored):
        return content
    if content is not None:
        return UnifiedMessage(channel_message_id=key, sender=sender, content=content, thread=call)
    phase = _PHASES.get(fields.get("CallStatus", ""))
    if phase is not None:
        return CallEvent(call_id=call, phase=phase, caller=sender, detail=fields["CallStatus"])
    if cut.waited:
        return CallEvent(call_id=call, phase="progress", caller=sender, detail="waiting")
    return CallEvent(call_id=call, phase="no_input" if cut.after else "started", caller=sender)


def _heard(fields: Mapping[str, str]) -> Content | Ignored | None:
    """Return what the caller said or pressed, None where this request tells of neither."""
    if "TranscriptionData" in fields:
        told = decoded(fields["TranscriptionData"].encode(), Transcript)
        if fields.get("Final", "").lower() != "true":
            return Ignored(kind="partial transcription", why="not_for_us")
        text = "" if told is None else words(told.transcript)
        return Said(text, None if told is None else number(told.confidence)) if text else None
    if digits := fields.get("Digits", ""):
        return Keyed(digits)
    text = fields.get("SpeechResult") or fields.get("TranscriptionText") or ""
    return Said(text, number(fields.get("Confidence"))) if text else None


def _caller(fields: Mapping[str, str], call: str) -> Sender:
    value = bare(fields.get("From") or fields.get("Caller") or "")
    if value.removeprefix("+").isdecimal() and value.isascii():
        return Sender(address=Address("phone", value, verified=True))
    # A withheld number, or a callback that names only the call: there is nobody but the call itself.
    return Sender(address=Address("session", call))


def _of_frame(request: Request) -> tuple[Envelope, ...]:
    frame = decoded(request.body, RelayFrame)
    call = word(request.opaque) or ("" if frame is None else word(frame.call_sid))
    if frame is None or not call:
        return (unreadable(request.body),)
    # Frames have no id and are never sent again, so the moment tells two equal ones apart.
    at = request.received_at.isoformat().encode()
    return (
        Envelope(
            line=LineKey(word(frame.account_sid), bare(word(frame.to))),
            event_key=f"call:{clean(call)}:{digest(at, request.body)}",
            sender=clean(call),
            body=_encoder.encode(
                Cut(
                    after="",
                    waited="",
                    form="",
                    frame=clean(request.body.decode("utf-8", "replace")),
                    call_id=clean(call),
                )
            ),
        ),
    )


def _frame(cut: Cut, key: str) -> Inbound:
    frame = decoded(cut.frame.encode(), RelayFrame)
    if frame is None:
        return Ignored(kind="frame", why="unreadable")
    kind = word(frame.type)
    caller = _caller({"From": word(frame.from_)}, cut.call_id)
    match kind:
        case "setup":
            return CallEvent(call_id=cut.call_id, phase="started", caller=caller)
        case "prompt" if frame.last is True:
            content: Content = Said(words(frame.voice_prompt))
        case "dtmf":
            content = Keyed(word(frame.digit))
        case "interrupt":
            heard = words(frame.utterance_until_interrupt)
            return CallEvent(call_id=cut.call_id, phase="interrupted", heard=heard)
        case "error":
            return CallEvent(call_id=cut.call_id, phase="failed", detail=words(frame.description))
        case _:
            return Ignored(kind=kind or "frame", why="not_for_us" if kind == "prompt" else "unknown_kind")
    return UnifiedMessage(channel_message_id=key, sender=caller, content=content, thread=cut.call_id)
