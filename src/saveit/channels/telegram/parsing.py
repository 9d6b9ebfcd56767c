"""From Telegram's updates to ours."""

from msgspec import Raw

from saveit.channels.families.reading import (
    NOTHING,
    Loose,
    decoded,
    digest,
    instant,
    number,
    unreadable,
    whole,
    word,
    words,
)
from saveit.channels.telegram.wire import (
    Answered,
    Chat,
    ContactBody,
    FileBody,
    Keyboard,
    LocationBody,
    MembershipChange,
    Message,
    Reacted,
    Tap,
    Update,
    User,
    VenueBody,
    WebAppBody,
)
from saveit.messages import (
    Address,
    Cards,
    Chosen,
    ContactCard,
    Content,
    Edit,
    Envelope,
    Form,
    IdentityChanged,
    Ignored,
    Inbound,
    LineKey,
    MediaKind,
    OptIn,
    OptOut,
    Place,
    Reaction,
    ReceivedMedia,
    Request,
    Sender,
    UnifiedMessage,
    Unsupported,
    Written,
)

_PRIVATE = "private"
_START = "/start"
_PUT_OUT = frozenset({"kicked", "left"})


def cut_apart(request: Request) -> tuple[Envelope, ...]:
    """Return the one update. It does not say which bot it is for: the address that it was sent to does."""
    update = decoded(request.body, Update)
    bot = word(request.opaque)
    if update is None or not bot:
        return (unreadable(request.body),)
    number_ = word(update.update_id)
    return (
        Envelope(
            line=LineKey(bot, bot),
            event_key=f"update:{number_}" if number_ else digest(request.body),
            sender=_chat_of(update),
            body=request.body,
        ),
    )


def parse_update(envelope: Envelope) -> tuple[Inbound, ...]:  # noqa: PLR0911 - one return for each kind.
    """Read one update."""
    update = decoded(envelope.body, Update)
    if update is None:
        return (Ignored(kind="update", why="unreadable"),)
    # An edit or a reaction has no id of its own: the message's would take its place.
    key = f"update:{word(update.update_id)}"
    if update.message != NOTHING:
        return (_message(decoded(update.message, Message)),)
    if update.edited_message != NOTHING:
        return (_edited(decoded(update.edited_message, Message), key),)
    if update.callback_query != NOTHING:
        return (_tapped(decoded(update.callback_query, Tap)),)
    if update.message_reaction != NOTHING:
        return (_reacted(decoded(update.message_reaction, Reacted), key),)
    if update.my_chat_member != NOTHING:
        return (_membership(decoded(update.my_chat_member, MembershipChange)),)
    # Channels, polls, inline queries, the owner's business account: not a guest who talks to us.
    return (Ignored(kind="update", why="not_for_us"),)


def message_key(chat: str, message_id: str) -> str:
    """Return a message's id as we keep it: Telegram's own is unique within one chat only."""
    return f"{chat}:{message_id}"


def _chat_of(update: Update) -> str:
    for raw in (update.message, update.edited_message):
        message = decoded(raw, Message)
        if message is not None:
            return _id(message.chat)
    tap = decoded(update.callback_query, Tap)
    if tap is not None:
        return (_id(tap.message.chat) if tap.message else "") or _id(tap.from_)
    reacted = decoded(update.message_reaction, Reacted)
    if reacted is not None:
        return _id(reacted.chat)
    change = decoded(update.my_chat_member, MembershipChange)
    return "" if change is None else _id(change.chat)


def _id(party: Chat | User | None) -> str:
    return "" if party is None else word(party.id)


def _sender(user: User | None, chat: str) -> Sender:
    known = user or User()
    names = (words(known.first_name), words(known.last_name))
    return Sender(
        address=Address("chat", chat),
        name=" ".join(filter(None, names)) or None,
        username=word(known.username) or None,
        language=word(known.language_code) or None,
    )


def _message(message: Message | None) -> Inbound:
    chat = _id(message.chat) if message else ""
    if message is None or not chat:
        return Ignored(kind="message", why="unreadable" if message is None else "incomplete")
    if moved := word(message.migrate_to_chat_id):
        return IdentityChanged(
            old=Address("chat", chat),
            new=Address("chat", moved),
            why="migrate_to_chat_id",
            at=instant(message.date),
        )
    if message.from_ is not None and message.from_.is_bot is True:
        return Ignored(kind="message", why="not_for_us")
    content = _content(message)
    if isinstance(content, Ignored):
        return content
    answered = decoded(message.reply_to_message, Answered)
    reply = "" if answered is None else word(answered.message_id)
    return UnifiedMessage(
        channel_message_id=message_key(chat, word(message.message_id)),
        sender=_sender(message.from_, chat),
        content=content,
        sent_at=instant(message.date),
        replies_to=message_key(chat, reply) if reply else None,
        group=chat if message.chat is not None and word(message.chat.type) != _PRIVATE else None,
        forwarded=message.forward_origin != NOTHING,
    )


def _content(message: Message) -> Content | Ignored:
    text = words(message.text) or words(message.caption)
    files = _files(message)
    if files:
        return Written(text, files)
    if text:
        command, _, payload = text.partition(" ")
        # Groups write /start@thebot.
        return Chosen(payload, text, "start") if command.partition("@")[0] == _START else Written(text)
    return _place(message) or _card(message) or _form(message) or _rest(message)


def _rest(message: Message) -> Content | Ignored:
    service = (message.new_chat_members, message.left_chat_member, message.pinned_message)
    if word(message.migrate_from_chat_id) or any(raw != NOTHING for raw in service):
        return Ignored(kind="service message", why="not_for_us")
    return Unsupported("message")


