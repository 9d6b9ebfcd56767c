"""Conversations: listed, read, taken, answered, handed back, closed."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, FromPath, FromQuery, QueryParameter

from saveit.advisors import Line
from saveit.consumers.notices import list_templates
from saveit.conversations import (
    FROM_THE_LATEST,
    Conversation,
    ConversationClosed,
    ConversationUnknown,
    InboxFilter,
    InboxRow,
    MediaMissing,
    MediaUnknown,
    answer,
    close,
    count_inbox,
    find_media,
    find_quick_answer,
    hand_back,
    last_heard,
    list_inbox,
    media_content,
    messages_by_id,
    messages_of,
    note_read,
    take,
    thread_of,
    unsettled_messages,
)
from saveit.guests import family_of, find_person, owners_of, search
from saveit.kernel.db import Transaction
from saveit.kernel.ids import PersonId, RestaurantId
from saveit.messages import Part, TemplateUse, UnifiedResponse, fit
from saveit.messages import Template as TemplatePart
from saveit.web.edge import Call
from saveit.web.problems import CannotBeSaid, PersonUnknown, ReplyWindowClosed, RequestInvalid, request_error
from saveit.web.routes.inbox.sight import (
    Sight,
    conversation_in,
    opened_conversation,
    require_person,
    restaurants_of,
    shown_conversations,
    shown_messages,
    sight_of,
    window_of,
)
from saveit.web.routes.shared import (
    PAGE_LENGTH,
    Calling,
    Cursor,
    PageLength,
    PathId,
    answered,
    cursor_of,
    place_of,
)
from saveit.web.wire.inbox import (
    ConversationAnswer,
    ConversationPage,
    MessagePage,
    PersonAnswer,
    ReadUpTo,
    ReplyAnswer,
    ReplyRequest,
    TakeOver,
    ThreadAnswer,
    UsableTemplate,
    UsableTemplates,
)

_TAKE = Example(value={"why": "staff"})
_READ = Example(value={"seq": 12})
_REPLY = Example(value={"text": "¡Hola! Soy Marta. Claro que sí, les guardamos la terraza."})
_FOUND_MAX = 50
_FILES_MAX = 30

Act = Callable[[Transaction, Conversation], Awaitable[None]]


@get("/conversations", summary="List conversations", tags=["Conversations"])
async def list_conversations(  # noqa: PLR0913 - each is a parameter of the address.
    call: Calling,
    *,
    restaurant_id: FromQuery[UUID | None] = None,
    status: FromQuery[Literal["open", "closed", "all"]] = "open",
    channel: FromQuery[str | None] = None,
    advisor_id: FromQuery[UUID | None] = None,
    needs_human: FromQuery[bool] = False,
    search_for: Annotated[
        str | None,
        QueryParameter(
            name="search", max_length=120, description="A phone, a mail, or the beginning of a name"
        ),
    ] = None,
    limit: PageLength = PAGE_LENGTH,
    cursor: Cursor = None,
) -> ConversationPage:
    """The latest word first; with `needs_human` those that the bot handed over and nobody has taken."""
    before = place_of(cursor, tuple[datetime, UUID], FROM_THE_LATEST)

    async def work(tx: Transaction) -> ConversationPage:
        sight = await sight_of(call, tx, "inbox:read")
        asked = None if restaurant_id is None else RestaurantId(restaurant_id)
        if asked is not None:
            call.require("inbox:read", asked)
        line_ids = restaurants_of(sight, asked)
        wanted = InboxFilter(
            line_ids=line_ids,
            status=None if status == "all" else status,
            channel=channel,
            advisor_id=advisor_id,
            person_ids=await _searched(call, tx, search_for, asked),
            needs_human=needs_human,
        )
        rows = await list_inbox(tx, wanted, before=before, rows_max=limit)
        more = cursor_of(rows[-1].last_at, rows[-1].conversation_id) if len(rows) == limit else None
        shown = await shown_conversations(call, tx, sight, rows)
        return ConversationPage(shown, await count_inbox(tx, line_ids), more)

    return await call.act(work)


async def _searched(
    call: Call, tx: Transaction, text: str | None, restaurant_id: RestaurantId | None
) -> tuple[UUID, ...] | None:
    """Return the people who are searched for in the caller's books, or None where nobody in particular is."""
    if not text or not text.strip():
        return None
    mine = call.principal.restaurants
    books = [restaurant_id] if restaurant_id is not None else sorted(mine or ())
    houses = [await call.desk.house(call.tenant_id, book) for book in books]
    sealer = await call.sealer(tx)
    # A guest who only ever wrote is in no book, and has an address all the same.
    owners = await owners_of(tx, sealer, text.strip(), houses[0].restaurant.region if houses else "")
    if owners:
        return tuple({member for owner in owners for member in await family_of(tx, owner)})
    found: list[UUID] = []
    for house in houses:
        region = house.restaurant.region
        people = await search(tx, sealer, house.restaurant_id, text, region=region, rows_max=_FOUND_MAX)
        found += [each.person_id for each in people]
    return tuple(found)


