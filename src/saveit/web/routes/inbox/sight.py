"""Whose conversations a caller sees, and conversations as they are answered.

An advisor sees those of their own lines, whoever runs a restaurant those of its lines and of its advisors, a host those of its lines. The
transaction is told so, and row-level security holds it: what is asked beyond that is as if it were not there.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from saveit.access import Permission, find_user
from saveit.advisors import Line, advisor_of_user, list_lines
from saveit.conversations import (
    Conversation,
    ConversationUnknown,
    InboxFilter,
    InboxRow,
    Said,
    act_for_advisor,
    address_of,
    find_conversation,
    find_in_inbox,
    list_inbox,
    messages_by_id,
)
from saveit.guests import booked_names, family_of, find_people, find_person, in_book
from saveit.kernel.db import Transaction
from saveit.kernel.ids import AdvisorId, LineId, PersonId, RestaurantId, UserId
from saveit.messages import Can
from saveit.web.edge import Call
from saveit.web.problems import PersonUnknown
from saveit.web.reach import sees_advisors, sees_house
from saveit.web.wire.inbox import (
    Answering,
    ConversationAnswer,
    MessageAnswer,
    StaffAnswer,
    WindowAnswer,
)

_NOBODYS: Final = UUID(int=0)
_PAGES_MAX: Final = 10
# Delivery keeps a minute of every window for the way there.
_FOR_THE_WAY: Final = timedelta(minutes=1)


class Sight(Struct, frozen=True):
    """The lines whose conversations a caller sees; `advisor_id` is set where they see one advisor's only."""

    lines: Mapping[LineId, Line]
    advisor_id: AdvisorId | None

    @property
    def line_ids(self) -> tuple[UUID, ...]:
        """The ids of the lines."""
        return tuple(self.lines)


async def sight_of(call: Call, tx: Transaction, permission: Permission) -> Sight:
    """Return what the caller sees, and let the transaction see no more. Refuses: Unauthenticated, Forbidden."""
    call.require_somewhere(permission)
    principal = call.principal
    lines = await _all_lines(tx)
    if principal.kind != "staff" or principal.id is None:
        mine = principal.restaurants
        return Sight({line.id: line for line in lines if mine is None or line.restaurant_id in mine}, None)
    theirs = {
        line.id: line
        for line in lines
        if line.restaurant_id is None or principal.permits(permission, line.restaurant_id)
    }
    if sees_advisors(principal, permission):
        return Sight(theirs, None)
    own = await advisor_of_user(tx, UserId(principal.id))
    if own is not None or not sees_house(principal, permission):
        await act_for_advisor(tx, own or _NOBODYS)
        return Sight({line.id: line for line in lines if own is not None and line.advisor_id == own}, own)
    await act_for_advisor(tx, None)
    return Sight({each: line for each, line in theirs.items() if line.advisor_id is None}, None)


async def conversation_in(tx: Transaction, sight: Sight, conversation_id: UUID) -> InboxRow:
    """Return a conversation that is in sight. Refuses: ConversationUnknown."""
    row = await find_in_inbox(tx, conversation_id)
    if row is None or row.line_id not in sight.lines:
        raise ConversationUnknown(conversation_id=str(conversation_id))
    return row


async def opened_conversation(call: Call, tx: Transaction, row: InboxRow) -> Conversation:
    """Return a conversation that is in sight, to act in."""
    found = await find_conversation(tx, await call.sealer(tx), row.conversation_id)
    assert found is not None, "conversations are never removed"
    return found


async def require_person(
    call: Call, tx: Transaction, person_id: PersonId, sight: Sight
) -> tuple[PersonId, ...]:
    """Return all who are one with a person whom the caller may know: from a conversation in sight, or from a book of theirs.

    Refuses: PersonUnknown.
    """
    unknown = PersonUnknown(user_id=str(person_id))
    if await find_person(tx, await call.sealer(tx), person_id) is None:
        raise unknown
    family = await family_of(tx, person_id)
    if call.principal.restaurants is None:
        return family
    if await list_inbox(tx, InboxFilter(line_ids=sight.line_ids, person_ids=family), rows_max=1):
        return family
    for restaurant_id in call.principal.restaurants:
        if call.principal.permits("guests:read", restaurant_id) and await in_book(tx, restaurant_id, family):
            return family
    raise unknown


def _books(call: Call) -> list[RestaurantId] | None:
    """Return in which restaurants' books the caller may read names; None is in all."""
    mine = call.principal.restaurants
    return None if mine is None else [each for each in mine if call.principal.permits("guests:read", each)]


