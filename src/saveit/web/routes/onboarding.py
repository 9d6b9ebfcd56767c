"""Setting a restaurant up: rules in plain words, a day under rules that are not in force, and a test message."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, FromQuery

from saveit.access import Permission
from saveit.advisors import Line, LineUnknown, find_line
from saveit.conversations import messages_by_id, send_test, tests_of
from saveit.guests import normal_email, normal_phone
from saveit.kernel.db import Transaction
from saveit.kernel.ids import LineId, RestaurantId
from saveit.ledger import House
from saveit.messages import Address, UnifiedResponse, fit
from saveit.reservations import day_offers, offers_under
from saveit.seating import Asking, Closed, Offer, local_date
from saveit.venues import Rules, parse_rules, rules_in_words
from saveit.web.desk import check_dates
from saveit.web.edge import Call
from saveit.web.problems import CannotBeSaid, ReplyWindowClosed, RequestInvalid, request_error
from saveit.web.routes.shared import Calling, PathId, answered, require_seen
from saveit.web.wire import shown_slot
from saveit.web.wire.onboarding import (
    PartyTrial,
    RulesProposal,
    RulesSummary,
    RulesTrial,
    RulesTrialAnswer,
    TestAnswer,
    TestAnswers,
    TestMessage,
)

_RULES = {"business_hours": {"friday": [{"name": "dinner", "opens": "19:00", "closes": "23:00"}]}}
_PROPOSAL = Example(value={"rules": _RULES})
_TRIAL = Example(value={"rules": _RULES, "date": "2026-03-14", "party_sizes": [2, 4]})
_TEST = Example(value={"to": "+573001234567"})
_TEST_WORDS = {
    "es": "Este es un mensaje de prueba de {name}. Si lo lees, la línea funciona. ✅",
    "en": "This is a test message from {name}. If you can read it, the line works. ✅",
}
_MAILS = frozenset(("email_ses", "email_smtp"))
_PHONES = frozenset(("whatsapp_meta", "whatsapp_twilio", "sms_twilio", "sms_aws"))

Spoken = FromQuery[Literal["es", "en"] | None]


@get(
    "/restaurants/{restaurant_id:uuid}/rules/summary",
    summary="Read the rules in plain words",
    tags=["Restaurants"],
)
async def read_rules_summary(call: Calling, restaurant_id: PathId, lang: Spoken = None) -> RulesSummary:
    """In the order in which a newcomer asks."""
    house = await call.house("restaurants:read", RestaurantId(restaurant_id))
    return _summary(call, house, house.rules, lang)


@post(
    "/restaurants/{restaurant_id:uuid}/rules/summary",
    summary="Read proposed rules in plain words",
    status_code=200,
    tags=["Restaurants"],
)
async def summarise_rules(
    call: Calling,
    restaurant_id: PathId,
    data: Annotated[RulesProposal, Body(examples=[_PROPOSAL])],
    lang: Spoken = None,
) -> RulesSummary:
    """Nothing is kept; every error in them is told."""
    house = await call.house("restaurants:read", RestaurantId(restaurant_id))
    return _summary(call, house, parse_rules(data.rules), lang)


@post(
    "/restaurants/{restaurant_id:uuid}/rules/preview",
    summary="See a day under proposed rules",
    status_code=200,
    tags=["Restaurants"],
)
async def preview_rules(
    call: Calling, restaurant_id: PathId, data: Annotated[RulesTrial, Body(examples=[_TRIAL])]
) -> RulesTrialAnswer:
    """What guests could book, with the tables that are taken as they are, beside what they can book now. Nothing is kept."""
    house = await call.house("restaurants:read", RestaurantId(restaurant_id))
    rules = parse_rules(data.rules)
    on = data.date or local_date(call.now, house.zone) + timedelta(days=1)
    check_dates(("date", on))
    parties: list[PartyTrial] = []
    for size in dict.fromkeys(data.party_sizes):
        asking = Asking(party_size=size, audience="guest")
        tried = await offers_under(call.desk, house, rules, on, asking)
        now = await day_offers(call.desk, house, on, asking)
        whole = next((each for each in tried if isinstance(each, Closed) and each.time is None), None)
        slot = None if whole is None else shown_slot(house, whole, call.language, call.audience)
        parties.append(
            PartyTrial(
                party_size=size,
                available=_open(tried),
                available_now=_open(now),
                slots=[]
                if slot
                else [shown_slot(house, each, call.language, call.audience) for each in tried],
                reason=None if slot is None else slot.reason,
                message=None if slot is None else slot.message,
            )
        )
    return RulesTrialAnswer(on, parties)


@post("/lines/{line_id:uuid}/test", summary="Send a test message", tags=["Lines"])
async def test_line(
    call: Calling, line_id: PathId, data: Annotated[TestMessage, Body(examples=[_TEST])]
) -> Response[TestAnswer]:
    """To an address of one's own; five an hour for a customer. Where the provider wants guests to write first, write to the line."""
    call.require_somewhere("lines:write")
    await call.settle_subject(line_id)

    async def work(tx: Transaction) -> TestAnswer:
        line = await _line(call, tx, LineId(line_id), "lines:write")
        can = call.parts.gateway.channels[line.channel].can
        if can.reply != "later" or line.channel == "webchat":
            raise CannotBeSaid(channel=line.channel)
        if can.reply_window is not None:
            raise ReplyWindowClosed(channel=line.channel, templates=can.templates)
        sealer = await call.sealer(tx)
        name, region = await _whose(call, line)
        text = data.text or _TEST_WORDS[line.language or call.language].format(name=name)
        message_id = await send_test(
            tx,
            sealer,
            line_id=line.id,
            channel=line.channel,
            advisor_id=line.advisor_id,
            address=_address(line, data.to, region),
            parts=fit(UnifiedResponse(text=text, subject=name), can),
            language=line.language or "es",
            now=call.now,
        )
        tx.after_commit(call.parts.deliver)
        return (await _tests(call, tx, [message_id]))[0]

    return answered(await call.once(data, TestAnswer, work))


