"""What this process believes about restaurants and their days. Fast, sometimes late, never the judge.

A picture is brought up to date by this process's own acts at once and by the facts of others soon after. Between the two it may show a
table free that is taken (the constraint refuses, and the picture is read again) or taken that is free (nothing is refused for being
full on the word of a picture older than the request).
"""

import asyncio
from bisect import bisect_left
from collections import OrderedDict, defaultdict
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from weakref import WeakSet, WeakValueDictionary

from msgspec.structs import replace

from saveit.kernel.clock import Clock
from saveit.kernel.db import Actor, Database
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.ledger.house import House, read_house
from saveit.ledger.loads import counted, load_keys
from saveit.ledger.model import CountRow, StayRow
from saveit.ledger.readings import Readings
from saveit.ledger.store import read_days
from saveit.seating import Asking, DatePlan, Day, HolderKind, Reseating, Stay, Window, plan_of, reseat
from saveit.venues import TenantKeyRing

# A day of sixty parties is about 60 kB: these fit in 600 MB when all are full, and a restaurant has about thirty days in use.
_DAYS_MAX = 10_000
_HOUSES_MAX = 2_000
# The owner's documents keep restaurant settings for five minutes; facts and the version check make it exact long before.
_HOUSE_AGE_MAX = timedelta(minutes=5)
_DAY = timedelta(days=1)
# Placements tried before a re-seating is given up: a few milliseconds.
_NODES_MAX = 500
# Wishes remembered as full, of each picture: what a crowd asks for, and not whatever anybody types.
_FULL_MAX = 64
# An act is decided or given up within the limits of the driver's statements; whoever waits longer looks for himself.
_DECISION_TIMEOUT_S = 5.0
_NOON_MINUTE = 720
_MIDNIGHT_MINUTE = 1440
# A stay may run past the last close by its own length and buffer (480 and 120 minutes at most).
_AFTER_CLOSE = timedelta(hours=10)

_KINDS: dict[str, HolderKind] = {
    "reservation": "reservation",
    "hold": "hold",
    "walk_in": "walk_in",
    "block": "block",
    "import": "import",
}

DayKey = tuple[RestaurantId, date]


class Undecided:
    """The acts of this process on one service day that the ledger has not answered yet; shared by every picture of that day."""

    def __init__(self) -> None:
        self.acts: dict[UUID, Stay] = {}
        self.pictures: WeakSet[DayPicture] = WeakSet()
        self._decided = asyncio.Event()

    def begin(self, stay: Stay) -> None:
        """Note an act on its way."""
        self.acts[stay.holder_id] = stay

    def end(self, holder_id: UUID) -> bool:
        """Note that an act is decided, wake who waits for it, and say whether it was on its way."""
        begun = self.acts.pop(holder_id, None) is not None
        self._decided.set()
        self._decided = asyncio.Event()
        return begun

    async def next(self) -> None:
        """Wait until one of the acts is decided, for a bounded time: the commit itself has a limit, and this is beyond it."""
        if self.acts:
            with suppress(TimeoutError):
                async with asyncio.timeout(_DECISION_TIMEOUT_S):
                    await self._decided.wait()


