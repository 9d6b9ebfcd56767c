"""What Messenger and Instagram say on the wire, which is nearly the same: threads between a page and people, in batches of batches."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec
from msgspec import Raw

from saveit.channels.families.meta.graph import Entry, Hook
from saveit.channels.families.reading import (
    NOTHING,
    Loose,
    decoded,
    digest,
    instant,
    meaning,
    number,
    unreadable,
    word,
    words,
)
from saveit.messages import (
    Address,
    Chosen,
    Content,
    Deletion,
    Echo,
    Edit,
    Envelope,
    Ignored,
    Inbound,
    LineKey,
    MediaKind,
    OptIn,
    OptOut,
    Place,
    Reaction,
    ReceivedMedia,
    Sender,
    Status,
    StatusUpTo,
    UnifiedMessage,
    Unsupported,
    Written,
)

Product: TypeAlias = Literal["page", "instagram"]

_MEDIA: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video", "file": "document"}
# A mention in a story, a shared post, a reel: seen by people in the inbox, nothing that a table is booked with.
_SHARED = frozenset({"story_mention", "share", "ig_reel", "reel", "template", "ig_post"})
_encoder = msgspec.json.Encoder()


class Cut(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event as we keep it in the inbox, with the account whose thread it is in."""

    account: str
    event: Raw
    field: str = ""
    standby: bool = False


class Party(msgspec.Struct, frozen=True):
    """A person or a page, by an id that means something only to this page."""

    id: Loose = None
    user_ref: Loose = None


class Event(msgspec.Struct, frozen=True):
    """Something that happened in a thread: exactly one of the fields below the time, if we know it."""

    sender: Party | None = None
    recipient: Party | None = None
    timestamp: Loose = None
    message: Raw = NOTHING
    postback: Raw = NOTHING
    reaction: Raw = NOTHING
    read: Raw = NOTHING
    delivery: Raw = NOTHING
    referral: Raw = NOTHING
    optin: Raw = NOTHING
    message_edit: Raw = NOTHING


class Mid(msgspec.Struct, frozen=True):
    """What a key is made from."""

    mid: Loose = None
    is_echo: Loose = None
    is_deleted: Loose = None
    num_edit: Loose = None


class QuickReply(msgspec.Struct, frozen=True):
    """A suggestion that was tapped."""

    payload: Loose = None


class Story(msgspec.Struct, frozen=True):
    """A story that was answered."""

    id: Loose = None


class ReplyTo(msgspec.Struct, frozen=True):
    """What a message answers."""

    mid: Loose = None
    story: Story | None = None


class Coordinates(msgspec.Struct, frozen=True):
    """A place."""

    lat: Loose = None
    long: Loose = None


class Payload(msgspec.Struct, frozen=True):
    """What an attachment holds."""

    url: Loose = None
    title: Loose = None
    sticker_id: Loose = None
    coordinates: Coordinates | None = None


class Attached(msgspec.Struct, frozen=True):
    """A file, a place, a share or a heart."""

    type: Loose = None
    payload: Payload | None = None


class Message(msgspec.Struct, frozen=True):
    """A message or an echo of one."""

    mid: Loose = None
    text: Loose = None
    attachments: tuple[Attached, ...] | None = None
    quick_reply: QuickReply | None = None
    reply_to: ReplyTo | None = None
    app_id: Loose = None
    is_echo: Loose = None
    is_deleted: Loose = None
    is_unsupported: Loose = None


class ReferralBody(msgspec.Struct, frozen=True):
    """The link or advertisement that led here."""

    ref: Loose = None
    ad_id: Loose = None


class PostbackBody(msgspec.Struct, frozen=True):
    """A button that was tapped."""

    mid: Loose = None
    title: Loose = None
    payload: Loose = None
    referral: ReferralBody | None = None


class ReactionBody(msgspec.Struct, frozen=True):
    """An emoji put on a message or taken away."""

    mid: Loose = None
    action: Loose = None
    emoji: Loose = None
    reaction: Loose = None


class SeenBody(msgspec.Struct, frozen=True):
    """What was read or delivered: messages by id, or everything until an instant."""

    mid: Loose = None
    mids: tuple[Loose, ...] | None = None
    watermark: Loose = None


class OptinBody(msgspec.Struct, frozen=True):
    """A wish to hear from the page, or no more."""

    type: Loose = None
    ref: Loose = None
    notification_messages_status: Loose = None


class EditBody(msgspec.Struct, frozen=True):
    """A message as it reads now."""

    mid: Loose = None
    text: Loose = None