async def shown_conversations(
    call: Call, tx: Transaction, sight: Sight, rows: Sequence[InboxRow]
) -> list[ConversationAnswer]:
    """Return conversations as they are answered."""
    sealer = await call.sealer(tx)
    person_ids = [PersonId(row.person_id) for row in rows if row.person_id is not None]
    people = await find_people(tx, sealer, person_ids)
    # Who wrote nothing of themselves may have booked: by a form, or by somebody of the house.
    unnamed = [each for each in person_ids if (known := people.get(each)) is None or known.name is None]
    booked = await booked_names(tx, sealer, unnamed, _books(call)) if unnamed else {}
    last_ids = [row.last_message_id for row in rows if row.last_message_id is not None]
    last = await messages_by_id(tx, sealer, last_ids) if last_ids else {}
    authors = [said.author_id for said in last.values()]
    staff = await staff_named(call, tx, [*(row.taken_by for row in rows), *authors])
    shown: list[ConversationAnswer] = []
    for row in rows:
        person = None if row.person_id is None else people.get(PersonId(row.person_id))
        said = None if row.last_message_id is None else last.get(row.last_message_id)
        shown.append(
            ConversationAnswer(
                id=row.conversation_id,
                channel=row.channel,
                line_id=LineId(row.line_id),
                restaurant_id=sight.lines[LineId(row.line_id)].restaurant_id,
                advisor_id=None if row.advisor_id is None else AdvisorId(row.advisor_id),
                person_id=None if row.person_id is None else PersonId(row.person_id),
                name=(None if person is None else person.name)
                or (None if row.person_id is None else booked.get(PersonId(row.person_id))),
                address=address_of(row, sealer).value,
                language="en" if row.language == "en" else "es",
                status="closed" if row.status == "closed" else "open",
                answering=_answering(row),
                needs_human=_needs_human(row),
                handed_over_at=row.handed_over_at,
                handed_over_why=row.handed_over_why,
                taken_at=row.taken_at,
                taken_by=None if row.taken_by is None else staff.get(row.taken_by),
                unread=row.unread,
                seq=row.seq,
                ai_epoch=row.ai_epoch,
                last_message=None if said is None else shown_message(said, staff),
                opened_at=row.opened_at,
                closed_at=row.closed_at,
                last_inbound_at=row.last_inbound_at,
                window=window_of(call, row),
            )
        )
    return shown


def shown_message(said: Said, staff: Mapping[UUID, StaffAnswer]) -> MessageAnswer:
    """Return a message as it is answered."""
    return MessageAnswer(
        id=said.id,
        conversation_id=said.conversation_id,
        line_id=LineId(said.line_id),
        channel=said.channel,
        seq=said.seq,
        direction=said.direction,
        author=said.author,
        author_user=None if said.author_id is None else staff.get(said.author_id),
        kind=said.kind,
        text=said.text,
        choices=said.choices,
        attachments=said.attachments,
        status=said.status,
        error=said.error,
        at=said.at,
        status_at=said.status_at,
    )


async def shown_messages(call: Call, tx: Transaction, found: Sequence[Said]) -> list[MessageAnswer]:
    """Return messages as they are answered."""
    staff = await staff_named(call, tx, [said.author_id for said in found])
    return [shown_message(said, staff) for said in found]


async def staff_named(
    call: Call, tx: Transaction, user_ids: Sequence[UUID | None]
) -> dict[UUID, StaffAnswer]:
    """Return members of staff by their ids; a program is nobody."""
    sealer = await call.sealer(tx)
    named: dict[UUID, StaffAnswer] = {}
    for user_id in sorted({each for each in user_ids if each is not None}):
        user = await find_user(tx, UserId(user_id), sealer)
        if user is not None:
            named[user_id] = StaffAnswer(user.id, user.name)
    return named


def window_of(call: Call, row: InboxRow) -> WindowAnswer:
    """Return until when a person may write freely."""
    channel = call.parts.gateway.channels.get(row.channel)
    if channel is None or channel.can.reply != "later":
        return WindowAnswer(open=False, closes_at=None)
    lasts = window_lasts(channel.can)
    if lasts is None:
        return WindowAnswer(open=True, closes_at=None)
    closes_at = None if row.last_inbound_at is None else row.last_inbound_at + lasts - _FOR_THE_WAY
    return WindowAnswer(open=closes_at is not None and call.now < closes_at, closes_at=closes_at)


def window_lasts(can: Can) -> timedelta | None:
    """Return for how long after the guest's last word a person may write freely; None is without limit."""
    return None if can.reply_window is None else max(can.reply_window, can.human_window or can.reply_window)


def restaurants_of(sight: Sight, restaurant_id: RestaurantId | None) -> tuple[UUID, ...]:
    """Return the lines at which a restaurant's guests write: its own, and those of several; all without one."""
    if restaurant_id is None:
        return sight.line_ids
    return tuple(
        line.id
        for line in sight.lines.values()
        if line.restaurant_id is None or line.restaurant_id == restaurant_id
    )


def _answering(row: InboxRow) -> Answering:
    if row.ai_attention:
        return "bot"
    return "nobody" if row.taken_at is None else "human"


def _needs_human(row: InboxRow) -> bool:
    return row.status == "open" and row.handed_over_at is not None and row.taken_at is None


async def _all_lines(tx: Transaction) -> list[Line]:
    found: list[Line] = []
    for _ in range(_PAGES_MAX):
        page = await list_lines(tx, after=found[-1].id if found else None)
        found += page
        if not page:
            break
    return found