@get("/conversations/{conversation_id:uuid}", summary="Read a conversation", tags=["Conversations"])
async def read_conversation(call: Calling, conversation_id: PathId) -> ConversationAnswer:
    """Who answers in it, whether one may write freely, and its last words."""
    await call.settle_subject(conversation_id)

    async def work(tx: Transaction) -> ConversationAnswer:
        sight = await sight_of(call, tx, "inbox:read")
        row = await conversation_in(tx, sight, conversation_id)
        return await _shown(call, tx, sight, row)

    return await call.act(work)


@get(
    "/conversations/{conversation_id:uuid}/messages",
    summary="Read what was said in a conversation",
    tags=["Conversations"],
)
async def read_messages(
    call: Calling,
    conversation_id: PathId,
    *,
    before: Annotated[int | None, QueryParameter(ge=1, description="What precedes this number")] = None,
    after: Annotated[int | None, QueryParameter(ge=0, description="What follows this number")] = None,
    limit: PageLength = PAGE_LENGTH,
) -> MessagePage:
    """Oldest first; without a number the latest."""
    await call.settle_subject(conversation_id)

    async def work(tx: Transaction) -> MessagePage:
        sight = await sight_of(call, tx, "inbox:read")
        await conversation_in(tx, sight, conversation_id)
        sealer = await call.sealer(tx)
        found = await messages_of(tx, sealer, conversation_id, before=before, after=after, rows_max=limit + 1)
        more = len(found) > limit
        page = found[:limit] if after is not None else found[-limit:]
        return MessagePage(await shown_messages(call, tx, page), more)

    return await call.act(work)


@get(
    "/messages/{message_id:uuid}/media/{n:int}",
    summary="Read a file that a guest sent",
    tags=["Conversations"],
    media_type="application/octet-stream",
)
async def read_media(call: Calling, message_id: PathId, n: FromPath[int]) -> Response[bytes]:
    """The copy that was made when it came; files are counted from 1 and kept for ninety days. A browser saves it and runs nothing in it."""
    await call.settle_subject(message_id)

    async def work(tx: Transaction) -> tuple[str, bytes]:
        sight = await sight_of(call, tx, "inbox:read")
        unknown = MediaUnknown(message_id=str(message_id), n=n)
        row = await find_media(tx, message_id, n if 0 < n <= _FILES_MAX else 0)
        if row is None:
            raise unknown
        try:
            await conversation_in(tx, sight, row.conversation_id)
        except ConversationUnknown as hidden:
            raise unknown from hidden
        if row.content_sealed is None:
            raise MediaMissing(message_id=str(message_id), n=n, status=row.status)
        return row.media_type, media_content(await call.sealer(tx), row, message_id, n)

    media_type, content = await call.act(work)
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": f'attachment; filename="{message_id}-{n}"',
            "x-content-type-options": "nosniff",
            "content-security-policy": "sandbox; default-src 'none'",
            "cache-control": "private, max-age=3600",
        },
    )


@get(
    "/people/{person_id:uuid}/thread", summary="Read all that was said with a person", tags=["Conversations"]
)
async def read_thread(
    call: Calling,
    person_id: PathId,
    before: Annotated[
        str | None, QueryParameter(max_length=400, description="`before` of the page that follows")
    ] = None,
    limit: PageLength = PAGE_LENGTH,
) -> ThreadAnswer:
    """Every channel in one thread, as far as the caller sees them; oldest first, the latest page first."""
    place = place_of(before, tuple[datetime, UUID], FROM_THE_LATEST)

    async def work(tx: Transaction) -> ThreadAnswer:
        sight = await sight_of(call, tx, "inbox:read")
        wanted = PersonId(person_id)
        family = await require_person(call, tx, wanted, sight)
        sealer = await call.sealer(tx)
        person = await find_person(tx, sealer, wanted)
        if person is None:
            raise PersonUnknown(user_id=str(person_id))
        filtered = InboxFilter(line_ids=sight.line_ids, person_ids=family)
        rows = await list_inbox(tx, filtered, rows_max=_FOUND_MAX)
        found = await thread_of(tx, sealer, family, line_ids=sight.line_ids, before=place, rows_max=limit)
        older = cursor_of(found[0].at, found[0].id) if len(found) == limit else None
        return ThreadAnswer(
            PersonAnswer(wanted, person.name, person.phone, person.email, person.language),
            await shown_conversations(call, tx, sight, rows),
            await shown_messages(call, tx, found),
            older,
        )

    return await call.act(work)