@get("/lines/{line_id:uuid}/tests", summary="See what became of test messages", tags=["Lines"])
async def read_line_tests(call: Calling, line_id: PathId) -> TestAnswers:
    """The latest ten."""
    call.require_somewhere("lines:read")
    await call.settle_subject(line_id)

    async def work(tx: Transaction) -> TestAnswers:
        line = await _line(call, tx, LineId(line_id), "lines:read")
        return TestAnswers(await _tests(call, tx, await tests_of(tx, line.id)))

    return await call.act(work)


def _summary(call: Call, house: House, rules: Rules, language: Literal["es", "en"] | None) -> RulesSummary:
    spoken = language or call.language
    today = local_date(call.now, house.zone)
    told = rules_in_words(rules, language=spoken, currency=house.restaurant.currency, today=today)
    return RulesSummary(spoken, told)


def _open(answers: list[Offer | Closed]) -> int:
    return sum(isinstance(each, Offer) for each in answers)


async def _line(call: Call, tx: Transaction, line_id: LineId, permission: Permission) -> Line:
    """Return a line that the caller may do this with. Refuses: LineUnknown, Forbidden."""
    unknown = LineUnknown(line_id=str(line_id))
    line = await find_line(tx, line_id)
    if line is None:
        raise unknown
    if line.restaurant_id is not None:
        require_seen(call, permission, line.restaurant_id, unknown)
    elif call.principal.kind == "staff":
        call.require_somewhere(permission)
    else:
        call.require(permission, None)
    return line


async def _whose(call: Call, line: Line) -> tuple[str, str]:
    """Return in whose name a line speaks, and whose phones are written without a country."""
    mine = sorted(call.principal.restaurants or ())
    restaurant_id = line.restaurant_id or (mine[0] if mine else None)
    if restaurant_id is None:
        return "SaveIt", ""
    house = await call.desk.house(call.tenant_id, restaurant_id)
    return house.restaurant.name, house.restaurant.region


def _address(line: Line, text: str, region: str) -> Address:
    """Return the address in the channel's spelling. Refuses: RequestInvalid."""
    if line.channel in _MAILS:
        email = normal_email(text)
        if email is not None:
            return Address("email", email)
    elif line.channel in _PHONES:
        phone = normal_phone(text, region)
        if phone is not None:
            return Address("phone", phone)
    else:
        return Address("user_id", text.strip())
    raise RequestInvalid(request_error("to", "wrong_format"))


async def _tests(call: Call, tx: Transaction, message_ids: list[UUID]) -> list[TestAnswer]:
    found = await messages_by_id(tx, await call.sealer(tx), message_ids)
    return [
        TestAnswer(said.id, said.conversation_id, said.status, said.error, said.at)
        for message_id in message_ids
        if (said := found.get(message_id)) is not None
    ]


def onboarding_routes() -> Router:
    """Return the routes of setting up."""
    return Router(
        "/",
        route_handlers=[read_rules_summary, summarise_rules, preview_rules, test_line, read_line_tests],
    )
