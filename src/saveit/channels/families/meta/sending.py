"""What Messenger and Instagram are sent: nearly the same JSON to two hosts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

import msgspec

from saveit.channels.families.meta.graph import graph_headers, graph_outcome
from saveit.channels.families.reading import Loose, decoded, word
from saveit.messages import (
    Buttons,
    Choice,
    Credentials,
    Failure,
    File,
    HttpCall,
    Letter,
    Menu,
    NotCarried,
    Outbound,
    Outcome,
    QuickReplies,
    ReadMark,
    Refused,
    Response,
    RetryAfter,
    Sent,
    Speech,
    TapAnswer,
    Template,
    Text,
    Typing,
    Unknown,
)

_OK = 200
_PERMISSIONS = (0, 3, 10, 190, 368, *range(200, 300))
_FAILURES: Mapping[int, Failure] = MappingProxyType(
    {
        **{code: Refused("stop_line", str(code)) for code in _PERMISSIONS},
        **{code: RetryAfter("call", str(code)) for code in (1, 2, 1200)},
        **{code: RetryAfter("line", str(code)) for code in (4, 17, 32, 613)},
        100: Refused("bug", "100"),
        # The person blocked the page, or is gone.
        551: Refused("opted_out", "551"),
    }
)
# A subcode says more than its code: 10 is a permission in general, and a closed window under these two.
_SUBCODES: Mapping[int, Failure] = MappingProxyType(
    {
        2_018_278: Refused("window_closed", "10/2018278"),
        2_534_022: Refused("window_closed", "10/2534022"),
        2_018_001: Refused("undeliverable", "100/2018001"),
        1_893_063: Refused("stop_line", "10/1893063"),
    }
)


class _Accepted(msgspec.Struct, frozen=True):
    recipient_id: Loose = None
    message_id: Loose = None


def render_thread(outbound: Outbound, credentials: Credentials, url: str) -> HttpCall:
    """Describe the call that sends this part into the person's thread."""
    recipient: dict[str, object] = {"recipient": {"id": outbound.recipient.value}}
    content = _content(outbound)
    if "message" in content:
        # Only a person's own words may follow the window, under this tag; a bot that used it would lose the page its access.
        tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        content = {**(tagged if outbound.by_human else {"messaging_type": "RESPONSE"}), **content}
        if outbound.replies_to is not None:
            content["reply_to"] = {"mid": outbound.replies_to}
    return HttpCall(
        method="POST",
        url=url,
        headers=graph_headers(credentials),
        body=msgspec.json.encode(recipient | content),
        repeatable=isinstance(outbound.part, Typing | ReadMark),
    )


def read_thread(response: Response) -> Outcome:
    """Say what became of it. A read mark is answered without an id of a message."""
    accepted = decoded(response.body, _Accepted) if response.status == _OK else None
    if accepted is None or not (word(accepted.message_id) or word(accepted.recipient_id)):
        return Unknown("no_id") if response.status == _OK else graph_outcome(response, _FAILURES, _SUBCODES)
    return Sent(word(accepted.message_id), word(accepted.recipient_id) or None)


def _content(outbound: Outbound) -> dict[str, object]:
    match outbound.part:
        case Text(text=text):
            return {"message": {"text": text}}
        case QuickReplies(text=text, choices=choices):
            return {"message": {"text": text, "quick_replies": [_quick_reply(choice) for choice in choices]}}
        case Buttons(text=text, choices=choices):
            buttons = [
                {"type": "postback", "title": choice.title, "payload": choice.id} for choice in choices
            ]
            payload = {"template_type": "button", "text": text, "buttons": buttons}
            return {"message": {"attachment": {"type": "template", "payload": payload}}}
        case File(attachment=attachment):
            kind = "file" if attachment.kind == "document" else attachment.kind
            return {"message": {"attachment": {"type": kind, "payload": {"url": attachment.url}}}}
        case Typing():
            return {"sender_action": "typing_on"}
        case ReadMark():
            return {"sender_action": "mark_seen"}
        case Menu() | Template() | TapAnswer() | Speech() | Letter() as other:
            raise NotCarried("a thread", other)
        case _:
            assert_never(outbound.part)


def _quick_reply(choice: Choice) -> dict[str, str]:
    return {"content_type": "text", "title": choice.title, "payload": choice.id}
