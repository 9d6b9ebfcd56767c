"""Telling a person something, wherever they are, once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from saveit.advisors import Line
from saveit.consumers.notices import store
from saveit.consumers.notices.composing import compose_chat, compose_letter
from saveit.consumers.notices.model import (
    KINDS,
    Language,
    NoticeKind,
    NoticeKindUnknown,
    Papers,
    Template,
    Told,
)
from saveit.consumers.notices.store import TemplateRow
from saveit.consumers.notices.words import DEFAULTS, check_template
from saveit.conversations import Conversation, of_person, open_conversation, plan
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId, TenantId, new_id
from saveit.messages import Address, Can, Channel, Part, UnifiedResponse, fit

# A guest who wrote so lately is talking with us; the dialogue has answered, and only what it cannot give is added.
_TALKING = timedelta(minutes=10)
# Web chat reaches whoever still has the page open, or comes back to it the same day.
_SESSION_LASTS = timedelta(hours=24)
_WORTH_SENDING = timedelta(hours=24)
_SAID_BY_THE_DIALOGUE = frozenset({"pending", "changed", "cancelled"})
_BULK = frozenset({"reminder", "no_show"})


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to tell: a person, and the addresses that they left with the reservation."""

    person_id: UUID | None
    email: str | None
    phone: str | None

    def __repr__(self) -> str:
        """Say nothing personal."""
        return "Recipient(***)"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice follows from."""

    tenant_id: TenantId
    restaurant_id: RestaurantId
    subject_id: UUID
    fact_id: UUID


class _Way(msgspec.Struct, frozen=True):
    """One conversation, and what is to be said in it."""

    conversation: Conversation
    parts: tuple[Part, ...]


async def notify_person(  # noqa: PLR0913 - who is told what, of what, in whose words, and by which ways.
    tx: Transaction,
    sealer: Sealer,
    recipient: Recipient,
    told: Told,
    *,
    about: About,
    templates: Mapping[str, Template],
    papers: Papers | None,
    channels: Mapping[str, Channel],
    lines: Sequence[Line],
    now: datetime,
) -> int:
    """Plan a notice in every conversation that a person has open, and by mail; return through how many. A fact is told of once.

    In the ledger's transaction. Where nothing else reaches the person, an SMS does. Each message names the notice, so that there is a
    record of each.
    """
    ways = await _ways(
        tx,
        sealer,
        recipient,
        told,
        templates=templates,
        papers=papers,
        channels=channels,
        lines=lines,
        now=now,
    )
    notice_id = new_id(now)
    fresh = await store.keep_notice(
        tx,
        about.tenant_id,
        notice_id=notice_id,
        fact_id=about.fact_id,
        kind=told.kind,
        restaurant_id=about.restaurant_id,
        subject_id=about.subject_id,
        person_id=recipient.person_id,
        reached=len(ways),
        now=now,
    )
    if not fresh:
        return 0
    for way in ways:
        await plan(
            tx,
            sealer,
            way.conversation,
            way.parts,
            author="system",
            now=now,
            priority=1 if told.kind in _BULK else 0,
            expires_at=_expiry(told, now),
            notice_id=notice_id,
        )
    return len(ways)


def template_for(kind: NoticeKind, language: Language, own: Template | None) -> Template:
    """Return the restaurant's words, or ours."""
    return own or DEFAULTS[kind, language]


async def set_template(
    tx: Transaction,
    restaurant_id: RestaurantId,
    kind: str,
    template: Template,
    *,
    language: Language,
    channel: str = "",
    now: datetime,
) -> TemplateRow:
    """Let a restaurant say it in its own words, on all channels or on one. Refuses: NoticeKindUnknown, TemplateInvalid."""
    known = known_kind(kind)
    return await store.save_template(
        tx, restaurant_id, known, check_template(template), language=language, channel=channel, now=now
    )


async def reset_template(
    tx: Transaction, restaurant_id: RestaurantId, kind: str, *, language: Language, channel: str = ""
) -> bool:
    """Go back to our words, or for one channel to those for all; False when they were so already. Refuses: NoticeKindUnknown."""
    known = known_kind(kind)
    return await store.remove_template(tx, restaurant_id, known, language=language, channel=channel) > 0


def preview(told: Told, template: Template, papers: Papers | None) -> tuple[UnifiedResponse, UnifiedResponse]:
    """Return a notice as a chat and as a mail would have it. Refuses: TemplateInvalid."""
    checked = check_template(template)
    return compose_chat(told, checked, papers), compose_letter(told, checked, papers)


def preview_on(
    told: Told, template: Template, papers: Papers | None, can: Can, *, window_open: bool = True
) -> tuple[Part, ...]:
    """Return the messages that a channel would be given; none where it can carry none. Refuses: TemplateInvalid."""
    return fit(_response(told, check_template(template), papers, can), can, window_open=window_open)


