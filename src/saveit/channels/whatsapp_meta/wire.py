"""What WhatsApp's Cloud API says on the wire. Everything may be missing, and contents are read only once their kind is known."""

import msgspec
from msgspec import Raw

from saveit.channels.families.meta import GraphError
from saveit.channels.families.reading import NOTHING, Loose, Several


class Change(msgspec.Struct, frozen=True):
    """One change of one kind; `value` differs by kind."""

    field: Loose = None
    value: Raw = NOTHING


class Metadata(msgspec.Struct, frozen=True):
    """Which of our numbers it is about."""

    phone_number_id: Loose = None


class Value(msgspec.Struct, frozen=True):
    """A change's content: any mix of lists, each element an event of its own."""

    metadata: Metadata | None = None
    contacts: Several = None
    messages: Several = None
    statuses: Several = None
    message_echoes: Several = None
    calls: Several = None
    user_preferences: Several = None
    user_id_update: Several = None
    errors: Several = None


class Cut(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event as we keep it in the inbox: the provider's own JSON of it, with what it needs from the levels above."""

    field: str
    group: str
    event: Raw
    contact: Raw = NOTHING


class Ids(msgspec.Struct, frozen=True):
    """What an event's key and order are made from, whatever its kind."""

    id: Loose = None
    from_: Loose = msgspec.field(default=None, name="from")
    from_user_id: Loose = None
    to: Loose = None
    to_user_id: Loose = None
    status: Loose = None
    event: Loose = None
    recipient_id: Loose = None
    recipient_user_id: Loose = None
    recipient_participant_id: Loose = None
    recipient_participant_user_id: Loose = None
    wa_id: Loose = None
    errors: tuple[GraphError, ...] = ()


class Profile(msgspec.Struct, frozen=True):
    """How a guest calls themselves."""

    name: Loose = None
    username: Loose = None


class Contact(msgspec.Struct, frozen=True):
    """Who wrote. Since usernames came, either of the two ids may be missing."""

    profile: Profile | None = None
    wa_id: Loose = None
    user_id: Loose = None
    parent_user_id: Loose = None


class Context(msgspec.Struct, frozen=True):
    """What a message answers, or that it was passed on."""

    id: Loose = None
    forwarded: Loose = None
    frequently_forwarded: Loose = None


class Referral(msgspec.Struct, frozen=True):
    """The advertisement that the guest came from."""

    source_id: Loose = None
    source_url: Loose = None
    ctwa_clid: Loose = None


class Message(msgspec.Struct, frozen=True):
    """A message or an echo; its content stands under the name that `type` gives."""

    id: Loose = None
    from_: Loose = msgspec.field(default=None, name="from")
    from_user_id: Loose = None
    from_parent_user_id: Loose = None
    to: Loose = None
    to_user_id: Loose = None
    group_id: Loose = None
    timestamp: Loose = None
    type: Loose = None
    context: Raw = NOTHING
    referral: Raw = NOTHING
    errors: Raw = NOTHING
    text: Raw = NOTHING
    image: Raw = NOTHING
    audio: Raw = NOTHING
    voice: Raw = NOTHING
    video: Raw = NOTHING
    document: Raw = NOTHING
    sticker: Raw = NOTHING
    location: Raw = NOTHING
    contacts: Raw = NOTHING
    order: Raw = NOTHING
    reaction: Raw = NOTHING
    button: Raw = NOTHING
    interactive: Raw = NOTHING
    system: Raw = NOTHING
    edit: Raw = NOTHING
    revoke: Raw = NOTHING


class TextBody(msgspec.Struct, frozen=True):
    """Words."""

    body: Loose = None


class MediaBody(msgspec.Struct, frozen=True):
    """A file, to be fetched by its id within a week."""

    id: Loose = None
    mime_type: Loose = None
    caption: Loose = None
    filename: Loose = None
    url: Loose = None
    voice: Loose = None


class LocationBody(msgspec.Struct, frozen=True):
    """A place."""

    latitude: Loose = None
    longitude: Loose = None
    name: Loose = None
    address: Loose = None


class CardName(msgspec.Struct, frozen=True):
    """A contact's name."""

    formatted_name: Loose = None
    first_name: Loose = None


class CardPhone(msgspec.Struct, frozen=True):
    """A contact's phone."""

    phone: Loose = None


class CardEmail(msgspec.Struct, frozen=True):
    """A contact's mail address."""

    email: Loose = None


class CardBody(msgspec.Struct, frozen=True):
    """A contact that was shared."""

    name: CardName | None = None
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[CardEmail, ...] = ()


class OrderItem(msgspec.Struct, frozen=True):
    """So many of one thing."""

    product_retailer_id: Loose = None
    quantity: Loose = None


class OrderBody(msgspec.Struct, frozen=True):
    """A basket."""

    text: Loose = None
    product_items: tuple[OrderItem, ...] = ()


class ReactionBody(msgspec.Struct, frozen=True):
    """An emoji on a message; taken away when it is empty or missing."""

    message_id: Loose = None
    emoji: Loose = None


class ButtonBody(msgspec.Struct, frozen=True):
    """A template's quick reply that was tapped."""

    payload: Loose = None
    text: Loose = None


class Reply(msgspec.Struct, frozen=True):
    """A button or list row that was tapped."""

    id: Loose = None
    title: Loose = None


class FlowReply(msgspec.Struct, frozen=True):
    """A form that was filled in; `response_json` is text that need not hold an object."""

    name: Loose = None
    response_json: Loose = None


class InteractiveBody(msgspec.Struct, frozen=True):
    """What was tapped or filled in."""

    type: Loose = None
    button_reply: Reply | None = None
    list_reply: Reply | None = None
    nfm_reply: FlowReply | None = None


class SystemBody(msgspec.Struct, frozen=True):
    """WhatsApp speaking about the guest's account."""

    type: Loose = None
    wa_id: Loose = None
    user_id: Loose = None


class EditBody(msgspec.Struct, frozen=True):
    """A message as it reads now."""

    original_message_id: Loose = None
    message: Message | None = None


class RevokeBody(msgspec.Struct, frozen=True):
    """A message taken back."""

    original_message_id: Loose = None


class StatusBody(msgspec.Struct, frozen=True):
    """What became of a message of ours, or of a call."""

    id: Loose = None
    type: Loose = None
    status: Loose = None
    timestamp: Loose = None
    recipient_id: Loose = None
    recipient_user_id: Loose = None
    biz_opaque_callback_data: Loose = None
    errors: tuple[GraphError, ...] = ()


class CallBody(msgspec.Struct, frozen=True):
    """A call over WhatsApp."""

    id: Loose = None
    event: Loose = None
    status: Loose = None
    direction: Loose = None
    from_: Loose = msgspec.field(default=None, name="from")


class PreferenceBody(msgspec.Struct, frozen=True):
    """A guest's wish about marketing."""

    wa_id: Loose = None
    user_id: Loose = None
    value: Loose = None
    timestamp: Loose = None


class IdChange(msgspec.Struct, frozen=True):
    """An id before and after."""

    previous: Loose = None
    current: Loose = None


class IdUpdateBody(msgspec.Struct, frozen=True):
    """A guest's business-scoped id that changed."""

    wa_id: Loose = None
    user_id: IdChange | None = None
    timestamp: Loose = None


class BanInfo(msgspec.Struct, frozen=True):
    """Whether the account is shut or open again."""

    waba_ban_state: Loose = None


class AccountBody(msgspec.Struct, frozen=True):
    """News about the account or a template."""

    event: Loose = None
    ban_info: BanInfo | None = None
    message_template_name: Loose = None
    message_template_language: Loose = None
    new_category: Loose = None
    new_quality_score: Loose = None
    reason: Loose = None


class SentMessage(msgspec.Struct, frozen=True):
    """The id under which statuses will come."""

    id: Loose = None


class SentContact(msgspec.Struct, frozen=True):
    """How WhatsApp spells whom we wrote to."""

    wa_id: Loose = None
    user_id: Loose = None


class Accepted(msgspec.Struct, frozen=True):
    """A call that was taken."""

    messages: tuple[SentMessage, ...] = ()
    contacts: tuple[SentContact, ...] = ()
    success: Loose = None


class Located(msgspec.Struct, frozen=True):
    """Where a file lies for the next five minutes."""

    url: Loose = None
    mime_type: Loose = None
