"""Answers at hand, how a person is attended, and who is who."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, patch, post, put
from litestar.openapi.spec import Example
from litestar.params import Body, FromQuery

from saveit.consumers.notices import code_words
from saveit.conversations import (
    InboxFilter,
    QuickAnswerRow,
    QuickAnswerUnknown,
    attention_of,
    find_conversation,
    find_quick_answer,
    hand_back,
    list_inbox,
    list_quick_answers,
    new_quick_answer,
    of_person,
    plan,
    remove_quick_answer,
    save_quick_answer,
    say_manners,
    take,
)
from saveit.guests import LinkRow, ask_for_code, find_link, link, list_links, part, say_code
from saveit.kernel.db import Transaction
from saveit.kernel.ids import AdvisorId, PersonId, RestaurantId
from saveit.messages import UnifiedResponse, fit
from saveit.web.edge import Call
from saveit.web.problems import AlreadyLinked, CodeWrong, LinkUnknown, PersonUnknown
from saveit.web.routes.inbox.sight import Sight, require_person, sight_of
from saveit.web.routes.shared import Calling, PathId, answered, require_seen
from saveit.web.wire.inbox import (
    LinkAnswer,
    LinkCode,
    LinkCodeRequest,
    LinkRequest,
    Links,
    MannersAnswer,
    MannersRequest,
    QuickAnswer,
    QuickAnswerChange,
    QuickAnswerDraft,
    QuickAnswers,
)

_ID = "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e"
_DRAFT = Example(value={"language": "es", "shortcut": "horario", "text": "Abrimos de 12 a 16 y de 19 a 23."})
_CHANGE = Example(value={"text": "Abrimos de 12 a 16 y de 19 a 24.", "revision": 1})
_MANNERS = Example(value={"ai_attention": False})
_LINK = Example(value={"into_person_id": _ID})
_ASK = Example(value={"address": "+573001234567"})
_SAY = Example(value={"code": "123456"})
# Enough to find one's way in: the others of the same person and advisor are turned with it.
_CONVERSATIONS_MAX = 50


@get(
    "/restaurants/{restaurant_id:uuid}/quick-answers", summary="List answers at hand", tags=["Conversations"]
)
async def read_quick_answers(
    call: Calling, restaurant_id: PathId, language: FromQuery[str | None] = None
) -> QuickAnswers:
    """By shortcut, in one language or in both."""
    house = await call.house("inbox:read", RestaurantId(restaurant_id))
    rows = await call.act(lambda tx: list_quick_answers(tx, house.restaurant_id, language))
    return QuickAnswers([_shown(row) for row in rows])


@post(
    "/restaurants/{restaurant_id:uuid}/quick-answers",
    summary="Keep an answer at hand",
    tags=["Conversations"],
)
async def make_quick_answer(
    call: Calling, restaurant_id: PathId, data: Annotated[QuickAnswerDraft, Body(examples=[_DRAFT])]
) -> Response[QuickAnswer]:
    """Under a shortcut that no other answer of the restaurant has in that language."""
    house = await call.house("inbox:write", RestaurantId(restaurant_id))

    async def work(tx: Transaction) -> QuickAnswer:
        draft = new_quick_answer(
            house.restaurant_id, language=data.language, shortcut=data.shortcut, text=data.text, now=call.now
        )
        return _shown(await save_quick_answer(tx, draft, revision=None, now=call.now))

    return answered(await call.once(data, QuickAnswer, work))


@patch("/quick-answers/{quick_answer_id:uuid}", summary="Change an answer at hand", tags=["Conversations"])
async def write_quick_answer(
    call: Calling, quick_answer_id: PathId, data: Annotated[QuickAnswerChange, Body(examples=[_CHANGE])]
) -> QuickAnswer:
    """What is left out stays."""
    call.require_somewhere("inbox:write")

    async def work(tx: Transaction) -> QuickAnswer:
        before = await _quick_answer(call, tx, quick_answer_id)
        after = msgspec.structs.replace(
            before, shortcut=data.shortcut or before.shortcut, text=data.text or before.text
        )
        return _shown(await save_quick_answer(tx, after, revision=data.revision, now=call.now))

    return await call.act(work)


@delete("/quick-answers/{quick_answer_id:uuid}", summary="Remove an answer at hand", tags=["Conversations"])
async def drop_quick_answer(call: Calling, quick_answer_id: PathId) -> None:
    """404 when there is none, or no more."""
    call.require_somewhere("inbox:write")

    async def work(tx: Transaction) -> None:
        await _quick_answer(call, tx, quick_answer_id)
        await remove_quick_answer(tx, quick_answer_id)

    await call.act(work)


@get("/people/{person_id:uuid}/manners", summary="See how a person is attended", tags=["Conversations"])
async def read_manners(
    call: Calling, person_id: PathId, advisor_id: FromQuery[UUID | None] = None
) -> MannersAnswer:
    """By the house's bot, or with `advisor_id` by that advisor's; an advisor asks for their own."""

    async def work(tx: Transaction) -> MannersAnswer:
        sight = await sight_of(call, tx, "inbox:read")
        await require_person(call, tx, PersonId(person_id), sight)
        return await _manners(tx, PersonId(person_id), _whose(sight, advisor_id))

    return await call.act(work)


@put("/people/{person_id:uuid}/manners", summary="Say how a person is attended", tags=["Conversations"])
async def write_manners(
    call: Calling, person_id: PathId, data: Annotated[MannersRequest, Body(examples=[_MANNERS])]
) -> MannersAnswer:
    """Whether the bot answers on every channel of this person, and whether it may with audio."""

    async def work(tx: Transaction) -> MannersAnswer:
        sight = await sight_of(call, tx, "inbox:write")
        family = await require_person(call, tx, PersonId(person_id), sight)
        advisor_id = _whose(sight, data.advisor_id)
        await say_manners(
            tx,
            advisor_id,
            person_id,
            ai_attention=data.ai_attention,
            audio_available=data.audio_available,
            now=call.now,
        )
        if data.ai_attention is not None:
            await _turn(call, tx, sight, family, advisor_id, on=data.ai_attention)
        return await _manners(tx, PersonId(person_id), advisor_id)

    return await call.act(work)


async def _turn(  # noqa: PLR0917 - whom, by whose eyes, and for whom.
    call: Call,
    tx: Transaction,
    sight: Sight,
    family: tuple[PersonId, ...],
    advisor_id: AdvisorId | None,
    *,
    on: bool,
) -> None:
    """Turn the bot on or off in the person's open conversations of the house, or of an advisor."""
    wanted = InboxFilter(line_ids=sight.line_ids, status="open", person_ids=family)
    sealer = await call.sealer(tx)
    for row in await list_inbox(tx, wanted, rows_max=_CONVERSATIONS_MAX):
        conversation = await find_conversation(tx, sealer, row.conversation_id)
        if conversation is None or conversation.advisor_id != advisor_id:
            continue
        if on:
            await hand_back(tx, conversation, by=str(tx.actor), now=call.now)
        else:
            user_id = call.principal.id if call.principal.kind == "staff" else None
            await take(tx, conversation, user_id=user_id, why="staff", now=call.now)