class DayPicture:
    """One service day: what was read, what this process has asked for since, and when it was read."""

    def __init__(
        self, house: House, on: date, day: Day, *, undecided: Undecided, read_tick: int, read_at: datetime
    ) -> None:
        self.house = house
        self.on = on
        self.day = day
        self.read_tick = read_tick
        self.read_at = read_at
        self.version = 0
        self.superseded = False
        self.undecided = undecided
        undecided.pictures.add(self)
        self._reseatings: dict[tuple[int, Asking, int], Reseating | None] = {}
        self._seemed_full: set[tuple[str, Asking]] = set()

    def take(self, stay: Stay) -> None:
        """Show the tables as taken while the act is on its way."""
        self.undecided.begin(stay)
        self.show(stay)

    def show(self, stay: Stay) -> None:
        """Show the tables as taken."""
        self.day.add(stay)
        self._changed()

    def settle(self, stay: Stay, *, shown: bool, done: bool, replaces: UUID | None) -> None:
        """Keep what was shown, or give it back; a hold that became the stay goes."""
        if done and not shown and not self.day.stays_of(stay.holder_id):
            self.day.add(stay)
        if not done:
            self.day.remove(stay.holder_id)
        elif replaces is not None:
            self.day.remove(replaces)
        self._changed()

    def without(self, holder_id: UUID, loads: str, party_size: int) -> Day:
        """Return the decided day as it would be had this holder taken nothing; `loads` says what it is counted in on this day."""
        day = self.decided()
        own = day.stays_of(holder_id)
        day = day.without(holder_id)
        # A stay that was read does not know its counters; one that this process added does, and is uncounted with it.
        if not any(stay.load_keys for stay in own):
            plan = plan_of(self.house.rules, self.on, self.house.zone)
            for key in load_keys(plan, loads):
                day.count(key, parties=-1, covers=-party_size)
        return day

    def decided(self) -> Day:
        """Return the day without the acts that are still on their way."""
        if not self.undecided.acts:
            return self.day
        day = self.day.copy()
        for holder_id in self.undecided.acts:
            day.remove(holder_id)
        return day

    def settled(self) -> "DayPicture":
        """Return the same picture without the acts that are still on their way; nothing is ever shown on it."""
        if not self.undecided.acts:
            return self
        return DayPicture(
            self.house,
            self.on,
            self.decided(),
            undecided=Undecided(),
            read_tick=self.read_tick,
            read_at=self.read_at,
        )

    def reseating(
        self, window: Window, asking: Asking, now: datetime, *, nodes_max: int = _NODES_MAX
    ) -> Reseating | None:
        """Return how parties would have to move for this one to fit, worked out once for each state of the day."""
        key = (window.minute, asking, nodes_max)
        if key not in self._reseatings:
            self._reseatings[key] = reseat(
                self.house.floor, self.day, window, asking, nodes_max=nodes_max, now=now
            )
        return self._reseatings[key]

    def note_full(self, time: str, asking: Asking) -> None:
        """Remember that nothing seemed free, until the day changes: the next of a crowd need not reckon it again before a closer look."""
        if len(self._seemed_full) >= _FULL_MAX:
            self._seemed_full.clear()
        self._seemed_full.add((time, asking))

    def seemed_full(self, time: str, asking: Asking) -> bool:
        """Say whether nothing seemed free. It refuses nobody, since a hold may be over meanwhile: whoever asks looks again."""
        return (time, asking) in self._seemed_full

    def _changed(self) -> None:
        self.version += 1
        self._reseatings.clear()
        self._seemed_full.clear()