def cut_apart(body: bytes, product: Product) -> tuple[Envelope, ...]:
    """Cut a webhook into its events, from every account and every list of it."""
    hook = decoded(body, Hook)
    if hook is None or word(hook.object) != product:
        return (unreadable(body),)
    found: list[Envelope] = []
    for raw_entry in hook.entry or ():
        entry = decoded(raw_entry, Entry)
        if entry is None:
            found.append(unreadable(bytes(raw_entry)))
        else:
            found += _of_entry(entry)
    return tuple(found) or (unreadable(body),)


def parse_event(envelope: Envelope) -> tuple[Inbound, ...]:
    """Read one event that `cut_apart` made."""
    cut = decoded(envelope.body, Cut)
    if cut is None:
        return (Ignored(kind="thread", why="unreadable"),)
    if cut.field:
        # Comments, mentions and the like: public, and not a conversation.
        return (Ignored(kind=cut.field, why="not_for_us"),)
    event = decoded(cut.event, Event)
    if event is None:
        return (Ignored(kind="event", why="unreadable"),)
    return _parsed(event, cut, digest(meaning(cut.event)))


def _of_entry(entry: Entry) -> Iterator[Envelope]:
    account = word(entry.id)
    line = LineKey(account, account)
    for standby, events in ((False, entry.messaging), (True, entry.standby)):
        for raw in events or ():
            event = decoded(raw, Event) or Event()
            yield Envelope(
                line=line,
                event_key=_key(event) or digest(meaning(raw)),
                sender=_other(event, account, _is_echo(event, account)),
                body=_encoder.encode(Cut(account=account, event=raw, standby=standby)),
            )
    for raw in entry.changes or ():
        field = decoded(raw, _Field)
        yield Envelope(
            line=line,
            event_key=digest(word(entry.time).encode(), meaning(raw)),
            sender="",
            body=_encoder.encode(
                Cut(account=account, event=raw, field=(word(field.field) if field else "") or "change")
            ),
        )


class _Field(msgspec.Struct, frozen=True):
    field: Loose = None


def _key(event: Event) -> str:
    message = decoded(event.message, Mid)
    if message is not None and word(message.mid):
        if message.is_deleted is True:
            return f"deleted:{word(message.mid)}"
        return f"{'echo' if message.is_echo is True else 'message'}:{word(message.mid)}"
    postback = decoded(event.postback, Mid)
    if postback is not None and word(postback.mid):
        return f"postback:{word(postback.mid)}"
    edit = decoded(event.message_edit, Mid)
    if edit is not None and word(edit.mid) and word(edit.num_edit):
        return f"edit:{word(edit.mid)}:{word(edit.num_edit)}"
    return ""


def _is_echo(event: Event, account: str) -> bool:
    message = decoded(event.message, Mid)
    if message is None:
        return False
    return message.is_echo is True or (event.sender is not None and word(event.sender.id) == account != "")


def _other(event: Event, account: str, is_echo: bool) -> str:  # noqa: FBT001 - two callers, both beside it.
    """Return the person in the thread: who wrote, or of an echo to whom."""
    sender = "" if event.sender is None else word(event.sender.id) or word(event.sender.user_ref)
    recipient = "" if event.recipient is None else word(event.recipient.id)
    return recipient if is_echo and recipient != account else sender


def _parsed(event: Event, cut: Cut, event_digest: str) -> tuple[Inbound, ...]:  # noqa: PLR0911 - one for each kind.
    is_echo = _is_echo(event, cut.account)
    person = _other(event, cut.account, is_echo)
    if not person:
        return (Ignored(kind="event", why="incomplete"),)
    address = Address("user_id", person)
    if (message := decoded(event.message, Message)) is not None:
        return (_message(message, event, address, standby=cut.standby, is_echo=is_echo, key=event_digest),)
    if (postback := decoded(event.postback, PostbackBody)) is not None:
        return (_postback(postback, event, address, standby=cut.standby, key=event_digest),)
    if (reaction := decoded(event.reaction, ReactionBody)) is not None and word(reaction.mid):
        emoji = word(reaction.emoji) or word(reaction.reaction) or None
        content = Reaction(word(reaction.mid), None if word(reaction.action) == "unreact" else emoji)
        return (_said(content, event, address, key=event_digest, standby=cut.standby),)
    if (edit := decoded(event.message_edit, EditBody)) is not None and word(edit.mid):
        written = Edit(word(edit.mid), Written(words(edit.text)))
        return (_said(written, event, address, key=event_digest, standby=cut.standby),)
    if (read := decoded(event.read, SeenBody)) is not None:
        return _seen(read, event, address, state="read")
    if (delivered := decoded(event.delivery, SeenBody)) is not None:
        return _seen(delivered, event, address, state="delivered")
    if (optin := decoded(event.optin, OptinBody)) is not None:
        return (_optin(optin, event, address),)
    if (referral := decoded(event.referral, ReferralBody)) is not None:
        start = Chosen(words(referral.ref), "", "start")
        return (_said(start, event, address, key=event_digest, referral=_referral(referral)),)
    return (Ignored(kind="event", why="unknown_kind"),)


