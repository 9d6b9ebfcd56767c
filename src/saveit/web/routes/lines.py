"""Advisors, lines, what could not be taken of what came by them, and what came for nobody."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import Body, FromQuery

from saveit.access import Permission
from saveit.advisors import (
    Advisor,
    AdvisorChange,
    AdvisorDraft,
    AdvisorUnknown,
    Line,
    LineChange,
    LineDraft,
    LineUnknown,
    add_advisor,
    add_line,
    change_advisor,
    change_line,
    find_advisor,
    find_line,
    list_advisors,
    list_lines,
)
from saveit.gateway import (
    EventUnknown,
    ParkedEvent,
    discard,
    find_event_line,
    list_parked,
    list_quarantine,
    open_parked,
    replay,
)
from saveit.kernel.db import Transaction
from saveit.kernel.ids import AdvisorId, LineId, RestaurantId
from saveit.messages import Inbound, Need, UnifiedMessage
from saveit.web.edge import Call
from saveit.web.routes.shared import (
    PAGE_LENGTH,
    Calling,
    Cursor,
    PageLength,
    PathId,
    answered,
    cursor_of,
    place_of,
    require_seen,
)
from saveit.web.wire.lines import (
    Advisors,
    ChannelAnswer,
    ChannelNeed,
    ChannelsAnswer,
    LineAnswer,
    Lines,
    ParkedContent,
    ParkedEvents,
    ParkedPiece,
    Strangers,
)

_ADVISOR = Example(
    value={
        "name": "María González",
        "phone": "+57 301 234 5678",
        "languages": ["es"],
        "audio_available": True,
    }
)
_ADVISOR_CHANGE = Example(value={"active": False, "revision": 1})
_LINE = Example(
    value={
        "channel": "whatsapp_twilio",
        "account": "AC0123456789abcdef0123456789abcdef",
        "address": "+14155238886",
        "advisor_id": "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e",
        "credentials": {"auth_token": "the account's primary auth token"},
    }
)
_LINE_CHANGE = Example(value={"active": False, "revision": 1})


@get("/channels", summary="List channels", tags=["Lines"])
async def read_channels(call: Calling) -> ChannelsAnswer:
    """Each with what a line of it must be told, in the caller's language."""
    call.require_somewhere("lines:read")

    def told(needs: Iterable[Need]) -> list[ChannelNeed]:
        return [
            ChannelNeed(
                need.name,
                need.meaning_es if call.language == "es" else need.meaning,
                secret=need.secret,
                required=need.required,
            )
            for need in needs
        ]

    return ChannelsAnswer(
        [
            ChannelAnswer(name, told(channel.names), told(channel.needs), own_path=channel.own_path)
            for name, channel in sorted(call.parts.gateway.channels.items())
        ]
    )


@get("/advisors", summary="List advisors", tags=["Advisors"])
async def read_advisors(call: Calling, limit: PageLength = PAGE_LENGTH, cursor: Cursor = None) -> Advisors:
    """Inactive ones too."""
    call.require_somewhere("lines:read")
    (after,) = place_of(cursor, tuple[UUID | None], (None,))

    async def work(tx: Transaction) -> list[Advisor]:
        place = None if after is None else AdvisorId(after)
        return await list_advisors(tx, await call.sealer(tx), after=place, limit=limit)

    found = await call.act(work)
    return Advisors(found, cursor_of(found[-1].id) if len(found) == limit else None)


@post("/advisors", summary="Add an advisor", tags=["Advisors"])
async def make_advisor(
    call: Calling, data: Annotated[AdvisorDraft, Body(examples=[_ADVISOR])]
) -> Response[Advisor]:
    """A person who attends guests through lines of their own, which are added afterwards."""
    _require_for_all(call, "lines:write")

    async def work(tx: Transaction) -> Advisor:
        return await add_advisor(tx, data, sealer=await call.sealer(tx), now=call.now)

    return answered(await call.once(data, Advisor, work))


@get("/advisors/{advisor_id:uuid}", summary="Read an advisor", tags=["Advisors"])
async def read_advisor(call: Calling, advisor_id: PathId) -> Advisor:
    """With the revision that a change asks for."""
    call.require_somewhere("lines:read")
    await call.settle_subject(advisor_id)

    async def work(tx: Transaction) -> Advisor:
        found = await find_advisor(tx, AdvisorId(advisor_id), await call.sealer(tx))
        if found is None:
            raise AdvisorUnknown(advisor_id=str(advisor_id))
        return found

    return await call.act(work)


@patch("/advisors/{advisor_id:uuid}", summary="Change an advisor", tags=["Advisors"])
async def write_advisor(
    call: Calling, advisor_id: PathId, data: Annotated[AdvisorChange, Body(examples=[_ADVISOR_CHANGE])]
) -> Advisor:
    """What is left out stays. An advisor who is not active is not answered for, at once in every process."""
    _require_for_all(call, "lines:write")
    await call.settle_subject(advisor_id)

    async def work(tx: Transaction) -> Advisor:
        sealer = await call.sealer(tx)
        after = await change_advisor(tx, AdvisorId(advisor_id), data, sealer=sealer, now=call.now)
        tx.after_commit(lambda: call.parts.gateway.lines.forget_advisor(after.id))
        return after

    return await call.act(work)