class Pictures:
    """The pictures of one process, bounded, with one reading at a time for each."""

    def __init__(self, database: Database, clock: Clock, keys: TenantKeyRing) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._tick = 1
        self._houses: OrderedDict[RestaurantId, House] = OrderedDict()
        self._days: OrderedDict[DayKey, DayPicture] = OrderedDict()
        self._reading: dict[DayKey, asyncio.Lock] = {}
        # A reading that was overtaken by news serves who asked for it and is not kept.
        self._readings = Readings()
        self._undecided: WeakValueDictionary[DayKey, Undecided] = WeakValueDictionary()

    def tick(self) -> int:
        """Return this moment: a picture whose reading begins later has a greater `read_tick`. Many who ask at once share one reading."""
        return self._tick

    def known_house(self, restaurant_id: RestaurantId, now: datetime) -> House | None:
        """Return the restaurant at hand when it is young enough, without reading anything; whose it is, is for the caller to look at."""
        found = self._houses.get(restaurant_id)
        return found if found is not None and now - found.read_at < _HOUSE_AGE_MAX else None

    async def house(self, tenant_id: TenantId, restaurant_id: RestaurantId) -> House | None:
        """Return a restaurant of this tenant, or None when the tenant has no such restaurant."""
        found = self._houses.get(restaurant_id)
        now = self._clock.now()
        if found is not None and now - found.read_at < _HOUSE_AGE_MAX:
            return found if found.tenant_id == tenant_id else None
        with self._readings.of(restaurant_id) as is_as_it_was:
            async with self._database.aside(tenant_id, Actor("system", "pictures", "internal")) as tx:
                house = await read_house(tx, self._keys, restaurant_id, now)
            current = is_as_it_was(restaurant_id)
        if house is not None and current:
            self._houses[restaurant_id] = house
            while len(self._houses) > _HOUSES_MAX:
                self._houses.popitem(last=False)
        return house

    async def day(self, house: House, service_on: date, *, after: int = 0) -> DayPicture:
        """Return the picture of a service day, read again unless it was read after the moment `after`."""
        key = (house.restaurant_id, service_on)
        found = self._days.get(key)
        if found is not None and found.house is house and found.read_tick > after:
            self._days.move_to_end(key)
            return found
        lock = self._reading.setdefault(key, asyncio.Lock())
        async with lock:
            # Whoever else was woken in this turn of the loop asks now, and has a part in the reading that begins after it.
            await asyncio.sleep(0)
            found = self._days.get(key)
            if found is not None and found.house is house and found.read_tick > after:
                return found
            picture = (await self._read(house, service_on, service_on))[service_on]
        if not lock.locked():
            self._reading.pop(key, None)
        return picture

    def known_day(
        self, house: House, service_on: date, *, age_max: timedelta, now: datetime | None = None
    ) -> DayPicture | None:
        """Return the picture at hand when it is young enough, without reading anything; `now` is the present unless it is at hand."""
        found = self._days.get((house.restaurant.id, service_on))
        if found is None or found.house is not house or (now or self._clock.now()) - found.read_at > age_max:
            return None
        return found

    def settle(
        self, picture: DayPicture, service_on: date, stay: Stay, *, done: bool, replaces: UUID | None = None
    ) -> None:
        """Tell every picture of the day, also one that was replaced and is still being looked at, what became of an act."""
        begun = picture.undecided.end(stay.holder_id)
        for each in tuple(picture.undecided.pictures):
            each.settle(stay, shown=begun and each is picture, done=done, replaces=replaces)
        start, end = picture.day.minutes_of(stay.starts_at, stay.ends_at)
        if done and (start < _NOON_MINUTE or end > _MIDNIGHT_MINUTE):
            self._neighbours_take(picture, service_on, stay)

    def _neighbours_take(self, picture: DayPicture, service_on: date, stay: Stay) -> None:
        """Show a stay that reaches into the next date, or begins in the tail of the last, on those pictures too."""
        for other_on in (service_on - _DAY, service_on + _DAY):
            other = self._days.get((picture.house.restaurant_id, other_on))
            if other is not None and other.house is picture.house and not other.day.stays_of(stay.holder_id):
                other.show(stay)

    def forget_day(self, restaurant_id: RestaurantId, service_on: date) -> None:
        """Read the day and those beside it again before the next use; a reading under way does not count as that."""
        for day in (service_on - _DAY, service_on, service_on + _DAY):
            key = (restaurant_id, day)
            self._readings.forget(key)
            self._days.pop(key, None)

    def forget_house(self, restaurant_id: RestaurantId) -> None:
        """Read the restaurant again before its next use; its days fall with it."""
        self._readings.forget(restaurant_id)
        self._houses.pop(restaurant_id, None)

    def forget_everything(self) -> None:
        """Read all again: the facts of other processes may have been missed."""
        self._readings.forget_everything()
        self._houses.clear()
        self._days.clear()

    async def days(self, house: House, first_on: date, count: int, *, age_max: timedelta) -> list[DayPicture]:
        """Return the pictures of so many dates, those at hand when young enough and the others by one reading of the whole span."""
        dates = [first_on + number * _DAY for number in range(count)]
        known = [self.known_day(house, on, age_max=age_max) for on in dates]
        missing = [on for on, picture in zip(dates, known, strict=True) if picture is None]
        read = await self._read(house, missing[0], missing[-1]) if missing else {}
        return [picture or read[on] for on, picture in zip(dates, known, strict=True)]

    async def _read(self, house: House, first_on: date, last_on: date) -> dict[date, DayPicture]:
        """Read a span of dates at once and keep a picture of each."""
        dates = [first_on + number * _DAY for number in range((last_on - first_on).days + 1)]
        self._tick += 1
        read_tick, read_at = self._tick, self._clock.now()
        plans = [plan_of(house.rules, on, house.zone) for on in dates]
        ends = [_end_of(plan) for plan in plans]
        with self._readings.of(*((house.restaurant_id, on) for on in dates)) as is_as_it_was:
            rows, counts, versions = await read_days(
                self._database,
                house.tenant_id,
                house.restaurant_id,
                first_on=first_on,
                last_on=last_on,
                first_at=plans[0].origin_at,
                last_at=ends[-1],
            )
            current = {on for on in dates if is_as_it_was((house.restaurant_id, on))}
        stays = _stays(rows)
        counts_of: defaultdict[date, list[CountRow]] = defaultdict(list)
        for count in counts:
            counts_of[count.service_on].append(count)
        in_force = versions == (house.restaurant.rules_version, house.restaurant.floor_version)
        if not in_force:
            self.forget_house(house.restaurant_id)
        read: dict[date, DayPicture] = {}
        for on, plan, end in zip(dates, plans, ends, strict=True):
            # No stay is longer than a day, so those of the date begin at most a day before it.
            first = bisect_left(stays, plan.origin_at - _DAY, key=_start_of)
            last = bisect_left(stays, end, key=_start_of)
            own = [stay for stay in stays[first:last] if stay.ends_at > plan.origin_at]
            day = Day(house.floor, plan.origin_at, own, counted(plan, counts_of[on]))
            undecided = self._undecided.setdefault((house.restaurant_id, on), Undecided())
            picture = DayPicture(house, on, day, undecided=undecided, read_tick=read_tick, read_at=read_at)
            # Decided elsewhere under other rules: whoever holds this house must not refuse by its rules any more.
            picture.superseded = not in_force
            _carry_over(picture)
            if in_force and on in current:
                self._keep(picture)
            read[on] = picture
        return read

    def _keep(self, picture: DayPicture) -> None:
        key = (picture.house.restaurant_id, picture.on)
        found = self._days.get(key)
        if found is not None and found.house is picture.house and found.read_tick > picture.read_tick:
            return
        self._days[key] = picture
        self._days.move_to_end(key)
        while len(self._days) > _DAYS_MAX:
            self._days.popitem(last=False)


