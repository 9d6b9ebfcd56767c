"""What stands in a WhatsApp message, by its kind."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Raw

from saveit.channels.families.meta import GraphError
from saveit.channels.families.reading import NOTHING, Loose, decoded, number, whole, word, words
from saveit.channels.whatsapp_meta.wire import (
    ButtonBody,
    CardBody,
    EditBody,
    InteractiveBody,
    LocationBody,
    MediaBody,
    Message,
    OrderBody,
    ReactionBody,
    RevokeBody,
    TextBody,
)
from saveit.messages import (
    Cards,
    Chosen,
    ContactCard,
    Content,
    Deletion,
    Edit,
    Form,
    Ignored,
    MediaKind,
    Order,
    Place,
    Reaction,
    ReceivedMedia,
    Unsupported,
    Written,
)


def content_of(message: Message) -> Content | Ignored:
    """Return what the message holds. A kind or shape that we do not know is `Unsupported`: a guest sent it, and waits."""
    kind = word(message.type)
    read = _READERS.get(kind)
    if read is None:
        return Unsupported(kind or "unknown", _error_code(message))
    return read(message) or Unsupported(kind, _error_code(message) or "unreadable")


def _error_code(message: Message) -> str:
    errors = decoded(message.errors, tuple[GraphError, ...])
    return word(errors[0].code) if errors else ""


def _text(message: Message) -> Content | None:
    body = decoded(message.text, TextBody)
    return None if body is None else Written(words(body.body))


def _file(message: Message) -> Content | None:
    files: dict[str, tuple[MediaKind, Raw]] = {
        "image": ("image", message.image),
        "audio": ("audio", message.audio),
        "voice": ("audio", message.voice),
        "video": ("video", message.video),
        "document": ("document", message.document),
        "sticker": ("sticker", message.sticker),
    }
    name = word(message.type)
    kind, raw = files[name]
    body = None if raw == NOTHING else decoded(raw, MediaBody)
    if body is None or not (word(body.id) or word(body.url)):
        return None
    media = ReceivedMedia(
        kind=kind,
        reference=word(body.id),
        url=words(body.url),
        media_type=word(body.mime_type),
        file_name=words(body.filename),
        is_voice=body.voice is True or name == "voice",
    )
    return Written(words(body.caption), (media,))


def _location(message: Message) -> Content | None:
    body = decoded(message.location, LocationBody)
    latitude = None if body is None else number(body.latitude)
    longitude = None if body is None else number(body.longitude)
    if body is None or latitude is None or longitude is None:
        return None
    return Place(latitude, longitude, words(body.name), words(body.address))


def _contacts(message: Message) -> Content | None:
    cards = decoded(message.contacts, tuple[CardBody, ...])
    return None if cards is None else Cards(tuple(_card(card) for card in cards))


def _card(card: CardBody) -> ContactCard:
    name = card.name
    return ContactCard(
        "" if name is None else words(name.formatted_name) or words(name.first_name),
        phones=tuple(found for phone in card.phones if (found := word(phone.phone))),
        emails=tuple(found for email in card.emails if (found := word(email.email))),
    )


def _order(message: Message) -> Content | None:
    body = decoded(message.order, OrderBody)
    if body is None:
        return None
    items = tuple((word(item.product_retailer_id), whole(item.quantity) or 1) for item in body.product_items)
    return Order(items, words(body.text))


def _reaction(message: Message) -> Content | None:
    body = decoded(message.reaction, ReactionBody)
    if body is None or not word(body.message_id):
        return None
    return Reaction(word(body.message_id), word(body.emoji) or None)


def _button(message: Message) -> Content | None:
    body = decoded(message.button, ButtonBody)
    if body is None or not _some(body.payload, body.text):
        return None
    return Chosen(words(body.payload) or words(body.text), words(body.text), "template")


def _interactive(message: Message) -> Content | Ignored | None:
    body = decoded(message.interactive, InteractiveBody)
    if body is None:
        return None
    if body.button_reply is not None:
        return Chosen(words(body.button_reply.id), words(body.button_reply.title), "button")
    if body.list_reply is not None:
        return Chosen(words(body.list_reply.id), words(body.list_reply.title), "list")
    if body.nfm_reply is not None:
        return Form(word(body.nfm_reply.name), words(body.nfm_reply.response_json))
    if word(body.type) == "call_permission_reply":
        # We call nobody over WhatsApp, so we never asked.
        return Ignored(kind="call_permission_reply", why="not_for_us")
    return None


def _edit(message: Message) -> Content | None:
    body = decoded(message.edit, EditBody)
    if body is None or not word(body.original_message_id) or body.message is None:
        return None
    if word(body.message.type) not in _WRITTEN:
        return None
    written = _READERS[word(body.message.type)](body.message)
    return Edit(word(body.original_message_id), written) if isinstance(written, Written) else None


def _revoke(message: Message) -> Content | None:
    body = decoded(message.revoke, RevokeBody)
    if body is None or not word(body.original_message_id):
        return None
    return Deletion(word(body.original_message_id))


def _some(*values: Loose) -> bool:
    return any(word(value) for value in values)


_WRITTEN = frozenset({"text", "image", "audio", "voice", "video", "document", "sticker"})
_READERS: Mapping[str, Callable[[Message], Content | Ignored | None]] = MappingProxyType(
    {
        "text": _text,
        "image": _file,
        "audio": _file,
        "voice": _file,
        "video": _file,
        "document": _file,
        "sticker": _file,
        "location": _location,
        "contacts": _contacts,
        "order": _order,
        "reaction": _reaction,
        "button": _button,
        "interactive": _interactive,
        "edit": _edit,
        "revoke": _revoke,
    }
)
