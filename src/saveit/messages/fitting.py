"""From what the house wants to say to what one channel carries: buttons become a list, a list becomes numbered text, a file a link."""

from typing import assert_never

from saveit.messages.channel import Can, ChoiceLimits
from saveit.messages.outbound import (
    Attachment,
    Buttons,
    Choice,
    File,
    Letter,
    Menu,
    Part,
    QuickReplies,
    Speech,
    Template,
    Text,
    UnifiedResponse,
)
from saveit.messages.spoken import spoken
from saveit.messages.text import Limit, clean, shortened, split

# A call's answer is heard, not read: nobody remembers more than this many characters of it, and the providers' own limit is higher.
_SPOKEN_LENGTH_MAX = 1_500
# RFC 5322 asks for 78 characters a line and allows 998; subjects are folded, and cut by mail programs long before this.
_SUBJECT_LENGTH_MAX = 200


def fit(response: UnifiedResponse, can: Can, *, window_open: bool = True) -> tuple[Part, ...]:
    """Return the parts that say it within `can`, in the order in which they are sent; each is one call.

    Empty when it cannot be said here at all: the window is closed and there is no template, or there are no words.
    """
    if not window_open:
        return (Template(response.template),) if can.templates and response.template is not None else ()
    match can.shape:
        case "letter":
            return (_letter(response),)
        case "speech":
            return _speech(response)
        case "chat":
            return _chat(response, can)
        case _:
            assert_never(can.shape)


def numbered(text: str, choices: tuple[Choice, ...]) -> str:
    """Return the text with its choices as a numbered list, for channels on which nothing can be tapped."""
    lines = [
        f"{number}. {choice.title}" + (f" · {choice.description}" if choice.description else "")
        for number, choice in enumerate(choices, 1)
    ]
    return "\n\n".join(block for block in (text, "\n".join(lines)) if block)


def _letter(response: UnifiedResponse) -> Letter:
    text = numbered(clean(response.text), response.buttons)
    links = [_link(attachment) for attachment in response.attachments if not attachment.content]
    return Letter(
        subject=shortened(clean(response.subject) or clean(response.text), Limit(_SUBJECT_LENGTH_MAX)),
        text="\n\n".join(block for block in (text, *links) if block),
        html=clean(response.html),
        attachments=tuple(attachment for attachment in response.attachments if attachment.content),
    )


def _speech(response: UnifiedResponse) -> tuple[Part, ...]:
    text = spoken(clean(response.text), tuple(map(_cleaned, response.buttons)), response.language)
    if not text:
        return ()
    return (
        Speech(
            split(text, Limit(_SPOKEN_LENGTH_MAX))[0],
            language=response.language,
            expecting="nothing" if response.ends_call else response.expecting,
            ends_call=response.ends_call,
        ),
    )


def _chat(response: UnifiedResponse, can: Can) -> tuple[Part, ...]:
    text = clean(response.text).strip()
    files = [_captioned(attachment) for attachment in response.attachments if attachment.kind in can.media]
    links = [_link(attachment) for attachment in response.attachments if attachment.kind not in can.media]
    text = "\n\n".join(block for block in (text, *links) if block)
    if response.buttons:
        # What is to be tapped stands last, under the thumb.
        return (*_files(files, can), *_offered(text, response, can))
    if len(files) == 1 and text and can.caption is not None and can.caption.holds(text):
        only = files[0]
        if not only.caption:
            return (File(_with_caption(only, text)),)
    return (*_texts(text, can), *_files(files, can))


def _files(files: list[Attachment], can: Can) -> tuple[Part, ...]:
    parts: list[Part] = []
    for attachment in files:
        # A caption that does not fit, or may not be there at all, is said after the file.
        if attachment.caption and (can.caption is None or not can.caption.holds(attachment.caption)):
            parts += [File(_with_caption(attachment, "")), *_texts(attachment.caption, can)]
        else:
            parts.append(File(attachment))
    return tuple(parts)


def _offered(text: str, response: UnifiedResponse, can: Can) -> tuple[Part, ...]:
    """Offer the choices in the best form that holds them: whole titles in any form before shortened titles in a better one."""
    choices = tuple(_cleaned(choice) for choice in response.buttons)
    for whole in (True, False):
        if can.buttons is not None and (fitted := _fitted(choices, can.buttons, whole=whole)):
            *before, last = _before(text, can.text, can.buttons.text)
            return (*map(Text, before), Buttons(last, fitted))
        if can.quick_replies is not None and (fitted := _fitted(choices, can.quick_replies, whole=whole)):
            *before, last = _before(text, can.text, can.quick_replies.text)
            return (*map(Text, before), QuickReplies(last, fitted))
        if can.menu is not None and (fitted := _fitted(choices, can.menu, whole=whole)):
            *before, last = _before(text, can.text, can.menu.text)
            return (*map(Text, before), Menu(last, _label(response, can.menu), fitted))
    return _texts(numbered(text, choices), can)


def _fitted(choices: tuple[Choice, ...], limits: ChoiceLimits, *, whole: bool) -> tuple[Choice, ...]:
    """Return the choices within the limits, or nothing where they do not fit: too many, ids too long, titles that would read alike."""
    if len(choices) > limits.count_max:
        return ()
    if whole and not all(limits.title.holds(choice.title) for choice in choices):
        return ()
    fitted = tuple(
        Choice(
            choice.id,
            shortened(choice.title, limits.title),
            "" if limits.description is None else shortened(choice.description, limits.description),
        )
        for choice in choices
    )
    ids = {choice.id for choice in fitted}
    titles = {choice.title.casefold() for choice in fitted}
    if not len(ids) == len(titles) == len(fitted):
        return ()
    if not all(choice.title and 0 < len(choice.id.encode()) <= limits.id_octets_max for choice in fitted):
        return ()
    return fitted


def _before(text: str, plain: Limit, under: Limit) -> tuple[str, ...]:
    """Split a text whose last piece stands above something to tap, and so has less room; there is always a last piece."""
    pieces = split(text, plain)
    if not pieces:
        # A provider refuses something to tap without a word above it.
        return ("…",)
    return (*pieces[:-1], *split(pieces[-1], under))


def _texts(text: str, can: Can) -> tuple[Part, ...]:
    return tuple(Text(piece) for piece in split(text, can.text))


def _captioned(attachment: Attachment) -> Attachment:
    caption = clean(attachment.caption).strip()
    return attachment if caption == attachment.caption else _with_caption(attachment, caption)


def _with_caption(attachment: Attachment, caption: str) -> Attachment:
    return Attachment(
        kind=attachment.kind,
        url=attachment.url,
        media_type=attachment.media_type,
        file_name=attachment.file_name,
        caption=caption,
        content=attachment.content,
        content_id=attachment.content_id,
    )


def _link(attachment: Attachment) -> str:
    caption = clean(attachment.caption).strip()
    return f"{caption}: {attachment.url}" if caption else attachment.url


def _cleaned(choice: Choice) -> Choice:
    return Choice(choice.id, clean(choice.title).strip(), clean(choice.description).strip())


def _label(response: UnifiedResponse, limits: ChoiceLimits) -> str:
    label = clean(response.menu_label).strip() or (
        "Ver opciones" if response.language == "es" else "See options"
    )
    return label if limits.label is None else shortened(label, limits.label)
