"""From WhatsApp's events to ours: first cut apart with line and key, later read one by one."""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Raw

from saveit.channels.families.meta import Entry, GraphError, Hook, meta_failure
from saveit.channels.families.reading import (
    NOTHING,
    Several,
    decoded,
    digest,
    instant,
    meaning,
    unreadable,
    word,
    words,
)
from saveit.channels.whatsapp_meta.contents import content_of
from saveit.channels.whatsapp_meta.errors import FAILURES
from saveit.channels.whatsapp_meta.wire import (
    AccountBody,
    CallBody,
    Change,
    Contact,
    Context,
    Cut,
    Ids,
    IdUpdateBody,
    Message,
    PreferenceBody,
    Referral,
    StatusBody,
    SystemBody,
    Value,
)
from saveit.messages import (
    NOBODY,
    AccountEvent,
    Address,
    CallEvent,
    CallPhase,
    Echo,
    Envelope,
    Failure,
    IdentityChanged,
    Ignored,
    Inbound,
    LineKey,
    OptIn,
    OptOut,
    Refused,
    Sender,
    Status,
    StatusState,
    TemplateEvent,
    UnifiedMessage,
)

_PRODUCT = "whatsapp_business_account"
_PHONE = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
# The five that say something about a message of ours; "deleted" and "warning" do not.
_STATES: dict[str, StatusState] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "played",
    "failed": "failed",
}
_CALL_PHASES: dict[str, CallPhase] = {"connect": "started", "terminate": "ended"}
# After these nothing can be sent until a person acts.
_SHUTTING = frozenset(
    {
        "ACCOUNT_DELETED",
        "ACCOUNT_OFFBOARDED",
        "ACCOUNT_RESTRICTION",
        "DISABLED_UPDATE",
        "PARTNER_APP_UNINSTALLED",
        "PARTNER_REMOVED",
    }
)
_IDS_OF_ONE = 2
_TEMPLATE_FIELD = re.compile(r"(?:message_)?template_(.+)")
_encoder = msgspec.json.Encoder()


def cut_apart(body: bytes) -> tuple[Envelope, ...]:
    """Cut a webhook into its events. Any of the four levels of lists may hold many, none, or rubbish."""
    hook = decoded(body, Hook)
    if hook is None or word(hook.object) != _PRODUCT:
        return (unreadable(body),)
    found: list[Envelope] = []
    for raw_entry in hook.entry or ():
        entry = decoded(raw_entry, Entry)
        if entry is None:
            found.append(unreadable(bytes(raw_entry)))
            continue
        for raw_change in entry.changes or ():
            found += _of_change(entry, raw_change)
    return tuple(found) or (unreadable(body),)


def parse(envelope: Envelope) -> tuple[Inbound, ...]:
    """Read one event that `cut_apart` made."""
    cut = decoded(envelope.body, Cut)
    if cut is None:
        return (Ignored(kind="whatsapp", why="unreadable"),)
    contact = decoded(cut.contact, Contact)
    match cut.group:
        case "messages":
            read = _message(cut.event, contact)
        case "message_echoes":
            read = _echo(cut.event)
        case "statuses":
            read = _status(cut.event)
        case "calls":
            read = _call(cut.event)
        case "user_preferences":
            read = _preference(cut.event)
        case "user_id_update":
            read = _id_update(cut.event)
        case "errors":
            read = _error(cut.event)
        case _:
            read = _account(cut.field, cut.event)
    return (read or Ignored(kind=cut.group, why="unreadable"),)


def _of_change(entry: Entry, raw_change: Raw) -> Iterator[Envelope]:
    change = decoded(raw_change, Change)
    value = None if change is None else decoded(change.value, Value)
    if change is None or value is None:
        yield unreadable(bytes(raw_change))
        return
    field = word(change.field)
    account = word(entry.id)
    metadata = value.metadata
    phone_number_id = "" if metadata is None else word(metadata.phone_number_id)
    # Without the number nobody knows whose guest this is; the account alone must not decide.
    line = LineKey(account, phone_number_id) if phone_number_id else NOBODY
    groups: tuple[tuple[str, Several], ...] = (
        ("messages", value.messages),
        ("message_echoes", value.message_echoes),
        ("statuses", value.statuses),
        ("calls", value.calls),
        ("user_preferences", value.user_preferences),
        ("user_id_update", value.user_id_update),
        ("errors", value.errors),
    )
    some = False
    contacts = _by_id(value.contacts)
    for group, events in groups:
        for event in events or ():
            some = True
            yield _envelope(line, field, group=group, event=event, contacts=contacts)
    if not some:
        at = word(entry.time).encode()
        yield Envelope(
            line=LineKey(account, phone_number_id),
            event_key=digest(at, meaning(raw_change)),
            sender="",
            body=_encoder.encode(Cut(field=field, group="account", event=change.value)),
        )