def _files(message: Message) -> tuple[ReceivedMedia, ...]:
    kinds: tuple[tuple[MediaKind, Raw], ...] = (
        ("sticker", message.sticker),
        ("video", message.video),
        ("video", message.video_note),
        ("video", message.animation),
        ("audio", message.voice),
        ("audio", message.audio),
        ("document", message.document),
    )
    photo = _largest(message.photo)
    if photo is not None:
        return (_file("image", photo),)
    for kind, raw in kinds:
        body = decoded(raw, FileBody)
        if body is not None and word(body.file_id):
            # An animation comes as a document too; the first kind that fits is the one meant.
            return (_file(kind, body, is_voice=raw is message.voice),)
    return ()


def _largest(raw: Raw) -> FileBody | None:
    """Return the photo's largest size: all sizes come, the smallest first, and one may lack its weight."""
    sizes = [size for size in decoded(raw, tuple[FileBody, ...]) or () if word(size.file_id)]
    return (
        max(enumerate(sizes), key=lambda each: (whole(each[1].file_size) or 0, each[0]))[1] if sizes else None
    )


def _file(kind: MediaKind, body: FileBody, *, is_voice: bool = False) -> ReceivedMedia:
    return ReceivedMedia(
        kind=kind,
        reference=word(body.file_id),
        media_type=word(body.mime_type),
        file_name=words(body.file_name),
        size_octets=whole(body.file_size),
        is_voice=is_voice,
    )


def _place(message: Message) -> Place | None:
    venue = decoded(message.venue, VenueBody)
    location = (venue.location if venue else None) or decoded(message.location, LocationBody)
    latitude = None if location is None else number(location.latitude)
    longitude = None if location is None else number(location.longitude)
    if latitude is None or longitude is None:
        return None
    if venue is None:
        return Place(latitude, longitude)
    return Place(latitude, longitude, words(venue.title), words(venue.address))


def _card(message: Message) -> Cards | None:
    contact = decoded(message.contact, ContactBody)
    if contact is None or not word(contact.phone_number):
        return None
    names = (words(contact.first_name), words(contact.last_name))
    own = bool(word(contact.user_id)) and word(contact.user_id) == _id(message.from_)
    return Cards((ContactCard(" ".join(filter(None, names)), (word(contact.phone_number),), is_own=own),))


def _form(message: Message) -> Form | None:
    body = decoded(message.web_app_data, WebAppBody)
    return None if body is None else Form("web_app", words(body.data))


def _edited(message: Message | None, key: str) -> Inbound:
    chat = _id(message.chat) if message else ""
    if message is None or not chat:
        return Ignored(kind="edited_message", why="unreadable" if message is None else "incomplete")
    target = message_key(chat, word(message.message_id))
    written = Written(words(message.text) or words(message.caption), _files(message))
    return UnifiedMessage(
        channel_message_id=key,
        sender=_sender(message.from_, chat),
        content=Edit(target, written),
        sent_at=instant(message.date),
        group=chat if message.chat is not None and word(message.chat.type) != _PRIVATE else None,
    )


def _tapped(tap: Tap | None) -> Inbound:
    if tap is None or not word(tap.id):
        return Ignored(kind="callback_query", why="unreadable" if tap is None else "incomplete")
    # The message may be gone; in a private chat the chat is then the person.
    chat = (_id(tap.message.chat) if tap.message else "") or _id(tap.from_)
    payload = words(tap.data)
    if not chat or not payload:
        return Ignored(kind="callback_query", why="incomplete")
    message_id = "" if tap.message is None else word(tap.message.message_id)
    is_group = (
        tap.message is not None and tap.message.chat is not None and word(tap.message.chat.type) != _PRIVATE
    )
    return UnifiedMessage(
        channel_message_id=f"tap:{word(tap.id)}",
        sender=_sender(tap.from_, chat),
        content=Chosen(payload, _title_of(payload, tap), "button", tap_id=word(tap.id)),
        replies_to=message_key(chat, message_id) if message_id else None,
        group=chat if is_group else None,
    )


def _title_of(payload: Loose, tap: Tap) -> str:
    keyboard = None if tap.message is None else decoded(tap.message.reply_markup, Keyboard)
    if keyboard is not None:
        for row in keyboard.inline_keyboard:
            for key in row:
                if words(key.callback_data) == payload:
                    return words(key.text)
    return ""


def _reacted(reacted: Reacted | None, key: str) -> Inbound:
    chat = _id(reacted.chat) if reacted else ""
    if reacted is None or not chat or not word(reacted.message_id):
        return Ignored(kind="message_reaction", why="unreadable" if reacted is None else "incomplete")
    target = message_key(chat, word(reacted.message_id))
    emojis = [found for kind in reacted.new_reaction if (found := word(kind.emoji))]
    is_group = reacted.chat is not None and word(reacted.chat.type) != _PRIVATE
    return UnifiedMessage(
        channel_message_id=key,
        sender=_sender(reacted.user, chat),
        content=Reaction(target, emojis[-1] if emojis else None),
        sent_at=instant(reacted.date),
        group=chat if is_group else None,
    )


def _membership(change: MembershipChange | None) -> Inbound:
    chat = _id(change.chat) if change else ""
    if change is None or not chat or change.chat is None or word(change.chat.type) != _PRIVATE:
        return Ignored(kind="my_chat_member", why="unreadable" if change is None else "not_for_us")
    told = "" if change.new_chat_member is None else word(change.new_chat_member.status)
    address, at = Address("chat", chat), instant(change.date)
    if told in _PUT_OUT:
        return OptOut(address=address, scope="all", why=told, at=at)
    if told == "member":
        return OptIn(address=address, scope="all", why=told, at=at)
    return Ignored(kind=f"my_chat_member {told}", why="unknown_kind")