def known_kind(kind: str) -> NoticeKind:
    """Return the kind. Refuses: NoticeKindUnknown."""
    for each in KINDS:
        if each == kind:
            return each
    raise NoticeKindUnknown(kind=kind, known=list(KINDS))


async def _ways(  # noqa: PLR0913 - as its caller.
    tx: Transaction,
    sealer: Sealer,
    recipient: Recipient,
    told: Told,
    *,
    templates: Mapping[str, Template],
    papers: Papers | None,
    channels: Mapping[str, Channel],
    lines: Sequence[Line],
    now: datetime,
) -> list[_Way]:
    talking = [] if recipient.person_id is None else await of_person(tx, sealer, recipient.person_id)
    by_mail = _line(lines, ("email_ses", "email_smtp"))
    if by_mail is not None and recipient.email is not None:
        # One mail, from the house's own mailbox, wherever the person may have written to before.
        talking = [each for each in talking if channels[each.channel].can.shape != "letter"]
        talking.append(
            await _conversation(
                tx, sealer, by_mail, Address("email", recipient.email), recipient, told=told, now=now
            )
        )
    if papers is not None and papers.draw is not None and any(_is_letter(each, channels) for each in talking):
        papers = await papers.draw()
    ways = [
        way for each in talking if (way := _way(each, told, templates, papers, channels=channels, now=now))
    ]
    by_text = _line(lines, ("sms_twilio", "sms_aws"))
    if not ways and by_text is not None and recipient.phone is not None:
        conversation = await _conversation(
            tx, sealer, by_text, Address("phone", recipient.phone), recipient, told=told, now=now
        )
        way = _way(conversation, told, templates, papers, channels=channels, now=now)
        ways = [] if way is None else [way]
    return ways


def _is_letter(conversation: Conversation, channels: Mapping[str, Channel]) -> bool:
    channel = channels.get(conversation.channel)
    return channel is not None and channel.can.shape == "letter"


def _way(
    conversation: Conversation,
    told: Told,
    templates: Mapping[str, Template],
    papers: Papers | None,
    *,
    channels: Mapping[str, Channel],
    now: datetime,
) -> _Way | None:
    """Return what is said in a conversation, or None where nothing can be, or it has been said."""
    channel = channels.get(conversation.channel)
    if channel is None or channel.can.reply != "later":
        return None
    silence = None if conversation.last_inbound_at is None else now - conversation.last_inbound_at
    if conversation.channel == "webchat" and (silence is None or silence > _SESSION_LASTS):
        return None
    is_talking = silence is not None and silence < _TALKING and channel.can.shape == "chat"
    if is_talking and told.kind in _SAID_BY_THE_DIALOGUE:
        return None
    if is_talking and told.kind == "confirmed":
        told = msgspec.structs.replace(told, kind="pass")
    template = templates.get(template_key(told.kind, conversation.channel)) or templates[told.kind]
    window = channel.can.reply_window
    window_open = window is None or (silence is not None and silence < window)
    parts = fit(_response(told, template, papers, channel.can), channel.can, window_open=window_open)
    return _Way(conversation, parts) if parts else None


def template_key(kind: NoticeKind, channel: str) -> str:
    """Return where among templates the words for one channel stand."""
    return f"{kind}:{channel}"


def _response(told: Told, template: Template, papers: Papers | None, can: Can) -> UnifiedResponse:
    if can.shape == "letter":
        return compose_letter(told, template, papers)
    tappable = can.buttons is not None or can.quick_replies is not None or can.menu is not None
    return compose_chat(told, template, papers, with_buttons=tappable)


async def _conversation(  # noqa: PLR0917 - who is reached where.
    tx: Transaction,
    sealer: Sealer,
    line: Line,
    address: Address,
    recipient: Recipient,
    *,
    told: Told,
    now: datetime,
) -> Conversation:
    # A mail address that was merely written down is no proof of who reads there: it is told, and linked to nobody.
    person_id = recipient.person_id if address.kind == "phone" else None
    return await open_conversation(
        tx,
        sealer,
        line_id=line.id,
        channel=line.channel,
        address=address,
        now=now,
        person_id=person_id,
        advisor_id=line.advisor_id,
        language=told.language,
    )


def _line(lines: Sequence[Line], channels: tuple[str, ...]) -> Line | None:
    return next((line for channel in channels for line in lines if line.channel == channel), None)


def _expiry(told: Told, now: datetime) -> datetime:
    """Return until when it is worth telling: a reminder until the party comes, an offer until it ends."""
    latest = now + _WORTH_SENDING
    if told.until is not None:
        latest = min(latest, told.until)
    if told.kind == "reminder":
        latest = min(latest, told.starts_at)
    return max(latest, now + timedelta(minutes=1))