@post(
    "/conversations/{conversation_id:uuid}/take-over",
    summary="Answer instead of the bot",
    status_code=200,
    tags=["Conversations"],
)
async def take_conversation(
    call: Calling, conversation_id: PathId, data: Annotated[TakeOver, Body(examples=[_TAKE])]
) -> ConversationAnswer:
    """On every channel of this person; what the bot was about to say is dropped. Taking twice changes nothing."""

    async def act(tx: Transaction, conversation: Conversation) -> None:
        await take(tx, conversation, user_id=_user(call), why=data.why, now=call.now)

    return await _acted(call, conversation_id, act)


@post(
    "/conversations/{conversation_id:uuid}/hand-back",
    summary="Let the bot answer again",
    status_code=200,
    tags=["Conversations"],
)
async def hand_conversation_back(call: Calling, conversation_id: PathId) -> ConversationAnswer:
    """On every channel of this person."""

    async def act(tx: Transaction, conversation: Conversation) -> None:
        await hand_back(tx, conversation, by=str(tx.actor), now=call.now)

    return await _acted(call, conversation_id, act)


@post(
    "/conversations/{conversation_id:uuid}/close",
    summary="Close a conversation",
    status_code=200,
    tags=["Conversations"],
)
async def close_conversation(call: Calling, conversation_id: PathId) -> ConversationAnswer:
    """What the guest says next begins another, with the bot. Closing twice changes nothing."""

    async def act(tx: Transaction, conversation: Conversation) -> None:
        await close(tx, conversation, now=call.now)

    return await _acted(call, conversation_id, act, also_closed=True)


@post(
    "/conversations/{conversation_id:uuid}/read",
    summary="Note what was read",
    status_code=204,
    tags=["Conversations"],
)
async def note_conversation_read(
    call: Calling, conversation_id: PathId, data: Annotated[ReadUpTo, Body(examples=[_READ])]
) -> None:
    """By anybody of the house; it only rises."""
    await call.settle_subject(conversation_id)

    async def work(tx: Transaction) -> None:
        sight = await sight_of(call, tx, "inbox:write")
        await conversation_in(tx, sight, conversation_id)
        await note_read(tx, conversation_id, data.seq)

    await call.act(work)


@get(
    "/conversations/{conversation_id:uuid}/templates",
    summary="List templates that pass a closed window",
    tags=["Conversations"],
)
async def read_usable_templates(call: Calling, conversation_id: PathId) -> UsableTemplates:
    """Those of the restaurant's notices for which the provider has approved one."""
    await call.settle_subject(conversation_id)

    async def work(tx: Transaction) -> UsableTemplates:
        sight = await sight_of(call, tx, "inbox:read")
        row = await conversation_in(tx, sight, conversation_id)
        line: Line = next(line for line in sight.lines.values() if line.id == row.line_id)
        can = call.parts.gateway.channels[row.channel].can
        if not can.templates or line.restaurant_id is None:
            return UsableTemplates([])
        own = await list_templates(tx, line.restaurant_id)
        return UsableTemplates(
            [
                UsableTemplate(
                    each.kind,
                    each.language,
                    each.provider_name,
                    each.provider_reference,
                    each.text,
                    tuple(each.provider_parameters),
                )
                for each in own
                if each.provider_name or each.provider_reference
            ]
        )

    return await call.act(work)