@get("/lines", summary="List lines", tags=["Lines"])
async def read_lines(
    call: Calling,
    advisor_id: FromQuery[UUID | None] = None,
    limit: PageLength = PAGE_LENGTH,
    cursor: Cursor = None,
) -> Lines:
    """Inactive ones too, without their credentials; with `advisor_id` that advisor's."""
    call.require_somewhere("lines:read")
    (after,) = place_of(cursor, tuple[UUID | None], (None,))

    async def work(tx: Transaction) -> list[Line]:
        return await list_lines(
            tx,
            advisor_id=None if advisor_id is None else AdvisorId(advisor_id),
            after=None if after is None else LineId(after),
            limit=limit,
        )

    found = await call.act(work)
    seen = [_shown(call, line) for line in found if _sees(call, line)]
    return Lines(seen, cursor_of(found[-1].id) if len(found) == limit else None)


@post("/lines", summary="Add a line", tags=["Lines"])
async def make_line(
    call: Calling, data: Annotated[LineDraft, Body(examples=[_LINE])]
) -> Response[LineAnswer]:
    """A business address on a channel: a restaurant's, an advisor's, or, with neither, for all restaurants. Credentials are never shown."""
    await _require_owner(call, data.restaurant_id)

    async def work(tx: Transaction) -> LineAnswer:
        made = await add_line(
            tx,
            data,
            channels=call.parts.gateway.channels,
            sealer=await call.sealer(tx),
            now=call.now,
        )
        tx.after_commit(lambda: call.parts.gateway.lines.forget_line(made.id))
        return _shown(call, made)

    return answered(await call.once(data, LineAnswer, work))


@get("/lines/{line_id:uuid}", summary="Read a line", tags=["Lines"])
async def read_line(call: Calling, line_id: PathId) -> LineAnswer:
    """Which credentials it has, and never what they are."""
    call.require_somewhere("lines:read")
    await call.settle_subject(line_id)
    return _shown(call, await call.act(lambda tx: _line(call, tx, LineId(line_id), "lines:read")))


@patch("/lines/{line_id:uuid}", summary="Change a line", tags=["Lines"])
async def write_line(
    call: Calling, line_id: PathId, data: Annotated[LineChange, Body(examples=[_LINE_CHANGE])]
) -> LineAnswer:
    """What is left out stays; a credential that is named is replaced, or removed when it is empty. Takes effect at once everywhere."""
    call.require_somewhere("lines:write")
    await call.settle_subject(line_id)
    if isinstance(data.restaurant_id, UUID):
        await _require_owner(call, RestaurantId(data.restaurant_id))
    elif data.restaurant_id is None:
        _require_for_all(call, "lines:write")

    async def work(tx: Transaction) -> Line:
        await _line(call, tx, LineId(line_id), "lines:write")
        after = await change_line(
            tx,
            LineId(line_id),
            data,
            channels=call.parts.gateway.channels,
            sealer=await call.sealer(tx),
            now=call.now,
        )
        tx.after_commit(lambda: call.parts.gateway.lines.forget_line(after.id))
        return after

    return _shown(call, await call.act(work))


@get("/inbox/parked", summary="List parked deliveries", tags=["Inbox"])
async def read_parked(call: Calling, limit: PageLength = PAGE_LENGTH, cursor: Cursor = None) -> ParkedEvents:
    """What came and could not be taken. It waits here for a month."""
    call.require_somewhere("lines:read")
    (after,) = place_of(cursor, tuple[int | None], (None,))

    async def work(tx: Transaction) -> tuple[list[ParkedEvent], set[LineId]]:
        parked = await list_parked(tx, after=after, limit=limit)
        lines = [await find_line(tx, line_id) for line_id in {event.line_id for event in parked}]
        return parked, {line.id for line in lines if line is not None and _sees(call, line)}

    found, mine = await call.act(work)
    seen = [event for event in found if event.line_id in mine]
    return ParkedEvents(seen, cursor_of(found[-1].position) if len(found) == limit else None)


@post(
    "/inbox/{inbox_id:uuid}/replay", summary="Take a parked delivery again", status_code=202, tags=["Inbox"]
)
async def replay_parked(call: Calling, inbox_id: PathId) -> None:
    """Once the cause is mended. Those that came after it from the same sender have been taken meanwhile."""
    call.require_somewhere("lines:write")

    async def work(tx: Transaction) -> None:
        await _parked_line(call, tx, inbox_id, "lines:write")
        await replay(tx, inbox_id, now=call.now)
        tx.after_commit(call.parts.gateway.on_arrival)

    await call.act(work)