@get("/people/{person_id:uuid}/links", summary="See who is one with a person", tags=["People"])
async def read_links(call: Calling, person_id: PathId) -> Links:
    """Each with how it is known, by whom and when; those that were undone too."""

    async def work(tx: Transaction) -> Links:
        sight = await sight_of(call, tx, "inbox:read")
        family = await require_person(call, tx, PersonId(person_id), sight)
        found = {row.link_id: row for each in family for row in await list_links(tx, each)}
        latest = sorted(found.values(), key=lambda row: row.linked_at, reverse=True)
        return Links([_shown_link(row) for row in latest])

    return await call.act(work)


@post("/people/{person_id:uuid}/links", summary="Say that two people are one", tags=["People"])
async def make_link(
    call: Calling, person_id: PathId, data: Annotated[LinkRequest, Body(examples=[_LINK])]
) -> Response[LinkAnswer]:
    """Their addresses and conversations are one's from now on; bookings stay as they were made. It can be undone."""

    async def work(tx: Transaction) -> LinkAnswer:
        sight = await sight_of(call, tx, "inbox:write")
        await require_person(call, tx, PersonId(person_id), sight)
        await require_person(call, tx, data.into_person_id, sight)
        if person_id == data.into_person_id:
            raise AlreadyLinked
        by = str(tx.actor)
        made = await link(tx, PersonId(person_id), data.into_person_id, how="staff", by=by, now=call.now)
        if made is None:
            raise AlreadyLinked
        return await _link(tx, made)

    return answered(await call.once(data, LinkAnswer, work))


@post(
    "/people/{person_id:uuid}/link-code",
    summary="Send a code to another address",
    status_code=202,
    tags=["People"],
)
async def send_link_code(
    call: Calling, person_id: PathId, data: Annotated[LinkCodeRequest, Body(examples=[_ASK])]
) -> None:
    """To the conversations of whoever has that phone or mail. Nothing tells whether anybody has."""

    async def work(tx: Transaction) -> None:
        sight = await sight_of(call, tx, "inbox:write")
        await require_person(call, tx, PersonId(person_id), sight)
        sealer = await call.sealer(tx)
        made = await ask_for_code(
            tx,
            sealer,
            PersonId(person_id),
            data.address,
            region=await _region(call),
            now=call.now,
            entropy=call.desk.entropy,
        )
        if made is None:
            return
        for conversation in await of_person(tx, sealer, made.person_id):
            text = code_words(made.code, conversation.language)
            response = UnifiedResponse(text=text, language=conversation.language)
            parts = fit(response, call.parts.gateway.channels[conversation.channel].can)
            await plan(tx, sealer, conversation, parts, author="system", now=call.now)
        tx.after_commit(call.parts.deliver)

    await call.act(work)


