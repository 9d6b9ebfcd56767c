"""From our words to WhatsApp's calls, and from its answers to what became of them."""

from typing import assert_never

import msgspec

from saveit.channels.families.media import fetch_failure, file_call, with_content
from saveit.channels.families.meta import graph_headers, graph_outcome, graph_url
from saveit.channels.families.reading import decoded, word, words
from saveit.channels.whatsapp_meta.errors import FAILURES
from saveit.channels.whatsapp_meta.wire import Accepted, Located
from saveit.messages import (
    Attachment,
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
    ReceivedMedia,
    Response,
    Sent,
    Speech,
    TapAnswer,
    Template,
    TemplateUse,
    Text,
    Typing,
    Unknown,
)

_BASE = "https://graph.facebook.com"
_MEDIA_HOSTS = ("fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net")
_OK = 200


def render(outbound: Outbound, credentials: Credentials) -> HttpCall:
    """Describe the call that sends this part from the line's number."""
    part = outbound.part
    body = _body(outbound)
    return HttpCall(
        method="POST",
        url=graph_url(credentials, _BASE, f"{credentials.line.address}/messages"),
        headers=graph_headers(credentials),
        body=msgspec.json.encode(body),
        repeatable=isinstance(part, Typing | ReadMark),
    )


def read(response: Response) -> Outcome:
    """Say what became of it: accepted is not delivered."""
    if response.status != _OK:
        return graph_outcome(response, FAILURES)
    accepted = decoded(response.body, Accepted)
    if accepted is None:
        return graph_outcome(response, FAILURES)
    if not accepted.messages:
        return Sent("") if accepted.success is True else Unknown("no_id")
    contact = accepted.contacts[0] if accepted.contacts else None
    message_id = word(accepted.messages[0].id)
    recipient = None if contact is None else word(contact.wa_id) or word(contact.user_id) or None
    return Sent(message_id, recipient) if message_id else Unknown("no_id")


def fetch(media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
    """Ask for the file's address first, which lives five minutes, and then for the file. The token goes to Meta's hosts alone."""
    if media.url:
        return file_call(
            media.url,
            headers=graph_headers(credentials)[:1],
            own_hosts=_MEDIA_HOSTS,
            own_base=credentials.value("api_base"),
        )
    if not media.reference.isalnum():
        return None
    url = graph_url(credentials, _BASE, media.reference)
    return HttpCall(method="GET", url=url, headers=graph_headers(credentials)[:1], repeatable=True)


def fetched(media: ReceivedMedia, response: Response) -> ReceivedMedia | Failure:
    """Return the media with its address, or with its content."""
    if media.url:
        return with_content(media, response)
    located = decoded(response.body, Located) if response.status == _OK else None
    if located is None or not words(located.url):
        return fetch_failure(response)
    return msgspec.structs.replace(
        media, url=words(located.url), media_type=media.media_type or word(located.mime_type)
    )


def _body(outbound: Outbound) -> dict[str, object]:  # noqa: PLR0911 - one return for each part.
    match outbound.part:
        case Text(text=text):
            return _message(outbound, "text", {"body": text, "preview_url": False})
        case Buttons(text=text, choices=choices):
            action: dict[str, object] = {"buttons": [_button(choice) for choice in choices]}
            return _interactive(outbound, "button", text, action=action)
        case Menu(text=text, label=label, choices=choices):
            action = {"button": label, "sections": [{"rows": [_row(choice) for choice in choices]}]}
            return _interactive(outbound, "list", text, action=action)
        case File(attachment=attachment):
            return _message(outbound, attachment.kind, _file(attachment))
        case Template(use=use):
            return _message(outbound, "template", _template(use))
        case Typing(message_id=message_id):
            # The provider ties the two: whoever types has read.
            return _read(message_id) | {"typing_indicator": {"type": "text"}}
        case ReadMark(message_id=message_id):
            return _read(message_id)
        case QuickReplies() | TapAnswer() | Speech() | Letter() as other:
            raise NotCarried("WhatsApp", other)
        case _:
            assert_never(outbound.part)


def _message(outbound: Outbound, kind: str, content: dict[str, object]) -> dict[str, object]:
    # A guest known only by a business-scoped id is named in another field.
    target = "to" if outbound.recipient.kind == "phone" else "recipient"
    body: dict[str, object] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        target: outbound.recipient.value,
        "type": kind,
        kind: content,
        # It comes back in every status, and so repairs a send whose answer was lost.
        "biz_opaque_callback_data": str(outbound.message_id),
    }
    if outbound.replies_to is not None:
        body["context"] = {"message_id": outbound.replies_to}
    return body


def _interactive(outbound: Outbound, kind: str, text: str, *, action: dict[str, object]) -> dict[str, object]:
    return _message(outbound, "interactive", {"type": kind, "body": {"text": text}, "action": action})


def _button(choice: Choice) -> dict[str, object]:
    return {"type": "reply", "reply": {"id": choice.id, "title": choice.title}}


def _row(choice: Choice) -> dict[str, str]:
    row = {"id": choice.id, "title": choice.title}
    return row | {"description": choice.description} if choice.description else row


def _file(attachment: Attachment) -> dict[str, object]:
    content: dict[str, object] = {"link": attachment.url}
    if attachment.caption and attachment.kind != "audio":
        content["caption"] = attachment.caption
    if attachment.file_name and attachment.kind == "document":
        content["filename"] = attachment.file_name
    return content


def _template(use: TemplateUse) -> dict[str, object]:
    components: list[dict[str, object]] = []
    if use.parameters:
        filled = [{"type": "text", "text": parameter} for parameter in use.parameters]
        components.append({"type": "body", "parameters": filled})
    for index, payload in enumerate(use.button_payloads):
        components.append(
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": str(index),
                "parameters": [{"type": "payload", "payload": payload}],
            }
        )
    return {"name": use.name, "language": {"code": use.language}, "components": components}


def _read(message_id: str) -> dict[str, object]:
    return {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