def _envelope(line: LineKey, field: str, *, group: str, event: Raw, contacts: dict[str, Raw]) -> Envelope:
    ids = decoded(event, Ids) or Ids()
    contact = _contact_of(ids, contacts)
    return Envelope(
        line=line,
        event_key=_key(group, ids) or digest(meaning(event)),
        sender=_sender_of(group, ids, contact),
        body=_encoder.encode(Cut(field=field, group=group, event=event, contact=contact)),
    )


def _key(group: str, ids: Ids) -> str:
    """Return the event's key, empty where its id is missing. A status is another event each time its state changes."""
    if not (found := word(ids.id)):
        return ""
    match group:
        case "messages":
            return f"message:{found}"
        case "message_echoes":
            return f"echo:{found}"
        case "calls":
            return f"call:{found}:{word(ids.event)}"
        case "statuses":
            code = word(ids.errors[0].code) if ids.errors else ""
            member = word(ids.recipient_participant_id) or word(ids.recipient_participant_user_id)
            return ":".join(filter(None, ("status", found, word(ids.status), code, member)))
        case _:
            return ""


def _sender_of(group: str, ids: Ids, raw_contact: Raw) -> str:
    contact = decoded(raw_contact, Contact) or Contact()
    match group:
        case "message_echoes":
            return word(ids.to) or word(ids.to_user_id)
        case "statuses":
            return word(ids.recipient_id) or word(ids.recipient_user_id)
        case _:
            return (
                word(ids.from_)
                or word(ids.from_user_id)
                or word(ids.wa_id)
                or word(contact.wa_id)
                or word(contact.user_id)
            )


def _by_id(contacts: Several) -> dict[str, Raw]:
    """Return a change's contacts under each of their ids, read once: a batch lists up to a thousand, in no promised order."""
    found: dict[str, Raw] = {}
    for raw in contacts or ():
        contact = decoded(raw, Contact) or Contact()
        found |= dict.fromkeys((word(contact.wa_id), word(contact.user_id)), raw)
    return found


def _contact_of(ids: Ids, contacts: dict[str, Raw]) -> Raw:
    """Return the contact of an event; a lone one is meant even where no id says so."""
    own = (ids.from_, ids.from_user_id, ids.recipient_id, ids.recipient_user_id)
    known = next((contacts[found] for each in own if (found := word(each)) and found in contacts), None)
    if known is not None:
        return known
    # One contact has two ids at most.
    alone = list(contacts.values()) if len(contacts) <= _IDS_OF_ONE else []
    return alone[0] if alone and alone[0] == alone[-1] else NOTHING


def _address(value: str) -> Address:
    """Return the address: a phone where it is one, or else a business-scoped id, which may turn up in a phone's place."""
    kind: Literal["phone", "user_id"] = "phone" if _PHONE.fullmatch(value) else "user_id"
    return Address(kind, value, verified=kind == "phone")


def _addresses(*values: str) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(_address(value) for value in values if value))


def _sender(message: Message, contact: Contact | None) -> Sender | None:
    """Return who wrote, under every id told; the phone is the reply's target where there is one. None when nobody is named."""
    known = contact or Contact()
    found = _addresses(
        word(message.from_),
        word(known.wa_id),
        word(message.from_user_id),
        word(known.user_id),
        word(message.from_parent_user_id),
        word(known.parent_user_id),
    )
    if not found:
        return None
    profile = known.profile
    return Sender(
        address=found[0],
        others=found[1:],
        name=(words(profile.name) or None) if profile else None,
        username=(word(profile.username) or None) if profile else None,
    )


def _message(event: Raw, contact: Contact | None) -> Inbound | None:
    message = decoded(event, Message)
    if message is None:
        return None
    kind = word(message.type)
    if kind == "system":
        return _system(message)
    sender = _sender(message, contact)
    if sender is None:
        return Ignored(kind=kind or "message", why="incomplete")
    content = content_of(message)
    if isinstance(content, Ignored):
        return content
    context = decoded(message.context, Context) or Context()
    referral = decoded(message.referral, Referral)
    return UnifiedMessage(
        # Without an id it cannot be told from its own copy; its content still deserves an answer.
        channel_message_id=word(message.id) or digest(meaning(event)),
        sender=sender,
        content=content,
        sent_at=instant(message.timestamp),
        replies_to=word(context.id) or None,
        group=word(message.group_id) or None,
        forwarded=context.forwarded is True or context.frequently_forwarded is True,
        referral=None if referral is None else word(referral.ctwa_clid) or word(referral.source_id) or None,
    )


