"""Gives each restaurant of the demo a line on every channel, whose provider the sandbox stands in for."""

from collections.abc import Sequence
from uuid import UUID

from saveit.advisors import LineDraft, LineTaken, add_line
from saveit.channels import CHANNELS
from saveit.demo.tools import DemoTools
from saveit.kernel.db import Actor
from saveit.kernel.ids import RestaurantId
from saveit.sandbox import SANDBOX_RESTAURANTS_MAX, sandbox_lines
from saveit.venues import tenant_of

_ACTOR = Actor("system", "demo", "demo")


async def connect_lines(tools: DemoTools, *, url: str, places: Sequence[UUID]) -> int:
    """Add the lines that there are not, and return how many were added. What stands is not changed."""
    channels = {channel.name: channel for channel in CHANNELS}
    added = 0
    for number, place in enumerate(places[:SANDBOX_RESTAURANTS_MAX], 1):
        async with tools.database.gate() as gate_tx:
            tenant_id = await tenant_of(gate_tx, RestaurantId(place))
        if tenant_id is None:
            continue
        for line in sandbox_lines(number, public_url=url, secret=tools.line_secret):
            draft = LineDraft(
                channel=line.channel,
                account=line.key.account,
                address=line.key.address,
                restaurant_id=RestaurantId(place),
                opaque=line.opaque or None,
                language="es",
                credentials=dict(line.credentials.values),
            )
            try:
                async with tools.database.tenant(tenant_id, _ACTOR) as tx:
                    sealer = await tools.keys.sealer(tx, tenant_id)
                    await add_line(tx, draft, channels=channels, sealer=sealer, now=tools.clock.now())
            except LineTaken:
                continue
            added += 1
    return added
