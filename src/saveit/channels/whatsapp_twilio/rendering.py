"""From our words to the fields of Twilio's call. Buttons and lists exist there only as content templates, one per number of choices."""

from typing import assert_never

import msgspec

from saveit.messages import (
    Buttons,
    Choice,
    Credentials,
    File,
    Letter,
    Menu,
    NotCarried,
    Part,
    QuickReplies,
    ReadMark,
    Speech,
    TapAnswer,
    Template,
    Text,
    Typing,
    numbered,
)

TYPING_BASE = "https://messaging.twilio.com"
TYPING_PATH = "/v3/Indicators/Typing.json"


def content_fields(part: Part, credentials: Credentials) -> dict[str, str]:
    """Return what is said; a line without the fitting template says its choices as numbered text."""
    match part:
        case Text(text=text):
            return {"Body": text}
        case Buttons(text=text, choices=choices):
            sid = _contents(credentials).get(f"buttons_{len(choices)}", "")
            return _prepared(sid, text, choices, head=(text,))
        case Menu(text=text, label=label, choices=choices):
            sid = _contents(credentials).get(f"list_{len(choices)}", "")
            return _prepared(sid, text, choices, head=(text, label))
        case File(attachment=attachment):
            body = {"Body": attachment.caption} if attachment.caption else {}
            return body | {"MediaUrl": attachment.url}
        case Template(use=use):
            variables = {str(index): value for index, value in enumerate(use.parameters, 1)}
            return {"ContentSid": use.reference} | _variables(variables)
        case QuickReplies() | Typing() | ReadMark() | TapAnswer() | Speech() | Letter() as other:
            raise NotCarried("WhatsApp at Twilio", other)
        case _:
            assert_never(part)


def _prepared(sid: str, text: str, choices: tuple[Choice, ...], *, head: tuple[str, ...]) -> dict[str, str]:
    """Fill a content template: the text, in a list its label, then of each choice the title, the id and, in a list, the description."""
    if not sid:
        return {"Body": numbered(text, choices)}
    filled = list(head)
    for choice in choices:
        filled += [choice.title, choice.id]
        if len(head) > 1:
            filled.append(choice.description)
    return {"ContentSid": sid} | _variables({str(index): value for index, value in enumerate(filled, 1)})


def _variables(values: dict[str, str]) -> dict[str, str]:
    return {"ContentVariables": msgspec.json.encode(values).decode()} if values else {}


def _contents(credentials: Credentials) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in credentials.value("contents").split())
    return {name: sid for name, found, sid in pairs if found}