def _system(message: Message) -> Inbound:
    body = decoded(message.system, SystemBody) or SystemBody()
    kind = word(body.type)
    before = word(message.from_) or word(message.from_user_id)
    after = word(body.wa_id) or word(body.user_id) or before
    if not after:
        return Ignored(kind=kind or "system", why="incomplete")
    return IdentityChanged(
        old=_address(before) if before and before != after else None,
        new=_address(after),
        why=kind or "system",
        at=instant(message.timestamp),
    )


def _echo(event: Raw) -> Inbound | None:
    message = decoded(event, Message)
    if message is None:
        return None
    recipients = _addresses(word(message.to), word(message.to_user_id))
    content = content_of(message)
    if isinstance(content, Ignored):
        return content
    if not recipients:
        return Ignored(kind="message_echoes", why="incomplete")
    return Echo(
        channel_message_id=word(message.id) or digest(meaning(event)),
        recipient=recipients[0],
        content=content,
        sent_at=instant(message.timestamp),
        by_phone_app=True,
    )


def _status(event: Raw) -> Inbound | None:
    status = decoded(event, StatusBody)
    if status is None:
        return None
    told, message_id = word(status.status), word(status.id)
    if word(status.type) == "call":
        return CallEvent(call_id=message_id, phase="progress", detail=told)
    state = _STATES.get(told)
    if state is None or not message_id:
        return Ignored(kind=f"status {told}", why="incomplete" if state else "unknown_kind")
    recipients = _addresses(word(status.recipient_id), word(status.recipient_user_id))
    return Status(
        channel_message_id=message_id,
        state=state,
        at=instant(status.timestamp),
        recipient=recipients[0] if recipients else None,
        failure=_failure(status.errors) if state == "failed" else None,
        own_reference=word(status.biz_opaque_callback_data) or None,
    )


def _failure(errors: tuple[GraphError, ...]) -> Failure:
    """Return why a message failed: of a failed one it is certain that it was not delivered, so some are worth another try."""
    error = errors[0] if errors else GraphError()
    return meta_failure(error, FAILURES) or Refused("undeliverable", word(error.code), word(error.title))


def _call(event: Raw) -> Inbound | None:
    call = decoded(event, CallBody)
    if call is None:
        return None
    phase = _CALL_PHASES.get(word(call.event))
    if phase is None:
        return Ignored(kind=f"call {word(call.event)}", why="unknown_kind")
    incoming = word(call.direction) == "USER_INITIATED" and word(call.from_)
    return CallEvent(
        call_id=word(call.id),
        phase=phase,
        caller=Sender(address=_address(word(call.from_))) if incoming else None,
        detail=word(call.status),
    )


def _preference(event: Raw) -> Inbound | None:
    wish = decoded(event, PreferenceBody)
    addresses = () if wish is None else _addresses(word(wish.wa_id), word(wish.user_id))
    if wish is None or not addresses:
        return None
    told, at = word(wish.value), instant(wish.timestamp)
    if told == "stop":
        return OptOut(address=addresses[0], scope="marketing", why=told, at=at)
    if told in {"resume", "signup"}:
        return OptIn(address=addresses[0], scope="marketing", why=told, at=at)
    return Ignored(kind=f"preference {told}", why="unknown_kind")


def _id_update(event: Raw) -> Inbound | None:
    update = decoded(event, IdUpdateBody)
    if update is None or update.user_id is None or not word(update.user_id.current):
        return None
    before = word(update.user_id.previous)
    return IdentityChanged(
        old=_address(before) if before else None,
        new=_address(word(update.user_id.current)),
        why="user_id_update",
        at=instant(update.timestamp),
    )


def _error(event: Raw) -> Inbound | None:
    error = decoded(event, GraphError)
    if error is None:
        return None
    match meta_failure(error, FAILURES):
        case Refused(kind="stop_line"):
            stops = True
        case _:
            stops = False
    return AccountEvent(kind=f"error {word(error.code)}", detail=word(error.title), stops_line=stops)


def _account(field: str, event: Raw) -> Inbound | None:
    body = decoded(event, AccountBody)
    if body is None:
        return None
    told = word(body.event)
    about_template = _TEMPLATE_FIELD.fullmatch(field)
    if about_template is not None:
        return TemplateEvent(
            name=word(body.message_template_name),
            language=word(body.message_template_language),
            event=told or word(body.new_quality_score) or word(body.new_category) or about_template[1],
            reason=word(body.reason),
        )
    if not told:
        return Ignored(kind=field or "change", why="unknown_kind")
    reinstated = body.ban_info is not None and word(body.ban_info.waba_ban_state) == "REINSTATE"
    return AccountEvent(kind=told, detail=field, stops_line=told in _SHUTTING and not reinstated)