@post(
    "/people/{person_id:uuid}/link-code/confirm",
    summary="Say the code that was sent",
    status_code=200,
    tags=["People"],
)
async def confirm_link_code(
    call: Calling, person_id: PathId, data: Annotated[LinkCode, Body(examples=[_SAY])]
) -> LinkAnswer:
    """Rightly said, the two are one. Five tries within a quarter of an hour."""

    async def work(tx: Transaction) -> LinkAnswer | None:
        sight = await sight_of(call, tx, "inbox:write")
        await require_person(call, tx, PersonId(person_id), sight)
        into = await say_code(tx, await call.sealer(tx), PersonId(person_id), data.code, now=call.now)
        if into is None:
            return None
        found = next((row for row in await list_links(tx, into) if row.person_id == person_id), None)
        return None if found is None else _shown_link(found)

    # The try that failed is counted: it must be committed before it is refused.
    answer = await call.act(work)
    if answer is None:
        raise CodeWrong
    return answer


@post(
    "/links/{link_id:uuid}/undo", summary="Say that two people are not one", status_code=200, tags=["People"]
)
async def undo_link(call: Calling, link_id: PathId) -> LinkAnswer:
    """The addresses that moved go back, and each has their own bookings as before. Undoing twice changes nothing."""

    async def work(tx: Transaction) -> LinkAnswer:
        sight = await sight_of(call, tx, "inbox:write")
        found = await find_link(tx, link_id)
        if found is None:
            raise LinkUnknown(link_id=str(link_id))
        try:
            await require_person(call, tx, PersonId(found.into_person_id), sight)
        except PersonUnknown as unseen:
            raise LinkUnknown(link_id=str(link_id)) from unseen
        await part(tx, link_id, by=str(tx.actor), now=call.now)
        return await _link(tx, link_id)

    return await call.act(work)


async def _quick_answer(call: Call, tx: Transaction, quick_answer_id: UUID) -> QuickAnswerRow:
    """Return an answer at hand of a restaurant in which the caller may write. Refuses: QuickAnswerUnknown, Forbidden."""
    row = await find_quick_answer(tx, quick_answer_id)
    unknown = QuickAnswerUnknown(quick_answer_id=str(quick_answer_id))
    require_seen(call, "inbox:write", RestaurantId(row.restaurant_id), unknown)
    return row


async def _manners(tx: Transaction, person_id: PersonId, advisor_id: AdvisorId | None) -> MannersAnswer:
    row = await attention_of(tx, advisor_id, person_id)
    if row is None:
        return MannersAnswer(advisor_id, ai_attention=True, audio_available=False)
    return MannersAnswer(advisor_id, row.ai_attention, row.audio_available)


def _whose(sight: Sight, advisor_id: UUID | None) -> AdvisorId | None:
    """Return whose manners are meant: an advisor has only their own."""
    if sight.advisor_id is not None:
        return sight.advisor_id
    return None if advisor_id is None else AdvisorId(advisor_id)


async def _region(call: Call) -> str:
    """Return whose phones are written without a country: those of one of the caller's restaurants."""
    mine = sorted(call.principal.restaurants or ())
    return (await call.desk.house(call.tenant_id, mine[0])).restaurant.region if mine else ""


async def _link(tx: Transaction, link_id: UUID) -> LinkAnswer:
    row = await find_link(tx, link_id)
    assert row is not None, "links are never removed"
    return _shown_link(row)


def _shown_link(row: LinkRow) -> LinkAnswer:
    return LinkAnswer(
        id=row.link_id,
        person_id=PersonId(row.person_id),
        into_person_id=PersonId(row.into_person_id),
        how=row.how,
        linked_by=row.linked_by,
        linked_at=row.linked_at,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
    )


def _shown(row: QuickAnswerRow) -> QuickAnswer:
    return QuickAnswer(
        id=row.quick_answer_id,
        restaurant_id=RestaurantId(row.restaurant_id),
        language=row.language,
        shortcut=row.shortcut,
        text=row.text,
        revision=row.revision,
    )


def people_routes() -> Router:
    """Return the routes of answers at hand and of who is who."""
    return Router(
        "/",
        route_handlers=[
            read_quick_answers,
            make_quick_answer,
            write_quick_answer,
            drop_quick_answer,
            read_manners,
            write_manners,
            read_links,
            make_link,
            send_link_code,
            confirm_link_code,
            undo_link,
        ],
    )
