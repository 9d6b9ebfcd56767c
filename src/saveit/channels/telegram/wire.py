"""What Telegram's Bot API says on the wire."""

import msgspec
from msgspec import Raw

from saveit.channels.families.reading import NOTHING, Loose


class Update(msgspec.Struct, frozen=True):
    """One update: a number, and exactly one of many kinds; those that we read, and those that we know and leave."""

    update_id: Loose = None
    message: Raw = NOTHING
    edited_message: Raw = NOTHING
    callback_query: Raw = NOTHING
    message_reaction: Raw = NOTHING
    my_chat_member: Raw = NOTHING


class User(msgspec.Struct, frozen=True):
    """A person, or a bot."""

    id: Loose = None
    is_bot: Loose = None
    first_name: Loose = None
    last_name: Loose = None
    username: Loose = None
    language_code: Loose = None


class Chat(msgspec.Struct, frozen=True):
    """Where something was written; `private` is one person."""

    id: Loose = None
    type: Loose = None


class FileBody(msgspec.Struct, frozen=True):
    """A file, fetched by its id through the bot."""

    file_id: Loose = None
    file_name: Loose = None
    mime_type: Loose = None
    file_size: Loose = None


class LocationBody(msgspec.Struct, frozen=True):
    """A place."""

    latitude: Loose = None
    longitude: Loose = None


class VenueBody(msgspec.Struct, frozen=True):
    """A place with a name."""

    location: LocationBody | None = None
    title: Loose = None
    address: Loose = None


class ContactBody(msgspec.Struct, frozen=True):
    """A contact; with the sender's own `user_id` it is the number of who writes, and Telegram vouches for it."""

    phone_number: Loose = None
    first_name: Loose = None
    last_name: Loose = None
    user_id: Loose = None


class WebAppBody(msgspec.Struct, frozen=True):
    """What a form of a web app sent."""

    data: Loose = None
    button_text: Loose = None


class Answered(msgspec.Struct, frozen=True):
    """The message that is answered."""

    message_id: Loose = None


class Message(msgspec.Struct, frozen=True):
    """A message; what it holds stands under the name of its kind."""

    message_id: Loose = None
    from_: User | None = msgspec.field(default=None, name="from")
    chat: Chat | None = None
    date: Loose = None
    text: Loose = None
    caption: Loose = None
    reply_to_message: Raw = NOTHING
    forward_origin: Raw = NOTHING
    photo: Raw = NOTHING
    sticker: Raw = NOTHING
    video: Raw = NOTHING
    video_note: Raw = NOTHING
    animation: Raw = NOTHING
    voice: Raw = NOTHING
    audio: Raw = NOTHING
    document: Raw = NOTHING
    location: Raw = NOTHING
    venue: Raw = NOTHING
    contact: Raw = NOTHING
    web_app_data: Raw = NOTHING
    migrate_to_chat_id: Loose = None
    migrate_from_chat_id: Loose = None
    new_chat_members: Raw = NOTHING
    left_chat_member: Raw = NOTHING
    pinned_message: Raw = NOTHING


class Key(msgspec.Struct, frozen=True):
    """A button under a message."""

    text: Loose = None
    callback_data: Loose = None


class Keyboard(msgspec.Struct, frozen=True):
    """The buttons under a message."""

    inline_keyboard: tuple[tuple[Key, ...], ...] = ()


class TappedMessage(msgspec.Struct, frozen=True):
    """The message whose button was tapped; of an old one only the chat is left, and a date of 0."""

    message_id: Loose = None
    chat: Chat | None = None
    date: Loose = None
    reply_markup: Raw = NOTHING


class Tap(msgspec.Struct, frozen=True):
    """A tapped button; its message may be missing."""

    id: Loose = None
    from_: User | None = msgspec.field(default=None, name="from")
    message: TappedMessage | None = None
    data: Loose = None


class ReactionKind(msgspec.Struct, frozen=True):
    """An emoji, or a picture of the sender's own."""

    type: Loose = None
    emoji: Loose = None


class Reacted(msgspec.Struct, frozen=True):
    """Reactions of one person on one message, before and after."""

    chat: Chat | None = None
    message_id: Loose = None
    user: User | None = None
    date: Loose = None
    new_reaction: tuple[ReactionKind, ...] = ()


class Membership(msgspec.Struct, frozen=True):
    """Whether the bot is let in."""

    status: Loose = None


class MembershipChange(msgspec.Struct, frozen=True):
    """The bot was let in, or put out."""

    chat: Chat | None = None
    from_: User | None = msgspec.field(default=None, name="from")
    date: Loose = None
    old_chat_member: Membership | None = None
    new_chat_member: Membership | None = None


class SentMessage(msgspec.Struct, frozen=True):
    """A message that was taken."""

    message_id: Loose = None
    chat: Chat | None = None


class Parameters(msgspec.Struct, frozen=True):
    """What would make it work."""

    retry_after: Loose = None
    migrate_to_chat_id: Loose = None


class ApiAnswer(msgspec.Struct, frozen=True):
    """An answer of the Bot API."""

    ok: Loose = None
    result: Raw = NOTHING
    error_code: Loose = None
    description: Loose = None
    parameters: Parameters | None = None


class Located(msgspec.Struct, frozen=True):
    """Where a file lies for the next hour."""

    file_path: Loose = None
