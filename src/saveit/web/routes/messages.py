"""What guests are told, in whose words; what could not be delivered; and the systems that want to hear what happens."""

from datetime import timedelta
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.openapi.spec import Example
from litestar.params import Body, FromPath, QueryParameter

from saveit import conversations
from saveit.access import Permission
from saveit.advisors import LineUnknown, find_line
from saveit.consumers import notices, notify, relay
from saveit.kernel.db import Transaction
from saveit.kernel.ids import LineId, ReservationId, RestaurantId
from saveit.messages import Buttons, File, Letter, Menu, Part, QuickReplies, Text
from saveit.outbox import append
from saveit.reservations import IllegalStatus, ReservationUnknown, find
from saveit.waitlist import EntryId, EntryOver, EntryUnknown, find_entry
from saveit.web.edge import Call
from saveit.web.routes.shared import Calling, PathId, answered, require_seen
from saveit.web.wire.messages import (
    ChannelPreview,
    DeadLetters,
    Deliveries,
    EndpointAnswer,
    EndpointDraft,
    Endpoints,
    LetterOutcome,
    LineWords,
    NoticePreview,
    Notices,
    Pauses,
    PreviewPart,
    ReadyAnswer,
    ReplayLetter,
    TemplateAnswer,
    Templates,
)

OnChannel: TypeAlias = Annotated[
    str, QueryParameter(name="channel", max_length=40, description="A channel; all of them when left out")
]
_EXAMPLE_ID = UUID("0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e")
_TEMPLATE = Example(
    value={
        "subject": "Reserva confirmada en {restaurant}",
        "text": "¡Listo, {guest}! {date}, {time}, {party}. Código: {code}",
    }
)
_REPLAY = Example(value={"even_if_it_arrived": False})
_OUTCOME = Example(value={"arrived": True})
_ENDPOINT = Example(value={"url": "https://pos.example.com/saveit", "kinds": ["reservation.created"]})


@get("/restaurants/{restaurant_id:uuid}/templates", summary="List what guests are told", tags=["Messages"])
async def read_templates(call: Calling, restaurant_id: PathId) -> Templates:
    """The words of every notice in both languages, the restaurant's own or ours."""
    house = await call.house("restaurants:read", RestaurantId(restaurant_id))
    own = await call.act(lambda tx: notices.list_templates(tx, house.restaurant_id))
    mine = {(row.kind, row.language): row for row in own if not row.channel}
    shown = [
        TemplateAnswer(kind, language, row.template if row else default, is_own=row is not None)
        for (kind, language), default in notices.DEFAULTS.items()
        for row in (mine.get((kind, language)),)
    ]
    shown += [
        TemplateAnswer(row.kind, row.language, row.template, is_own=True, channel=row.channel)
        for row in own
        if row.channel
    ]
    return Templates(shown, sorted(notices.PLACEHOLDERS))


@put(
    "/restaurants/{restaurant_id:uuid}/templates/{kind:str}/{language:str}",
    summary="Say it in the restaurant's own words",
    tags=["Messages"],
)
async def write_template(  # noqa: PLR0917 - the framework gives each by its name.
    call: Calling,
    restaurant_id: PathId,
    kind: FromPath[str],
    language: FromPath[str],
    data: Annotated[notices.Template, Body(examples=[_TEMPLATE])],
    channel: OnChannel = "",
) -> TemplateAnswer:
    """On all channels, or on one. Blanks such as `{guest}` are filled for each guest; every one that there is not is named."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))
    spoken = _language(language)
    _require_channel(call, channel)

    async def work(tx: Transaction) -> notices.TemplateRow:
        return await notices.set_template(
            tx, house.restaurant_id, kind, data, language=spoken, channel=channel, now=call.now
        )

    saved = await call.act(work)
    return TemplateAnswer(saved.kind, saved.language, saved.template, is_own=True, channel=saved.channel)


@delete(
    "/restaurants/{restaurant_id:uuid}/templates/{kind:str}/{language:str}",
    summary="Go back to our words",
    tags=["Messages"],
)
async def reset_template(  # noqa: PLR0917 - the framework gives each by its name.
    call: Calling,
    restaurant_id: PathId,
    kind: FromPath[str],
    language: FromPath[str],
    channel: OnChannel = "",
) -> None:
    """With `channel` to the words for all channels. Does nothing when they were ours already."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))
    spoken = _language(language)
    await call.act(
        lambda tx: notices.reset_template(tx, house.restaurant_id, kind, language=spoken, channel=channel)
    )