@post("/conversations/{conversation_id:uuid}/messages", summary="Answer a guest", tags=["Conversations"])
async def reply(
    call: Calling, conversation_id: PathId, data: Annotated[ReplyRequest, Body(examples=[_REPLY])]
) -> Response[ReplyAnswer]:
    """Takes the conversation over, so that a late answer of the bot is dropped. Outside the provider's window only a template passes."""
    said = (data.text, data.quick_answer_id, data.template)
    if sum(each is not None for each in said) != 1:
        raise RequestInvalid(request_error("text", "missing_field"))
    await call.settle_subject(conversation_id)

    async def work(tx: Transaction) -> ReplyAnswer:
        sight = await sight_of(call, tx, "inbox:write")
        row = await conversation_in(tx, sight, conversation_id)
        if row.status != "open":
            raise ConversationClosed(conversation_id=str(conversation_id))
        conversation = await opened_conversation(call, tx, row)
        parts = await _parts(call, tx, row, data)
        shape = call.parts.gateway.channels[row.channel].can.shape
        sealer = await call.sealer(tx)
        planned = await answer(
            tx,
            sealer,
            conversation,
            parts,
            user_id=_user(call),
            replies_to=await last_heard(tx, conversation_id) if shape == "letter" else None,
            now=call.now,
        )
        tx.after_commit(call.parts.deliver)
        written = await messages_by_id(tx, sealer, planned)
        messages = await shown_messages(call, tx, [written[each] for each in planned])
        after = await conversation_in(tx, sight, conversation_id)
        return ReplyAnswer(messages, await _shown(call, tx, sight, after))

    return answered(await call.once(data, ReplyAnswer, work))


@get("/messages/failed", summary="List what did not arrive", tags=["Conversations"])
async def read_failed_messages(
    call: Calling,
    *,
    status: FromQuery[Literal["failed", "unknown"]] = "failed",
    conversation_id: FromQuery[UUID | None] = None,
    limit: PageLength = PAGE_LENGTH,
) -> MessagePage:
    """The latest first: what failed, or with `unknown` what may or may not have arrived. `/messages/dead` lets them be sent again."""

    async def work(tx: Transaction) -> MessagePage:
        sight = await sight_of(call, tx, "inbox:read")
        found = await unsettled_messages(
            tx,
            await call.sealer(tx),
            status,
            conversation_id=conversation_id,
            line_ids=sight.line_ids,
            rows_max=limit + 1,
        )
        return MessagePage(await shown_messages(call, tx, found[:limit]), len(found) > limit)

    return await call.act(work)


async def _parts(call: Call, tx: Transaction, row: InboxRow, data: ReplyRequest) -> tuple[Part, ...]:
    """Return what is sent. Refuses: CannotBeSaid, ReplyWindowClosed, QuickAnswerUnknown."""
    channel = call.parts.gateway.channels.get(row.channel)
    if channel is None or channel.can.reply != "later":
        raise CannotBeSaid(channel=row.channel)
    if data.template is not None:
        wanted = data.template
        if not channel.can.templates or not (wanted.name or wanted.reference):
            raise CannotBeSaid(channel=row.channel)
        use = TemplateUse(
            name=wanted.name,
            language=wanted.language,
            parameters=wanted.parameters,
            reference=wanted.reference,
        )
        return (TemplatePart(use),)
    text = data.text
    if data.quick_answer_id is not None:
        kept = await find_quick_answer(tx, data.quick_answer_id)
        call.require("inbox:write", RestaurantId(kept.restaurant_id))
        text = kept.text
    if not window_of(call, row).open:
        raise ReplyWindowClosed(channel=row.channel, templates=channel.can.templates)
    parts = fit(UnifiedResponse(text=text or ""), channel.can)
    if not parts:
        raise CannotBeSaid(channel=row.channel)
    return parts


async def _acted(
    call: Call, conversation_id: UUID, act: Act, *, also_closed: bool = False
) -> ConversationAnswer:
    """Run an act in a conversation that the caller sees. Refuses: ConversationUnknown, ConversationClosed, Forbidden."""
    await call.settle_subject(conversation_id)

    async def work(tx: Transaction) -> ConversationAnswer:
        sight = await sight_of(call, tx, "inbox:write")
        row = await conversation_in(tx, sight, conversation_id)
        if row.status != "open" and not also_closed:
            raise ConversationClosed(conversation_id=str(conversation_id))
        if row.status == "open":
            await act(tx, await opened_conversation(call, tx, row))
        return await _shown(call, tx, sight, await conversation_in(tx, sight, conversation_id))

    return await call.act(work)


async def _shown(call: Call, tx: Transaction, sight: Sight, row: InboxRow) -> ConversationAnswer:
    (shown,) = await shown_conversations(call, tx, sight, [row])
    return shown


def _user(call: Call) -> UUID | None:
    """Return the member of staff who calls; a program is nobody."""
    return call.principal.id if call.principal.kind == "staff" else None


def conversation_routes() -> Router:
    """Return the routes of conversations."""
    return Router(
        "/",
        route_handlers=[
            list_conversations,
            read_conversation,
            read_messages,
            read_media,
            read_thread,
            take_conversation,
            hand_conversation_back,
            close_conversation,
            note_conversation_read,
            read_usable_templates,
            reply,
            read_failed_messages,
        ],
    )