def _end_of(plan: DatePlan) -> datetime:
    """Return an instant after which no stay of the date's services begins or runs."""
    last_close = plan.services[-1].window.closes_at if plan.services else plan.origin_at + _DAY
    return last_close + _AFTER_CLOSE


def _start_of(stay: Stay) -> datetime:
    return stay.starts_at


def _carry_over(picture: DayPicture) -> None:
    """Show on a new picture the acts that are still on their way; one committed meanwhile is there already."""
    if picture.undecided.acts:
        read = {stay.holder_id for stay in picture.day.stays}
        for holder_id, stay in picture.undecided.acts.items():
            if holder_id not in read:
                picture.show(stay)


class _Instants(dict[float, datetime]):
    """Instants by their Unix seconds, each made once. Until 2106 the nearest fraction lies within half a microsecond, so they are exact."""

    def __missing__(self, at_s: float) -> datetime:
        made = self[at_s] = datetime.fromtimestamp(at_s, UTC)
        return made


def _stays(rows: list[StayRow]) -> list[Stay]:
    """Gather the rows of each holder, which come together: one row a table, and a row a day where a block is longer.

    Most holders have one table, and a calendar has thousands of them, at the same few times of each day.
    """
    instants = _Instants()
    stays: list[Stay] = []
    before: StayRow | None = None
    for row in rows:
        if before is not None and row.holder_id == before.holder_id and row.starts_s == before.starts_s:
            stays[-1] = replace(stays[-1], table_ids=(*stays[-1].table_ids, row.table_id))
            continue
        before = row
        stays.append(
            Stay(
                _KINDS[row.holder_kind],
                row.holder_id,
                (row.table_id,),
                instants[row.starts_s],
                instants[row.ends_s],
                row.party_size,
                row.movable,
                row.expires_at,
            )
        )
    return stays
