"""A guest's phone, proved on the booking page: a code goes to it, and whoever types it books as its holder.

Only who keeps a table is sent one: otherwise a stranger's script could have us write to any number in the world, at the house's cost.
"""

from datetime import timedelta
from typing import Annotated, Final

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import Example
from litestar.params import Body, FromPath

from saveit.advisors import Line, lines_of_house, list_lines
from saveit.consumers.notices import phone_code_words
from saveit.conversations import open_conversation, plan
from saveit.guests import (
    CODE_LASTS,
    ContactError,
    ContactRefused,
    check_phone_code,
    make_phone_code,
    normal_phone,
)
from saveit.kernel.db import Transaction
from saveit.ledger import House
from saveit.messages import Address, UnifiedResponse, fit
from saveit.reservations import HoldOver, HoldUnknown, find_hold
from saveit.web.desk import enter
from saveit.web.edge import Call
from saveit.web.problems import CodeWrong, PhoneCodesUnavailable, PhoneProofOver
from saveit.web.routes.shared import Calling
from saveit.web.wire.public import PhoneCodeCheck, PhoneCodeRequest, PhoneCodeSent, PhoneProved

# Long enough for a form that is filled in slowly, and for a second try at another time.
_PROOF_LASTS: Final = timedelta(hours=1)
_BY_TEXT: Final = frozenset(("sms_twilio", "sms_aws"))
_ASK = Example(value={"hold_id": "01890000-0000-7000-8000-000000000001", "phone": "+573001234567"})
_SAY = Example(value={"phone": "+573001234567", "code": "402913"})


@post(
    "/restaurants/{slug:str}/phone-codes",
    summary="Send a code to a phone",
    status_code=202,
    opt={"open": True},
)
async def send_phone_code(
    call: Calling, slug: FromPath[str], data: Annotated[PhoneCodeRequest, Body(examples=[_ASK])]
) -> PhoneCodeSent:
    """By SMS, to whoever keeps a table; three in a quarter of an hour. A newer code takes the place of an older one."""
    house = await enter(call, slug)
    phone = _phone(house, data.phone)

    async def work(tx: Transaction) -> None:
        hold = await find_hold(tx, data.hold_id)
        if hold.restaurant_id != house.restaurant_id:
            raise HoldUnknown(hold_id=str(data.hold_id))
        if hold.expires_at <= call.now or hold.released_at is not None:
            raise HoldOver(hold_id=str(data.hold_id))
        line = _line(await list_lines(tx), house)
        sealer = await call.sealer(tx)
        code = await make_phone_code(
            tx, sealer, phone, hold_id=data.hold_id, now=call.now, entropy=call.desk.entropy
        )
        text = phone_code_words(code, house.restaurant.name, call.language)
        conversation = await open_conversation(
            tx,
            sealer,
            line_id=line.id,
            channel=line.channel,
            address=Address("phone", phone),
            now=call.now,
            advisor_id=line.advisor_id,
            language=call.language,
        )
        parts = fit(UnifiedResponse(text=text), call.parts.gateway.channels[line.channel].can)
        await plan(
            tx, sealer, conversation, parts, author="system", now=call.now, expires_at=call.now + CODE_LASTS
        )
        tx.after_commit(call.parts.deliver)

    await call.act(work)
    return PhoneCodeSent(int(CODE_LASTS.total_seconds()))


@post(
    "/restaurants/{slug:str}/phone-codes/check",
    summary="Say the code that came to a phone",
    status_code=200,
    opt={"open": True},
)
async def check_phone(
    call: Calling, slug: FromPath[str], data: Annotated[PhoneCodeCheck, Body(examples=[_SAY])]
) -> PhoneProved:
    """With what it answers, the phone needs no other proof for an hour. Five tries a code."""
    house = await enter(call, slug)
    phone = _phone(house, data.phone)

    async def work(tx: Transaction) -> bool:
        return await check_phone_code(tx, await call.sealer(tx), phone, data.code, now=call.now)

    # The try that failed is counted: it must be committed before it is refused.
    if not await call.act(work):
        raise CodeWrong
    until = call.now + _PROOF_LASTS
    proof = await call.links.phone_proof(house.tenant_id, phone, until)
    return PhoneProved(proof, int(_PROOF_LASTS.total_seconds()))


async def proved(call: Call, phone: str | None, proof: str | None) -> tuple[str, ...]:
    """Return which requirement a proof meets, none where none is shown. Refuses: PhoneProofOver."""
    if proof is None:
        return ()
    if phone is None or not await call.links.proves_phone(call.tenant_id, phone, proof, call.now):
        raise PhoneProofOver
    return ("phone_verification",)


def phone_routes() -> list[HTTPRouteHandler]:
    """Return the routes that prove a phone."""
    return [send_phone_code, check_phone]


def _phone(house: House, text: str) -> str:
    phone = normal_phone(text, house.restaurant.region)
    if phone is None:
        raise ContactRefused([ContactError("phone", "phone_invalid")])
    return phone


def _line(lines: list[Line], house: House) -> Line:
    """Return the line that carries an SMS. Refuses: PhoneCodesUnavailable."""
    found = next(
        (line for line in lines_of_house(lines, house.restaurant_id) if line.channel in _BY_TEXT), None
    )
    if found is None:
        raise PhoneCodesUnavailable
    return found
