"""The three routes that most requests ask for, answered in front of the router.

The framework's way costs a booking as much again as the booking itself: routing, a request object, injected arguments, a signature model.
What is left out here is that and nothing else: who calls, limits, problems and counting are the front's, for all alike.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec

from saveit.access import Principal
from saveit.guests import ContactRefused
from saveit.kernel.ids import AreaId, RestaurantId
from saveit.ledger import House
from saveit.reservations import Booking, Holding, SlotUnavailable, book, calendar_offers, hold_once
from saveit.seating import Asking, Offer
from saveit.web.desk import (
    Alternatives,
    asking_of,
    check_dates,
    guest_of,
    shown,
    source_of,
    with_alternatives,
)
from saveit.web.edge import Asked, Call, Kept, Reader, Reply, read_body, require_json
from saveit.web.hot.faults import with_all_faults
from saveit.web.hot.memory import Callers, Memory, Seen
from saveit.web.problems import NotFound, RequestError, RequestInvalid, request_error
from saveit.web.wire import (
    AvailabilityAnswer,
    BookingRequest,
    Calendar,
    DayAnswer,
    HoldRequest,
    shown_hold,
    shown_slot,
)
from saveit.web.wire.asgi import Receive, Scope

BOOK = "/api/v1/reservations"
HOLD = "/api/v1/holds"
AVAILABILITY = "/api/v1/availability/"
DAYS_MAX = 60
_PARTY_SIZE_MAX = 200
_QUESTIONS_KEPT = 4_096
_UUID_LENGTH = 36

_encode = msgspec.json.Encoder().encode
_REPLAYED = (b"idempotency-replayed", b"true")


class BookTable:
    """POST /reservations."""

    route = path = BOOK
    methods = ("POST",)

    def __init__(self, alternatives: Alternatives) -> None:
        self._alternatives = alternatives
        self._reader = Reader(BookingRequest)

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Book a table: 201 with the reservation, the same again under the same key; 422 with all that is wrong at once."""
        _ = call.principal
        octets = await _json_body(call, receive)
        try:
            return await self._book(call, octets)
        except (RequestInvalid, ContactRefused) as refusal:
            raise await with_all_faults(call, octets, refusal) from None

    async def _book(self, call: Call, octets: bytes) -> Reply:
        request = self._reader.read(octets)
        house = await call.house("reservations:write", request.restaurant_id)
        check_dates(("date", request.date))
        staff = call.audience == "staff"
        if request.beyond_pacing and not staff:
            raise RequestInvalid(request_error("beyond_pacing", "not_allowed"))
        booking = Booking(
            restaurant_id=request.restaurant_id,
            date=request.date,
            time=request.time,
            party_size=request.party_size,
            guest=guest_of(call, house, request.guest, request.special_requests),
            source=source_of(call, request.source),
            audience=call.audience,
            table_id=request.table_id,
            area_id=request.area_id,
            hold_id=request.hold_id,
            beyond_pacing=request.beyond_pacing,
        )
        try:
            booked = await book(
                call.desk, booking, tenant_id=call.tenant_id, actor=call.actor, key=call.key_for(request)
            )
        except SlotUnavailable as refusal:
            raise await with_alternatives(
                call, house, refusal, asking=asking_of(call, request), known=self._alternatives
            ) from None
        reservation = booked.reservation
        location = (b"location", f"{BOOK}/{reservation.id}".encode())
        return Reply(
            201,
            _encode(await shown(call, house, reservation)),
            headers=(location, _REPLAYED) if booked.replayed else (location,),
        )


