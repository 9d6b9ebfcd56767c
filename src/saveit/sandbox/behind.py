"""What the sandbox's page shows beside the phones: who may be written to, who may sign in, and the facts that follow from it all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from saveit.kernel.db import Actor, Database
from saveit.outbox import Place, RecordedFact, latest
from saveit.sandbox.lines import SANDBOX_RESTAURANTS_MAX
from saveit.sandbox.model import Faults
from saveit.sandbox.stage import Stage

_FACTS_MAX = 60
_ACTOR = Actor("system", "sandbox", "internal")


class House(msgspec.Struct, frozen=True):
    """A restaurant of the demo, and its address on each channel."""

    id: str
    slug: str
    name: str
    timezone: str
    lines: Mapping[str, str] = {}


class Login(msgspec.Struct, frozen=True):
    """Someone of the demo's staff who can sign in."""

    email: str
    password: str
    role: str
    restaurants: Sequence[str] = ()


class Whole(msgspec.Struct, frozen=True):
    """All that the page begins with; without a demo nobody can be written to but by a line's own address."""

    restaurants: Sequence[House] = ()
    staff: Sequence[Login] = ()
    now: datetime | None = None


class Told(msgspec.Struct, frozen=True):
    """A fact as the page shows it."""

    id: UUID
    kind: str
    channel: str
    restaurant_id: UUID | None
    service_on: str | None
    at: datetime


class News(msgspec.Struct, frozen=True):
    """The newest facts, the place to ask on from, and what goes wrong on purpose and what time it is, whoever set them."""

    facts: Sequence[Told]
    after: str
    faults: Faults
    now: datetime


class Behind:
    """Reads what stands behind the phones. `demo_file` is written by the demo, and only there."""

    def __init__(self, database: Database, demo_file: Path) -> None:
        self._database = database
        self._demo_file = demo_file

    def whole(self, stage: Stage) -> Whole:
        """Return the demo's restaurants with their lines, and its staff."""
        try:
            demo = msgspec.json.decode(self._demo_file.read_bytes(), type=Whole)
        except (FileNotFoundError, msgspec.MsgspecError):
            demo = Whole()
        lines = stage.world.lines
        each = len(lines) // SANDBOX_RESTAURANTS_MAX
        houses = [
            msgspec.structs.replace(
                house, lines={line.channel: line.key.address for line in lines[at * each : (at + 1) * each]}
            )
            for at, house in enumerate(demo.restaurants)
        ]
        return Whole(houses, demo.staff, stage.clock.now())

    async def news(self, stage: Stage, after: str) -> News:
        """Return the newest facts after a place, and how the stage is set. Raises: ValueError when it is none."""
        txid, _, position = after.partition(".")
        async with self._database.ledger(_ACTOR) as tx:
            found = await latest(tx, Place(int(txid), int(position)), rows_max=_FACTS_MAX)
        place = f"{found[-1].txid}.{found[-1].position}" if found else after
        return News([_told(fact) for fact in found], place, stage.faults, stage.clock.now())


def _told(fact: RecordedFact) -> Told:
    day = None if fact.service_on is None else fact.service_on.isoformat()
    return Told(fact.fact_id, fact.kind, fact.channel, fact.restaurant_id, day, fact.at)
