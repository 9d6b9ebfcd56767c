"""From our words to calls of Telegram's Bot API, and from its answers to what became of them."""

from collections.abc import Mapping
from typing import assert_never

import msgspec

from saveit.channels.families.media import fetch_failure, file_call, with_content
from saveit.channels.families.reading import decoded, whole, word
from saveit.channels.telegram.parsing import message_key
from saveit.channels.telegram.wire import ApiAnswer, Located, SentMessage
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

_BASE = "https://api.telegram.org"
_METHODS = {"image": "sendPhoto", "audio": "sendAudio", "video": "sendVideo", "document": "sendDocument"}
_FIELDS = {"image": "photo", "audio": "audio", "video": "video", "document": "document"}
# Of documents Telegram fetches only these by their address; a calendar file is sent along.
_FETCHED = frozenset({"application/pdf", "application/zip", "image/gif"})
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _SERVER_ERROR = 401, 403, 404, 429, 500


def render(outbound: Outbound, credentials: Credentials) -> HttpCall:
    """Describe the call. The address holds the bot's token: it is never logged."""
    chat = _chat_id(outbound.recipient.value)
    match outbound.part:
        case Text(text=text):
            return _call(credentials, "sendMessage", _message(outbound, text))
        case Buttons(text=text, choices=choices):
            markup = {"inline_keyboard": [[_key(choice)] for choice in choices]}
            return _call(credentials, "sendMessage", _message(outbound, text) | {"reply_markup": markup})
        case File(attachment=attachment):
            return _file(outbound, attachment, credentials)
        case Typing():
            body = {"chat_id": chat, "action": "typing"}
            return _call(credentials, "sendChatAction", body, repeatable=True)
        case TapAnswer(tap_id=tap_id):
            return _call(credentials, "answerCallbackQuery", {"callback_query_id": tap_id}, repeatable=True)
        case QuickReplies() | Menu() | Template() | ReadMark() | Speech() | Letter() as other:
            raise NotCarried("Telegram", other)
        case _:
            assert_never(outbound.part)


def read(response: Response) -> Outcome:
    """Say what became of it, by Telegram's own error where the answer holds one."""
    answer = decoded(response.body, ApiAnswer)
    if answer is None:
        return RetryAfter("line", "429") if response.status == _TOO_MANY else Unknown(str(response.status))
    if answer.ok is True:
        sent = decoded(answer.result, SentMessage)
        # What makes no message is answered by `true`.
        if sent is None:
            return Sent("")
        chat = "" if sent.chat is None else word(sent.chat.id)
        return Sent(message_key(chat, word(sent.message_id)), chat or None)
    return _failed(answer, whole(answer.error_code) or response.status)


def fetch(media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
    """Ask for the file's path first, which lives an hour, and then for the file. Its address holds the bot's token."""
    if media.url:
        return file_call(media.url, own_base=credentials.value("api_base"))
    if not media.reference:
        return None
    return _call(credentials, "getFile", {"file_id": media.reference}, repeatable=True)


def fetched(media: ReceivedMedia, response: Response, credentials: Credentials) -> ReceivedMedia | Failure:
    """Return the media with its address, or with its content. Telegram gives out no file above 20 MB."""
    if media.url:
        return with_content(media, response)
    answer = decoded(response.body, ApiAnswer)
    located = None if answer is None else decoded(answer.result, Located)
    path = "" if located is None else word(located.file_path)
    if not path or ".." in path:
        return fetch_failure(response)
    base = credentials.value("api_base") or _BASE
    return msgspec.structs.replace(media, url=f"{base}/file/bot{credentials.value('bot_token')}/{path}")


def _failed(answer: ApiAnswer, code: int) -> Outcome:
    told = word(answer.description)
    wish = None if answer.parameters is None else whole(answer.parameters.retry_after)
    moved = "" if answer.parameters is None else word(answer.parameters.migrate_to_chat_id)
    if code == _TOO_MANY:
        return RetryAfter("line", "429", None if wish is None else float(wish))
    if "message is not modified" in told:
        # It already reads as it should.
        return Sent("")
    if code == _FORBIDDEN:
        return Refused("opted_out", "403", told)
    if code in {_UNAUTHORIZED, _NOT_FOUND}:
        return Refused("stop_line", str(code), told)
    if moved or "chat not found" in told:
        return Refused("undeliverable", str(code), told)
    return Unknown(str(code)) if code >= _SERVER_ERROR else Refused("bug", str(code), told)


def _chat_id(value: str) -> int | str:
    return int(value) if value.removeprefix("-").isdecimal() and value.isascii() else value


def _message(outbound: Outbound, text: str) -> dict[str, object]:
    """Return a plain text message: without a parse mode nothing in a guest's name can break it."""
    body: dict[str, object] = {"chat_id": _chat_id(outbound.recipient.value), "text": text}
    if outbound.replies_to is not None:
        answered = whole(outbound.replies_to.rpartition(":")[2])
        if answered is not None:
            body["reply_parameters"] = {"message_id": answered, "allow_sending_without_reply": True}
    return body


def _key(choice: Choice) -> dict[str, str]:
    return {"text": choice.title, "callback_data": choice.id}


def _file(outbound: Outbound, attachment: Attachment, credentials: Credentials) -> HttpCall:
    if attachment.content:
        return _upload(outbound, attachment, credentials)
    if attachment.kind == "document" and attachment.media_type not in _FETCHED:
        text = "\n".join(filter(None, (attachment.caption, attachment.url)))
        return _call(credentials, "sendMessage", _message(outbound, text))
    body: dict[str, object] = {
        "chat_id": _chat_id(outbound.recipient.value),
        _FIELDS[attachment.kind]: attachment.url,
    }
    if attachment.caption:
        body["caption"] = attachment.caption
    return _call(credentials, _METHODS[attachment.kind], body)


def _upload(outbound: Outbound, attachment: Attachment, credentials: Credentials) -> HttpCall:
    """Describe a call with the file in it, as a form of several parts. Our message's id cannot stand in the file by chance."""
    boundary = f"saveit-{outbound.message_id.hex}"
    fields = {"chat_id": outbound.recipient.value, "caption": attachment.caption}
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
        if value
    ]
    name = _header_safe(attachment.file_name) or attachment.kind
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_FIELDS[attachment.kind]}"; filename="{name}"\r\n'
        f"Content-Type: {_header_safe(attachment.media_type) or 'application/octet-stream'}\r\n\r\n"
    )
    body = "".join([*lines, head]).encode() + attachment.content + f"\r\n--{boundary}--\r\n".encode()
    return HttpCall(
        method="POST",
        url=_url(credentials, _METHODS[attachment.kind]),
        headers=(("content-type", f"multipart/form-data; boundary={boundary}"),),
        body=body,
        timeout_s=30.0,
    )


def _header_safe(text: str) -> str:
    return "".join(character for character in text if character.isprintable() and character not in '"\\')


def _call(
    credentials: Credentials, method: str, body: Mapping[str, object], *, repeatable: bool = False
) -> HttpCall:
    return HttpCall(
        method="POST",
        url=_url(credentials, method),
        headers=(("content-type", "application/json"),),
        body=msgspec.json.encode(body),
        repeatable=repeatable,
    )


def _url(credentials: Credentials, method: str) -> str:
    return f"{credentials.value('api_base') or _BASE}/bot{credentials.value('bot_token')}/{method}"
