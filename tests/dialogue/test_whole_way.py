"""The whole way in: a provider's signed request, the inbox, a turn, and the planned answer as that provider's channel carries it."""

import hashlib
import hmac

import msgspec

from saveit.advisors import LineDraft, add_line
from saveit.channels import CHANNELS
from saveit.dialogue import BuiltIn, GatewayInbox, Turns
from saveit.gateway import open_gateway, receive
from saveit.kernel.http import HttpClient
from saveit.messages import Request
from tests.support.core import HOST, Bistro, Opening

SECRET = "the app's secret"
WABA, NUMBER, GUEST = "102290129340398", "106540352242922", "34600111222"


def _written(bistro: Bistro, number: int, text: str) -> Request:
    message = {
        "from": GUEST,
        "id": f"wamid.{number}",
        "timestamp": "1772471000",
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER},
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": GUEST}],
        "messages": [message],
    }
    body = msgspec.json.encode(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": WABA, "changes": [{"field": "messages", "value": value}]}],
        }
    )
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return Request(
        method="POST",
        url="https://tables.example/webhooks/whatsapp_meta",
        headers={"x-hub-signature-256": f"sha256={signature}", "content-type": "application/json"},
        body=body,
        received_at=bistro.clock.now(),
    )


async def test_a_signed_message_by_whatsapp_becomes_a_booking_and_planned_answers(opening: Opening) -> None:
    bistro = await opening.bistro()
    channels = {channel.name: channel for channel in CHANNELS}
    http = HttpClient()
    gateway = open_gateway(bistro.desk.database, bistro.clock, bistro.desk.keys, channels=channels, http=http)
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        draft = LineDraft(
            channel="whatsapp_meta",
            account=WABA,
            address=f"{NUMBER}",
            restaurant_id=bistro.restaurant_id,
            credentials={"app_secret": SECRET, "verify_token": "agreed", "access_token": "EAAG"},
        )
        sealer = await bistro.desk.keys.sealer(tx, bistro.tenant_id)
        await add_line(tx, draft, channels=channels, sealer=sealer, now=bistro.clock.now())
    turns = Turns(bistro.desk, channels, BuiltIn(), GatewayInbox(gateway))

    for number, text in enumerate(("mesa para 2 el miércoles a las 8 de la noche", "sí", "sí"), 1):
        # The last is the second, delivered again.
        answer = await receive(gateway, "whatsapp_meta", _written(bistro, min(number, 2), text))
        assert answer.status == 200
        await turns.take_next()

    tenant = bistro.tenant_id
    assert await bistro.rows(
        "SELECT status, party_size, source FROM reservations WHERE tenant_id = $1", tenant
    ) == [("confirmed", 2, "whatsapp_meta")]
    assert await bistro.rows(
        "SELECT direction, kind, status FROM messages WHERE tenant_id = $1 ORDER BY seq", tenant
    ) == [
        ("in", "written", "received"),
        ("out", "buttons", "planned"),
        ("in", "written", "received"),
        ("out", "buttons", "planned"),
    ]
    assert await bistro.rows("SELECT DISTINCT status FROM inbox WHERE tenant_id = $1", tenant) == [("done",)]
    told = await bistro.rows(
        "SELECT kind, restaurant_id = $2, body->>'reservation_id' = (SELECT reservation_id::text FROM reservations WHERE tenant_id = $1) "
        "FROM facts WHERE tenant_id = $1 AND kind IN ('conversation.offered', 'conversation.booked') ORDER BY position",
        tenant,
        bistro.restaurant_id,
    )
    assert told[0] == ("conversation.offered", True, None)
    assert told[-1] == ("conversation.booked", True, True)
    await gateway.close()
    await http.close()