@post(
    "/restaurants/{restaurant_id:uuid}/templates/{kind:str}/{language:str}/preview",
    summary="See what a guest would see",
    status_code=200,
    tags=["Messages"],
)
async def preview_template(  # noqa: PLR0917 - the framework gives each by its name.
    call: Calling,
    restaurant_id: PathId,
    kind: FromPath[str],
    language: FromPath[str],
    data: Annotated[notices.Template, Body(examples=[_TEMPLATE])],
    channel: OnChannel = "",
) -> NoticePreview:
    """With a made-up booking, on every channel or on one; nothing is stored and nothing sent."""
    house = await call.house("restaurants:read", RestaurantId(restaurant_id))
    restaurant = house.restaurant
    starts_at = (call.now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    told = notices.Told(
        kind=notices.known_kind(kind),
        language=_language(language),
        guest="María González",
        restaurant=restaurant.name,
        address=restaurant.address,
        phone=restaurant.phone,
        timezone=restaurant.timezone,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        party_size=4,
        code="ABC123",
        until=starts_at,
        reservation_id=_EXAMPLE_ID,
        entry_id=_EXAMPLE_ID,
        pass_url=f"{call.parts.public_url}/api/v1/qr/…",
        calendar_url=f"{call.parts.public_url}/api/v1/calendar/…",
        manage_url=f"{call.parts.public_url}/r/{restaurant.slug}#…",
    )
    _require_channel(call, channel)
    chat, letter = notices.preview(told, data, None)
    names = [channel] if channel else sorted(call.parts.gateway.channels)
    shown = [_previewed(call, name, told, data) for name in names]
    return NoticePreview(
        text=chat.text,
        subject=letter.subject,
        html=letter.html,
        channels=[each for each in shown if each is not None],
    )


def _previewed(call: Call, name: str, told: notices.Told, words: notices.Template) -> ChannelPreview | None:
    """Return a notice as a channel is given it; None for calls, which are not told of anything."""
    can = call.parts.gateway.channels[name].can
    if can.reply != "later":
        return None
    parts = notices.preview_on(told, words, None, can)
    closed = can.reply_window is not None and not notices.preview_on(
        told, words, None, can, window_open=False
    )
    return ChannelPreview(name, [_part(part) for part in parts], closed)


def _part(part: Part) -> PreviewPart:
    kind = {"quickreplies": "quick_replies"}.get(type(part).__name__.lower(), type(part).__name__.lower())
    match part:
        case Buttons(text=text, choices=choices) | QuickReplies(text=text, choices=choices):
            return PreviewPart(kind, text, tuple(choice.title for choice in choices), "")
        case Menu(text=text, choices=choices):
            return PreviewPart(kind, text, tuple(choice.title for choice in choices), "")
        case Text(text=text) | Letter(text=text):
            return PreviewPart(kind, text, (), "")
        case File(attachment=attachment):
            return PreviewPart(kind, attachment.caption, (), attachment.file_name)
        case _:
            return PreviewPart(kind, "", (), "")


def _require_channel(call: Call, channel: str) -> None:
    """Return if there is such a channel, or none is named. Refuses: ChannelNotKnown."""
    if channel and channel not in call.parts.gateway.channels:
        raise notices.ChannelNotKnown(channel=channel, known=sorted(call.parts.gateway.channels))


@post(
    "/reservations/{reservation_id:uuid}/table-ready",
    summary="Tell a guest that the table is ready",
    status_code=202,
    tags=["Host"],
)
async def call_party(call: Calling, reservation_id: PathId) -> Response[ReadyAnswer]:
    """In every conversation that they have open; where there is none, by mail or SMS."""
    call.require_somewhere("hosting:write")
    await call.settle_subject(reservation_id)

    async def work(tx: Transaction) -> ReadyAnswer:
        reservation = await find(call.desk, tx, ReservationId(reservation_id))
        unknown = ReservationUnknown(reservation_id=str(reservation_id))
        require_seen(call, "hosting:write", reservation.restaurant_id, unknown)
        if reservation.status not in {"pending", "confirmed"}:
            raise IllegalStatus(status=reservation.status, wanted="table_ready")
        fact = notices.ready_fact(
            "reservation.table_ready",
            reservation.restaurant_id,
            reservation.id,
            service_on=reservation.date,
            at=call.now,
        )
        await append(tx, fact)
        return ReadyAnswer(fact.fact_id)

    return answered(await call.once(None, ReadyAnswer, work), status=202)


@post(
    "/waitlist/{entry_id:uuid}/table-ready",
    summary="Tell a party that waits that its table is ready",
    status_code=202,
    tags=["Waitlist"],
)
async def call_waiting_party(call: Calling, entry_id: PathId) -> Response[ReadyAnswer]:
    """For who waits near the door; nothing is kept for them by this."""
    call.require_somewhere("hosting:write")
    await call.settle_subject(entry_id)

    async def work(tx: Transaction) -> ReadyAnswer:
        entry = await find_entry(call.desk, tx, EntryId(entry_id))
        unknown = EntryUnknown(entry_id=str(entry_id))
        require_seen(call, "hosting:write", entry.restaurant_id, unknown)
        if not entry.waits:
            raise EntryOver(status=entry.status)
        fact = notices.ready_fact(
            "waitlist.table_ready", entry.restaurant_id, entry.id, service_on=entry.date, at=call.now
        )
        await append(tx, fact)
        return ReadyAnswer(fact.fact_id)

    return answered(await call.once(None, ReadyAnswer, work), status=202)


@get("/reservations/{reservation_id:uuid}/notices", summary="See what a guest was told", tags=["Messages"])
async def read_notices(call: Calling, reservation_id: PathId) -> Notices:
    """Each message on each channel, and what became of it."""
    call.require_somewhere("reservations:read")

    async def work(tx: Transaction) -> Notices:
        reservation = await find(call.desk, tx, ReservationId(reservation_id))
        unknown = ReservationUnknown(reservation_id=str(reservation_id))
        require_seen(call, "reservations:read", reservation.restaurant_id, unknown)
        return Notices(await notices.notices_of_subject(tx, reservation_id))

    return await call.act(work)


@get("/messages/dead", summary="List messages that need a person", tags=["Messages"])
async def read_dead_letters(call: Calling) -> DeadLetters:
    """What was given up, and what may or may not have arrived; the oldest first, two hundred at most."""
    _require_all(call, "lines:read")
    return DeadLetters(await call.act(notify.list_dead_letters))


@post("/messages/dead/{message_id:uuid}/replay", summary="Send it again", status_code=202, tags=["Messages"])
async def replay_message(
    call: Calling, message_id: PathId, data: Annotated[ReplayLetter, Body(examples=[_REPLAY])]
) -> None:
    """One that may have arrived is only sent again when that is said: the guest may then get it twice."""
    _require_all(call, "lines:write")
    await call.act(
        lambda tx: notify.replay(tx, message_id, now=call.now, even_if_it_arrived=data.even_if_it_arrived)
    )


@post(
    "/messages/dead/{message_id:uuid}/settle",
    summary="Say whether it arrived",
    status_code=204,
    tags=["Messages"],
)
async def settle_message(
    call: Calling, message_id: PathId, data: Annotated[LetterOutcome, Body(examples=[_OUTCOME])]
) -> None:
    """For one of which nobody knew: found in the provider's own list, or asked of the guest. It is not sent by this."""
    _require_all(call, "lines:write")
    await call.act(lambda tx: notify.settle_outcome(tx, message_id, arrived=data.arrived, now=call.now))


@post("/messages/dead/{message_id:uuid}/dismiss", summary="Let it rest", status_code=204, tags=["Messages"])
async def dismiss_message(call: Calling, message_id: PathId) -> None:
    """It is not sent, and leaves the list."""
    _require_all(call, "lines:write")
    await call.act(lambda tx: notify.dismiss(tx, message_id, now=call.now))


@get("/lines/pauses", summary="List lines that are not used", tags=["Messages"])
async def read_pauses(call: Calling) -> Pauses:
    """Throttled for a while, or stopped by the provider until a person acts."""
    _require_all(call, "lines:read")
    return Pauses(await call.act(lambda tx: conversations.list_pauses(tx, now=call.now)))


@get("/lines/words", summary="List what providers said about lines", tags=["Messages"])
async def read_line_words(call: Calling) -> LineWords:
    """The last word on each account and template: shut, restricted, rejected, paused, approved again. What needs a person comes first."""
    _require_all(call, "lines:read")
    return LineWords(await call.act(conversations.list_line_words))


@post("/lines/{line_id:uuid}/resume", summary="Use a stopped line again", status_code=202, tags=["Messages"])
async def resume_line(call: Calling, line_id: PathId) -> None:
    """Once what was wrong is put right; what waited is then sent, unless it is too old."""
    _require_all(call, "lines:write")

    async def work(tx: Transaction) -> None:
        if await find_line(tx, LineId(line_id)) is None:
            raise LineUnknown(line_id=str(line_id))
        await conversations.resume_line(tx, tx.tenant_id, line_id, now=call.now)

    await call.act(work)


@post("/webhooks", summary="Add a system that wants to hear", tags=["Webhooks"])
async def add_endpoint(
    call: Calling, data: Annotated[EndpointDraft, Body(examples=[_ENDPOINT])]
) -> Response[EndpointAnswer]:
    """The secret is shown this once. Calls are signed by Standard Webhooks 1.0 and never go into a private network."""
    _require_all(call, "lines:write")
    if data.restaurant_id is not None:
        _ = await call.house("lines:write", data.restaurant_id)

    async def work(tx: Transaction) -> EndpointAnswer:
        endpoint, secret = await relay.add_endpoint(
            tx,
            await call.sealer(tx),
            url=data.url,
            kinds=data.kinds,
            restaurant_id=data.restaurant_id,
            now=call.now,
        )
        return EndpointAnswer(endpoint, secret)

    return answered(await call.once(data, EndpointAnswer, work))


@get("/webhooks", summary="List the systems that hear", tags=["Webhooks"])
async def read_endpoints(call: Calling) -> Endpoints:
    """Without their secrets; the kinds of facts there are stand beside them."""
    _require_all(call, "lines:read")
    return Endpoints(await call.act(relay.list_endpoints), sorted(relay.KINDS))


@post("/webhooks/{endpoint_id:uuid}/secret", summary="Change a secret", tags=["Webhooks"])
async def rotate_secret(call: Calling, endpoint_id: PathId) -> Response[EndpointAnswer]:
    """Both secrets sign until the next change."""
    _require_all(call, "lines:write")

    async def work(tx: Transaction) -> EndpointAnswer:
        secret = await relay.rotate_secret(tx, await call.sealer(tx), endpoint_id, now=call.now)
        endpoint = await relay.switch_endpoint(tx, endpoint_id, active=True, now=call.now)
        return EndpointAnswer(endpoint, secret)

    return answered(await call.once(None, EndpointAnswer, work))


@delete("/webhooks/{endpoint_id:uuid}", summary="Remove a system", tags=["Webhooks"])
async def remove_endpoint(call: Calling, endpoint_id: PathId) -> None:
    """What is under way to it is dropped."""
    _require_all(call, "lines:write")
    await call.act(lambda tx: relay.remove_endpoint(tx, endpoint_id))


@get("/webhooks/{endpoint_id:uuid}/deliveries", summary="See what went to a system", tags=["Webhooks"])
async def read_deliveries(call: Calling, endpoint_id: PathId) -> Deliveries:
    """The latest hundred."""
    _require_all(call, "lines:read")
    return Deliveries(await call.act(lambda tx: relay.list_deliveries(tx, endpoint_id)))


@post(
    "/webhooks/deliveries/{delivery_id:uuid}/replay", summary="Call again", status_code=202, tags=["Webhooks"]
)
async def replay_delivery(call: Calling, delivery_id: PathId) -> None:
    """Under the same id, by which the other side knows it."""
    _require_all(call, "lines:write")
    await call.act(lambda tx: relay.replay_delivery(tx, delivery_id, now=call.now))


def _language(language: str) -> notices.Language:
    """Return the language. Refuses: NoticeKindUnknown."""
    if language == "es":
        return "es"
    if language == "en":
        return "en"
    raise notices.NoticeKindUnknown(language=language, known=["es", "en"])


def _require_all(call: Call, permission: Permission) -> None:
    """Return if the caller may do this for all restaurants of the customer. Refuses: Unauthenticated, Forbidden."""
    if call.principal.kind == "staff":
        call.require_somewhere(permission)
    else:
        call.require(permission, None)


def message_routes() -> Router:
    """Return the routes of notices, delivery and outgoing webhooks."""
    return Router(
        "/",
        route_handlers=[
            read_templates,
            write_template,
            reset_template,
            preview_template,
            call_party,
            call_waiting_party,
            read_notices,
            read_dead_letters,
            replay_message,
            dismiss_message,
            settle_message,
            read_pauses,
            read_line_words,
            resume_line,
            add_endpoint,
            read_endpoints,
            rotate_secret,
            remove_endpoint,
            read_deliveries,
            replay_delivery,
        ],
    )