@get("/inbox/parked/{inbox_id:uuid}", summary="Look into a parked delivery", tags=["Inbox"])
async def read_parked_content(call: Calling, inbox_id: PathId) -> ParkedContent:
    """What it says, to decide whether it is taken again or let rest. It holds a guest's words, so it takes both rights."""
    call.require_somewhere("lines:read")

    async def work(tx: Transaction) -> ParkedContent:
        line = await _parked_line(call, tx, inbox_id, "lines:read")
        _require_line(call, line, "inbox:read", EventUnknown(inbox_id=str(inbox_id)))
        event, envelope = await open_parked(tx, await call.sealer(tx), inbox_id)
        channel = call.parts.gateway.channels[line.channel]
        found = () if envelope is None else channel.parse(envelope)
        pieces = [_piece(each) for each in found]
        return ParkedContent(event, line.channel, readable=envelope is not None, pieces=pieces)

    return await call.act(work)


@post("/inbox/{inbox_id:uuid}/discard", summary="Let a parked delivery rest", status_code=204, tags=["Inbox"])
async def discard_parked(call: Calling, inbox_id: PathId) -> None:
    """It is not taken, and leaves the list. Its guest is not told."""
    call.require_somewhere("lines:write")

    async def work(tx: Transaction) -> None:
        await _parked_line(call, tx, inbox_id, "lines:write")
        await discard(tx, inbox_id, now=call.now)

    await call.act(work)


@get("/inbox/quarantine", summary="List what came for nobody", tags=["Inbox"])
async def read_quarantine(call: Calling) -> Strangers:
    """Addresses that no line has, for the platform's key; for a customer's own, lines that are switched off."""
    call.require_somewhere("lines:read")
    if call.principal.kind == "platform" and not call.tenant_known:
        async with call.desk.database.ledger(call.actor) as ledger_tx:
            return Strangers(list(await list_quarantine(ledger_tx, None)))
    found = await call.act(lambda tx: list_quarantine(tx, tx.tenant_id))
    lines = await call.act(list_lines)
    mine = {line.id for line in lines if _sees(call, line)}
    return Strangers([each for each in found if each.line_id in mine])


async def _parked_line(call: Call, tx: Transaction, inbox_id: UUID, permission: Permission) -> Line:
    """Return the line of an event that the caller may see. Refuses: EventUnknown, Forbidden."""
    unknown = EventUnknown(inbox_id=str(inbox_id))
    event = await find_event_line(tx, inbox_id)
    line = None if event is None else await find_line(tx, event.line_id)
    if line is None or not _sees(call, line):
        raise unknown
    _require_line(call, line, permission, unknown)
    return line


def _piece(inbound: Inbound) -> ParkedPiece:
    if isinstance(inbound, UnifiedMessage):
        return ParkedPiece("message", inbound.sender.address.value, inbound.text)
    return ParkedPiece(type(inbound).__name__.lower(), "", "")


def _shown(call: Call, line: Line) -> LineAnswer:
    path = f"{line.channel}/{line.opaque}" if line.opaque else line.channel
    return LineAnswer(line, f"{call.parts.public_url}/webhooks/{path}")


def _sees(call: Call, line: Line) -> bool:
    """Tell whether the caller may know of a line: of a restaurant of theirs, or of one for all of them."""
    if line.restaurant_id is not None:
        return call.principal.permits("lines:read", line.restaurant_id)
    return call.principal.kind == "staff" or call.principal.restaurants is None


async def _line(call: Call, tx: Transaction, line_id: LineId, permission: Permission) -> Line:
    """Return a line that the caller may see. Refuses: LineUnknown, Forbidden."""
    unknown = LineUnknown(line_id=str(line_id))
    line = await find_line(tx, line_id)
    if line is None:
        raise unknown
    _require_line(call, line, permission, unknown)
    return line


def _require_line(
    call: Call, line: Line, permission: Permission, unknown: LineUnknown | EventUnknown
) -> None:
    """Return if the caller may do this with a line. Refuses: `unknown`, Forbidden."""
    if line.restaurant_id is None:
        _require_for_all(call, permission)
    else:
        require_seen(call, permission, line.restaurant_id, unknown)


async def _require_owner(call: Call, restaurant_id: RestaurantId | None) -> None:
    """Return if the caller may give a line to this restaurant, or to all. Refuses: Forbidden, RestaurantUnknown."""
    if restaurant_id is None:
        _require_for_all(call, "lines:write")
    else:
        _ = await call.house("lines:write", restaurant_id)


def _require_for_all(call: Call, permission: Permission) -> None:
    """Return if the caller may do this for all restaurants: whoever runs one of them, or a program's key that is for none in particular.

    Refuses: Unauthenticated, Forbidden.
    """
    if call.principal.kind == "staff":
        call.require_somewhere(permission)
    else:
        call.require(permission, None)


def line_routes() -> Router:
    """Return the routes of advisors, lines and the inbox."""
    return Router(
        "/",
        route_handlers=[
            read_channels,
            read_advisors,
            make_advisor,
            read_advisor,
            write_advisor,
            read_lines,
            make_line,
            read_line,
            write_line,
            read_parked,
            replay_parked,
            read_parked_content,
            discard_parked,
            read_quarantine,
        ],
    )