def _said(
    content: Content,
    event: Event,
    address: Address,
    *,
    key: str,
    standby: bool = False,
    referral: str | None = None,
) -> UnifiedMessage:
    return UnifiedMessage(
        channel_message_id=key,
        sender=Sender(address=address),
        content=content,
        sent_at=instant(event.timestamp),
        standby=standby,
        referral=referral,
    )


def _message(
    message: Message, event: Event, address: Address, *, standby: bool, is_echo: bool, key: str
) -> Inbound:
    mid = word(message.mid)
    content = _content(message)
    if is_echo:
        return Echo(
            channel_message_id=mid or key,
            recipient=address,
            content=content,
            sent_at=instant(event.timestamp),
            app_id=word(message.app_id) or None,
        )
    reply_to = message.reply_to
    story = None if reply_to is None or reply_to.story is None else word(reply_to.story.id)
    return UnifiedMessage(
        channel_message_id=mid or key,
        sender=Sender(address=address),
        content=content,
        sent_at=instant(event.timestamp),
        replies_to=None if reply_to is None else word(reply_to.mid) or None,
        standby=standby,
        referral=f"story:{story}" if story else None,
    )


def _content(message: Message) -> Content:
    if message.is_deleted is True:
        return Deletion(word(message.mid))
    text = words(message.text)
    if message.quick_reply is not None and word(message.quick_reply.payload):
        return Chosen(words(message.quick_reply.payload), text, "quick_reply")
    files: list[ReceivedMedia] = []
    shared = ""
    for attached in message.attachments or ():
        kind, payload = word(attached.type), attached.payload or Payload()
        place = _place(payload.coordinates)
        if kind == "location" and place is not None:
            return place
        media = _MEDIA.get(kind)
        if media is not None and words(payload.url):
            files.append(
                ReceivedMedia(kind="sticker" if word(payload.sticker_id) else media, url=words(payload.url))
            )
        elif kind == "fallback":
            text = "\n".join(filter(None, (text, words(payload.title), words(payload.url))))
        elif kind == "like_heart":
            text = text or "❤️"
        else:
            shared = kind or "attachment"
    if text or files:
        return Written(text, tuple(files))
    return Unsupported(shared or "message", "shared" if shared in _SHARED else "")


def _place(coordinates: Coordinates | None) -> Place | None:
    latitude = None if coordinates is None else number(coordinates.lat)
    longitude = None if coordinates is None else number(coordinates.long)
    return None if latitude is None or longitude is None else Place(latitude, longitude)


def _postback(postback: PostbackBody, event: Event, address: Address, *, standby: bool, key: str) -> Inbound:
    payload = words(postback.payload) or words(postback.title)
    start = payload.casefold() == "get_started"
    return UnifiedMessage(
        channel_message_id=word(postback.mid) or key,
        sender=Sender(address=address),
        content=Chosen(payload, words(postback.title), "start" if start else "button"),
        sent_at=instant(event.timestamp),
        standby=standby,
        referral=_referral(postback.referral),
    )


def _referral(referral: ReferralBody | None) -> str | None:
    return None if referral is None else word(referral.ref) or word(referral.ad_id) or None


def _seen(
    seen: SeenBody, event: Event, address: Address, *, state: Literal["read", "delivered"]
) -> tuple[Inbound, ...]:
    """Return what was seen: Instagram names the message, Messenger the instant, and a delivery may name several or none."""
    at = instant(event.timestamp)
    ids = [mid for mid in (word(seen.mid), *(word(mid) for mid in seen.mids or ())) if mid]
    if ids:
        return tuple(
            Status(channel_message_id=mid, state=state, at=at, recipient=address)
            for mid in dict.fromkeys(ids)
        )
    up_to = instant(seen.watermark)
    if up_to is None:
        return (Ignored(kind=state, why="incomplete"),)
    return (StatusUpTo(recipient=address, state=state, up_to=up_to),)


def _optin(optin: OptinBody, event: Event, address: Address) -> Inbound:
    at = instant(event.timestamp)
    why = word(optin.type) or word(optin.ref) or "optin"
    if word(optin.notification_messages_status) == "STOP_NOTIFICATIONS":
        return OptOut(address=address, scope="marketing", why=why, at=at)
    return OptIn(
        address=address,
        scope="marketing" if word(optin.type) == "notification_messages" else "all",
        why=why,
        at=at,
    )
