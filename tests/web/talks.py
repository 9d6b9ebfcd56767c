"""Conversations for the skin's tests: a line, a guest who writes on it, and the bot that handed over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from saveit.conversations import (
    Conversation,
    find_conversation,
    open_conversation,
    save_inbound,
    take_over,
)
from saveit.guests import Person, Writer, identify
from saveit.kernel.db import Transaction
from saveit.messages import Address
from tests.support.house import TESTER
from tests.web.conftest import Web


@dataclass(frozen=True)
class Talk:
    """A conversation, and whose it is."""

    id: UUID
    line_id: UUID
    person: Person


async def line(web: Web, *, advisor_id: str | None = None, channel: str = "telegram") -> str:
    """Add a line of the house, or of an advisor, and return its id."""
    name = f"bot{uuid4().hex}"
    secrets = {
        "telegram": {"bot_token": "1:a", "secret_token": "agreed"},
        "whatsapp_meta": {"access_token": "t", "app_secret": "s", "verify_token": "v"},
    }
    body = {
        "channel": channel,
        "account": name,
        "address": name,
        "credentials": secrets[channel],
        **({"opaque": name} if channel == "telegram" else {}),
        **({"advisor_id": advisor_id} if advisor_id else {"restaurant_id": str(web.restaurant.id)}),
    }
    made = await web.client.post("/lines", json=body)
    assert made.status_code == 201, made.text
    return made.json()["line"]["id"]


async def talk(
    web: Web,
    line_id: str,
    *,
    text: str = "Hola, ¿tienen mesa?",
    phone: str | None = None,
    channel: str = "telegram",
    advisor_id: str | None = None,
    at: datetime | None = None,
    name: str | None = "Paz",
) -> Talk:
    """Let a guest write on a line."""
    now = at or web.world.clock.now()
    identifier = uuid4().hex
    async with web.world.database.tenant(web.tenant.id, TESTER) as tx:
        sealer = await web.world.keys.sealer(tx, web.tenant.id)
        writer = Writer(
            place=f"{channel}|{line_id}", identifier=identifier, phones=(phone,) if phone else (), name=name
        )
        person = await identify(tx, sealer, writer, now=now)
        conversation = await open_conversation(
            tx,
            sealer,
            line_id=UUID(line_id),
            channel=channel,
            address=Address("user_id", identifier),
            now=now,
            person_id=person.id,
            advisor_id=UUID(advisor_id) if advisor_id else None,
        )
        await heard(tx, web, conversation, text, now)
    return Talk(conversation.id, UUID(line_id), person)


async def heard(  # noqa: PLR0917 - who says what, when.
    tx: Transaction, web: Web, conversation: Conversation, text: str, now: datetime
) -> None:
    """Write down what a guest said."""
    sealer = await web.world.keys.sealer(tx, web.tenant.id)
    await save_inbound(
        tx,
        sealer,
        conversation,
        kind="written",
        text=text,
        channel_message_id=uuid4().hex,
        replies_to=None,
        at=now,
        now=now,
    )


async def handed_over(web: Web, conversation_id: UUID, why: str = "asked") -> None:
    """Let the bot hand a conversation over."""
    async with web.world.database.tenant(web.tenant.id, TESTER) as tx:
        sealer = await web.world.keys.sealer(tx, web.tenant.id)
        conversation = await find_conversation(tx, sealer, conversation_id)
        assert conversation is not None
        await take_over(tx, conversation, by="bot", why=why, now=web.world.clock.now())
