"""Providers as they call us: requests with real signatures, made by hand so that a test sees what is signed."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus, urlencode

import msgspec

from saveit.advisors import AdvisorDraft, Line, LineDraft, add_advisor, add_line
from saveit.kernel.clock import SettableClock
from saveit.kernel.ids import AdvisorId, RestaurantId
from saveit.messages import Request
from saveit.venues import Tenant
from tests.support.house import NOON, TESTER, World

ORIGIN = "https://tables.example"
META_SECRET = "the app's secret"
TWILIO_TOKEN = "the account's token"
TELEGRAM_SECRET = "the-agreed-word"

META_CREDENTIALS = {"app_secret": META_SECRET, "verify_token": "agreed", "access_token": "EAAG"}
TWILIO_CREDENTIALS = {"auth_token": TWILIO_TOKEN}
TELEGRAM_CREDENTIALS = {"bot_token": "1:abc", "secret_token": TELEGRAM_SECRET}


def moved(world: World, by: timedelta) -> None:
    """Let time pass."""
    assert isinstance(world.clock, SettableClock)
    world.clock.advance(by)


async def line(
    world: World,
    tenant: Tenant,
    channel: str,
    account: str,
    *,
    address: str = "",
    credentials: Mapping[str, str],
    restaurant_id: RestaurantId | None = None,
    advisor_id: AdvisorId | None = None,
) -> Line:
    """Add a line."""
    draft = LineDraft(
        channel=channel,
        account=account,
        address=address,
        opaque=account if channel == "telegram" else None,
        credentials=credentials,
        restaurant_id=restaurant_id,
        advisor_id=advisor_id,
    )
    async with world.database.tenant(tenant.id, TESTER) as tx:
        sealer = await world.keys.sealer(tx, tenant.id)
        made = await add_line(tx, draft, channels=world.gateway.channels, sealer=sealer, now=NOON)
    world.gateway.lines.forget_line(made.id)
    return made


async def advisor(world: World, tenant: Tenant, name: str = "María González") -> AdvisorId:
    """Add an advisor."""
    async with world.database.tenant(tenant.id, TESTER) as tx:
        sealer = await world.keys.sealer(tx, tenant.id)
        return (await add_advisor(tx, AdvisorDraft(name=name), sealer=sealer, now=NOON)).id


def meta_text(
    message_id: str, sender: str = "573001112233", text: str = "una mesa para dos"
) -> dict[str, Any]:
    """Return one message as it stands in a batch."""
    return {
        "from": sender,
        "id": message_id,
        "timestamp": "1772470800",
        "type": "text",
        "text": {"body": text},
    }


def meta_batch(numbers: Mapping[tuple[str, str], Sequence[dict[str, Any]]]) -> bytes:
    """Return a batch: messages by (business account, phone number id)."""
    entries = [
        {
            "id": account,
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {"display_phone_number": "15550001111", "phone_number_id": number},
                        "messages": list(messages),
                    },
                }
            ],
        }
        for (account, number), messages in numbers.items()
    ]
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": entries})


def meta_headers(body: bytes, secret: str = META_SECRET) -> dict[str, str]:
    """Return the headers with which Meta signs."""
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"content-type": "application/json", "x-hub-signature-256": f"sha256={signed}"}


def twilio_form(account: str, to: str, sid: str, text: str = "hola") -> bytes:
    """Return a message as Twilio's form."""
    return urlencode(
        {
            "MessageSid": sid,
            "AccountSid": account,
            "From": "whatsapp:+573001112233",
            "To": f"whatsapp:{to}",
            "Body": text,
            "NumMedia": "0",
        }
    ).encode()


def twilio_headers(url: str, form: bytes, token: str = TWILIO_TOKEN) -> dict[str, str]:
    """Return the headers with which Twilio signs: over the address, then each name and value, sorted."""
    fields = [pair.split("=", 1) for pair in form.decode().split("&")]
    said = "".join(sorted(unquote_plus(name) + unquote_plus(value) for name, value in fields))
    signed = hmac.new(token.encode(), (url + said).encode(), hashlib.sha1).digest()
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": base64.b64encode(signed).decode(),
    }


def telegram_update(number: int, chat: int = 77, text: str = "hola") -> bytes:
    """Return an update."""
    return msgspec.json.encode(
        {
            "update_id": number,
            "message": {
                "message_id": number,
                "from": {"id": chat, "is_bot": False, "first_name": "Ana"},
                "chat": {"id": chat, "type": "private"},
                "date": 1772470800,
                "text": text,
            },
        }
    )


def telegram_headers(secret: str = TELEGRAM_SECRET) -> dict[str, str]:
    """Return the headers with which Telegram shows the agreed word."""
    return {"content-type": "application/json", "x-telegram-bot-api-secret-token": secret}


def post(channel: str, body: bytes, headers: Mapping[str, str], *, opaque: str = "") -> Request:
    """Return a request as the skin hands it on."""
    tail = f"/{opaque}" if opaque else ""
    return Request(
        method="POST",
        url=f"{ORIGIN}/webhooks/{channel}{tail}",
        headers=headers,
        body=body,
        opaque=opaque,
        received_at=NOON,
    )


def telegram_post(bot: str, number: int, *, chat: int = 77, text: str = "hola") -> Request:
    """Return an update to a bot."""
    return post("telegram", telegram_update(number, chat, text), telegram_headers(), opaque=bot)
