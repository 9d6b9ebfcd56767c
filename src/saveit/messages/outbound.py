"""What goes out: first as the dialogue means it, then in parts that one channel can carry."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from saveit.messages.inbound import Address

Expecting: TypeAlias = Literal["nothing", "speech", "digits", "speech_or_digits"]
FileKind: TypeAlias = Literal["image", "audio", "video", "document"]


class Choice(msgspec.Struct, frozen=True):
    """Something to tap. `id` comes back when it is; keep it to 64 octets and keep the meaning on our side."""

    id: str
    title: str
    description: str = ""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file to send. Chat providers fetch it from `url`, which needs no login and cannot be guessed; a mail carries `content`."""

    kind: FileKind
    url: str
    media_type: str
    file_name: str = ""
    caption: str = ""
    content: bytes = b""
    content_id: str = ""

    def __repr__(self) -> str:
        """Say the kind: the address of a pass is a key to it."""
        return f"Attachment({self.kind})"


class TemplateUse(msgspec.Struct, frozen=True, kw_only=True):
    """A text that the provider has approved, with its blanks filled. `reference` is the provider's own id where names do not do."""

    name: str
    language: str
    parameters: tuple[str, ...] = ()
    reference: str = ""
    button_payloads: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say which, not what fills its blanks."""
        return f"TemplateUse({self.name}, {self.language})"


class UnifiedResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What the house wants to say, before anyone knows which channel carries it.

    `buttons` become buttons, quick replies, a list or numbered text, whatever the channel can; `menu_label` opens the list. `template`
    replaces everything else where the reply window is closed. `subject` and `html` are for mail alone. `expecting` and `ends_call`
    are for calls alone.
    """

    text: str
    buttons: tuple[Choice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    template: TemplateUse | None = None
    menu_label: str = ""
    language: Literal["es", "en"] = "es"
    subject: str = ""
    html: str = ""
    expecting: Expecting = "speech_or_digits"
    ends_call: bool = False

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"UnifiedResponse({len(self.text)} characters, {len(self.buttons)} buttons)"


class Text(msgspec.Struct, frozen=True, tag="text"):
    """Plain text within the channel's length."""

    text: str

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Text({len(self.text)} characters)"


class Buttons(msgspec.Struct, frozen=True, tag="buttons"):
    """Text with buttons under it."""

    text: str
    choices: tuple[Choice, ...]

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Buttons({len(self.choices)})"


class QuickReplies(msgspec.Struct, frozen=True, tag="quick_replies"):
    """Text with suggestions that go away once one is tapped."""

    text: str
    choices: tuple[Choice, ...]

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"QuickReplies({len(self.choices)})"


class Menu(msgspec.Struct, frozen=True, tag="menu"):
    """Text with a list that opens under `label`."""

    text: str
    label: str
    choices: tuple[Choice, ...]

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Menu({len(self.choices)})"


class File(msgspec.Struct, frozen=True, tag="file"):
    """One file with its caption."""

    attachment: Attachment


class Template(msgspec.Struct, frozen=True, tag="template"):
    """An approved template: the only thing that passes a closed window."""

    use: TemplateUse


class Typing(msgspec.Struct, frozen=True, tag="typing"):
    """Show that an answer is being written; `message_id` is the guest's last message."""

    message_id: str


class ReadMark(msgspec.Struct, frozen=True, tag="read_mark"):
    """Show that `message_id` was read."""

    message_id: str


class TapAnswer(msgspec.Struct, frozen=True, tag="tap_answer"):
    """Stop a tapped button from spinning."""

    tap_id: str


class Speech(msgspec.Struct, frozen=True, tag="speech"):
    """Words to be spoken into a call, then what to wait for. `ends_call` hangs up after them."""

    text: str
    language: Literal["es", "en"]
    expecting: Expecting
    ends_call: bool = False

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Speech({len(self.text)} characters)"


class Letter(msgspec.Struct, frozen=True, tag="letter"):
    """A mail with its plain and its HTML body. `html` refers to an attachment by `cid:` and its `content_id`."""

    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Letter({len(self.text)} characters)"


Part: TypeAlias = (
    Text | Buttons | QuickReplies | Menu | File | Template | Typing | ReadMark | TapAnswer | Speech | Letter
)


class NotCarried(ValueError):
    """A part was rendered that `fit` would not have made for this channel: a bug of the caller."""

    def __init__(self, channel: str, part: Part) -> None:
        super().__init__(f"{channel} carries no {type(part).__name__}")


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """One call's worth, ready to be rendered: `message_id` is ours and comes back in the status where the provider can carry it.

    `author` says who speaks, where guests are shown it. `replies_to` is the provider's id of what is answered. `thread` continues a
    mail's thread: the ids that `References` lists. `by_human` says that a person typed it and the reply window is over. The option
    `reply_token` makes a mail's answers come back with the token in `UnifiedMessage.thread`.
    """

    message_id: UUID
    recipient: Address
    part: Part
    author: Literal["bot", "staff", "system"] = "bot"
    replies_to: str | None = None
    thread: tuple[str, ...] = ()
    by_human: bool = False
    options: Mapping[str, str] = MappingProxyType({})

    def __repr__(self) -> str:
        """Say which message: an option may be a token."""
        return f"Outbound({self.message_id}, {self.part!r})"
