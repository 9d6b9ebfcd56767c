"""The sandbox and the product put together, in one process."""

import msgspec

from saveit.consumers.live import Chats
from saveit.conversations import find_open, recall
from saveit.gateway import Gateway, receive
from saveit.kernel.db import Actor
from saveit.kernel.settings import Settings
from saveit.messages import Request, Response
from saveit.sandbox.api import App, SandboxApi, Standing
from saveit.sandbox.behind import Behind
from saveit.sandbox.inside import deliver_to, frames_into
from saveit.sandbox.model import Incoming
from saveit.sandbox.stage import Stage


def put_on_stage(stage: Stage, app: App, gateway: Gateway, chats: Chats, *, settings: Settings) -> SandboxApi:
    """Put the sandbox's API before the application, and let the stand-ins deliver to it."""

    async def receive_mail(incoming: Incoming) -> Response:
        request = Request(
            method=incoming.method,
            url=settings.public_url + incoming.path,
            headers=incoming.headers,
            body=incoming.body,
            received_at=gateway.clock.now(),
        )
        answer = await receive(gateway, "email_smtp", request)
        return Response(status=answer.status, body=answer.body)

    async def look_up(channel: str, address: str, line_address: str = "") -> Standing:
        actor = Actor("system", "sandbox", "internal")
        for line in stage.world.lines:
            meant = line.channel == channel and line_address in {"", line.key.address}
            route = await gateway.lines.find(channel, line.key) if meant else None
            if route is None:
                continue
            async with gateway.database.ledger(actor) as tx:
                sealer = await gateway.keys.sealer(tx, route.line.tenant_id)
                found = await find_open(tx, sealer, line_id=route.line.id, channel=channel, address=address)
                known = None if found is None else await recall(tx, route.line.tenant_id, found.id)
            if known is not None:
                state = msgspec.json.decode(known.state or "{}", type=_Asked)
                return Standing(asked=state.asked, ai_attention=known.ai_attention)
        return Standing()

    frames = frames_into(chats, gateway)
    stage.set_deliver(deliver_to(app, settings.public_url, receive_mail=receive_mail, receive_frame=frames))
    return SandboxApi(stage, look_up, app, Behind(gateway.database, settings.data_dir / "demo.json"))


class _Asked(msgspec.Struct, frozen=True):
    """What a conversation's state says that it waits for."""

    asked: str | None = None