class HoldTable:
    """POST /holds."""

    route = path = HOLD
    methods = ("POST",)

    def __init__(self, alternatives: Alternatives) -> None:
        self._alternatives = alternatives
        self._reader = Reader(HoldRequest)

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Keep a table: 201 with the hold, the same again under the same key."""
        _ = call.principal
        request = self._reader.read(await _json_body(call, receive))
        house = await call.house("reservations:write", request.restaurant_id)
        check_dates(("date", request.date))
        holding = Holding(
            restaurant_id=request.restaurant_id,
            date=request.date,
            time=request.time,
            party_size=request.party_size,
            source=source_of(call, request.source),
            audience=call.audience,
            table_id=request.table_id,
            area_id=request.area_id,
        )
        try:
            held = await hold_once(
                call.desk, holding, tenant_id=call.tenant_id, actor=call.actor, key=call.key_for(request)
            )
        except SlotUnavailable as refusal:
            raise await with_alternatives(
                call, house, refusal, asking=asking_of(call, request), known=self._alternatives
            ) from None
        location = (b"location", f"{HOLD}/{held.hold.id}".encode())
        return Reply(
            201,
            _encode(shown_hold(house, held.hold)),
            headers=(location, _REPLAYED) if held.replayed else (location,),
        )


class Question(msgspec.Struct, frozen=True, cache_hash=True):
    """What a listing is asked for."""

    restaurant_id: RestaurantId
    on: date
    party_size: int
    area_id: AreaId | None
    days: int | None


class ListTimes:
    """GET /availability/{restaurant_id}."""

    route = "/api/v1/availability/{restaurant_id}"
    path = AVAILABILITY
    methods = ("GET",)

    def __init__(self, memory: Memory[bytes], callers: Callers) -> None:
        self._memory = memory
        self._callers = callers

    def at_hand(self, asked: Asked, principal: Principal, now: datetime) -> Kept | None:
        """Return what this caller has been told already, while it is true."""
        return self._callers.find(asked, principal, now)

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """List the starts of a date, or of up to sixty: from memory while nothing has changed."""
        _ = call.principal
        question = read_question(scope["path"][len(AVAILABILITY) :], scope["query_string"])
        house = await call.house("availability:read", question.restaurant_id)
        language, audience = call.language, call.audience
        asked = (question, language, audience)
        entry = self._memory.entry(asked, house)
        if entry is not None:
            if call.principal.kind != "platform":
                again = Asked(call.path, scope["query_string"], call.heads.language)
                self._callers.keep(again, call.principal, entry)
            return Reply(200, entry.kept)
        seen = Seen(call.desk, house)
        body = _encode(await listing(call, house, question, seen))
        self._memory.keep(asked, seen, body)
        return Reply(200, body)


@lru_cache(maxsize=_QUESTIONS_KEPT)
def read_question(place: str, query: bytes) -> Question:
    """Return what is asked for. Refuses: NotFound for what is no id; RequestInvalid with every wrong parameter."""
    if len(place) != _UUID_LENGTH:
        raise NotFound
    try:
        restaurant_id = RestaurantId(UUID(place))
    except ValueError as error:
        raise NotFound from error
    told = dict(parse_qsl(query.decode("latin-1"), max_num_fields=20))
    errors: list[RequestError] = []
    on = _date(told, errors)
    party_size = _number(told, "party_size", 1, _PARTY_SIZE_MAX, errors)
    days = _number(told, "days", 1, DAYS_MAX, errors) if "days" in told else None
    area_id: AreaId | None = None
    if told.get("area_id"):
        try:
            area_id = AreaId(UUID(told["area_id"]))
        except ValueError:
            errors.append(request_error("area_id", "wrong_format"))
    if errors:
        raise RequestInvalid(*errors)
    check_dates(("date", on))
    return Question(restaurant_id, on, party_size, area_id, days)


async def listing(
    call: Call, house: House, question: Question, seen: Seen, *, excluding: UUID | None = None
) -> AvailabilityAnswer | Calendar:
    """Return the starts of a date, or of as many as are asked for, and note in `seen` what they were worked out from.

    `excluding` is the reservation that is to be changed: what it holds now is not in its own way.
    """
    asking = Asking(
        party_size=question.party_size,
        audience=call.audience,
        area_id=question.area_id,
        excluding=excluding,
    )
    days: list[DayAnswer] = []
    listed = await calendar_offers(call.desk, house, asking, first_on=question.on, count=question.days or 1)
    for number, answers in enumerate(listed):
        on = question.on + timedelta(days=number)
        seen.note(on)
        slots = [shown_slot(house, answer, call.language, call.audience) for answer in answers]
        if len(slots) == 1 and not slots[0].time:
            days.append(
                DayAnswer(
                    date=on,
                    open=False,
                    available=0,
                    slots=[],
                    reason=slots[0].reason,
                    message=slots[0].message,
                )
            )
            continue
        available = sum(isinstance(answer, Offer) for answer in answers)
        days.append(DayAnswer(date=on, open=bool(slots), available=available, slots=slots))
    timezone = house.restaurant.timezone
    if question.days is not None:
        return Calendar(
            restaurant_id=question.restaurant_id, timezone=timezone, party_size=question.party_size, days=days
        )
    (day,) = days
    return AvailabilityAnswer(
        restaurant_id=question.restaurant_id,
        timezone=timezone,
        party_size=question.party_size,
        date=day.date,
        open=day.open,
        available=day.available,
        slots=day.slots,
        reason=day.reason,
        message=day.message,
    )


async def _json_body(call: Call, receive: Receive) -> bytes:
    """Return the body. Refuses: UnsupportedMedia when it is declared to be something else; BodyTooLarge, RequestTimeout."""
    require_json(call.heads.content_type, call.heads.content_encoding)
    return await read_body(receive, call.heads.content_length)


def _date(told: dict[str, str], errors: list[RequestError]) -> date:
    text = told.get("date")
    if not text:
        errors.append(request_error("date", "missing_field"))
        return date.min
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors.append(request_error("date", "wrong_format"))
        return date.min


def _number(  # noqa: PLR0917 - a parameter, its limits, and where errors go.
    told: dict[str, str], name: str, minimum: int, maximum: int, errors: list[RequestError]
) -> int:
    text = told.get(name)
    if not text:
        errors.append(request_error(name, "missing_field"))
        return minimum
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 6):  # noqa: PLR2004 - enough digits for any limit here.
        errors.append(request_error(name, "wrong_type", expected="int", got="str"))
        return minimum
    if not minimum <= int(text) <= maximum:
        errors.append(request_error(name, "out_of_range", limit=f"{minimum}…{maximum}"))
        return minimum
    return int(text)
