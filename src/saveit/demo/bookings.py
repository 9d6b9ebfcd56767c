"""A fortnight of bookings, each made through the same door as anybody's, at the time at which a guest would have made it.

Nothing is written into the ledger past its rules: what the house refuses in the demo is not in the demo.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

import msgspec

from saveit import waitlist
from saveit.demo.guests import GuestBook
from saveit.kernel.clock import SettableClock
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.ids import TableId, TenantId
from saveit.ledger import House
from saveit.reservations import (
    Booking,
    Desk,
    GuestBlocked,
    GuestLimit,
    GuestOverlap,
    Reservation,
    RulesRefused,
    SlotUnavailable,
    WalkIn,
    block,
    book,
    cancel,
    check_in,
    complete,
    mark_no_show,
    walk_in,
)
from saveit.seating import Asking, free_units, local_date, plan_of

_DAYS_BEHIND = 6
_DAYS_AHEAD = 7
_DAYS_SCATTERED = 14
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
# Nobody books a table at the last minute of the night: the newest booking of the demo is a few minutes old.
_YOUNGEST = 5 * _MINUTE
_OLDEST = 9 * _DAY
_LEAD_MIN = 5 * timedelta(hours=1)
# How full an ordinary evening is, from Monday to Sunday, measured against a Saturday.
_WEEK = (0.45, 0.5, 0.55, 0.65, 0.9, 1.0, 0.7)
_SIZES = (1, 2, 3, 4, 5, 6, 8)
_SIZE_WEIGHTS = (6, 44, 13, 24, 4, 7, 2)
_CHANNELS = ("web", "phone", "whatsapp", "instagram", "web")
_CANCELLED_PERCENT = 8
_NO_SHOW_PERCENT = 4
_PERCENT = 100
_WISHES_ES = ("Junto a la ventana, por favor", "Trona para un niño", "Celebramos un cumpleaños", "Sin gluten")
_WISHES_EN = ("By the window, please", "High chair for one", "It is a birthday", "Gluten free")
_WISH_SHARE = 0.15
_TOGETHER = 8
_LARGE_TABLES_MAX = 3
_REFUSALS = (SlotUnavailable, RulesRefused, GuestOverlap, GuestLimit, GuestBlocked)


class _Wish(msgspec.Struct, frozen=True):
    """A party that would like to come."""

    made_at: datetime
    on: date
    time: str
    party_size: int
    channel: str


class Fortnight:
    """Fills the days around now in one restaurant. `clock` is the desk's, and is moved."""

    def __init__(self, desk: Desk, house: House, *, clock: SettableClock, popularity: float) -> None:
        self._desk = desk
        self._house = house
        self._clock = clock
        self._now = clock.now()
        self._popularity = popularity
        self._random = Random(f"saveit demo {house.restaurant.slug}")  # noqa: S311 - the same demo each time; it guards nothing.
        self._guests = GuestBook(self._random, house.restaurant.region, house.restaurant.language)

    async def ask(self, parties: int) -> None:
        """Book for some parties in the next days; where the house confirms by hand, they wait for its word."""
        today = local_date(self._now, self._house.zone)
        for away in range(2, 2 + parties):
            on = today + away * _DAY
            for service in plan_of(self._house.rules, on, self._house.zone).services[-1:]:
                middle = service.starts[len(service.starts) // 2]
                await self._try(_Wish(self._now, on, middle.time, 4, "web"))

    async def fill(self) -> int:
        """Book, then let time pass: parties come, go, cancel or stay away. Returns how many reservations there are."""
        made = await self._book()
        self._clock.set(self._now)
        # One transaction for all that happened since: nobody else is here yet, and it spares hundreds of commits.
        async with self._desk.database.tenant(self._tenant_id, self._actor("door")) as tx:
            await self._let_time_pass(tx, made)
        self._clock.set(self._now)
        walked_in = await self._walk_in()
        await self._close_a_table()
        await self._let_somebody_wait()
        return len(made) + walked_in

    async def _book(self) -> list[Reservation]:
        """Book from the newest wish to the oldest: a clock that only goes back never makes what was read too old.

        A few at a time, all in the minute of the oldest, so that they share a commit.
        """
        wishes = sorted(self._wishes(), key=lambda wish: wish.made_at, reverse=True)
        made: list[Reservation | None] = []
        for first in range(0, len(wishes), _TOGETHER):
            together = wishes[first : first + _TOGETHER]
            self._clock.set(together[-1].made_at)
            made += await asyncio.gather(*(self._try(wish) for wish in together))
        return [reservation for reservation in made if reservation is not None]

    async def _try(self, wish: _Wish) -> Reservation | None:
        """Book as the guest would have; None where the house refuses, as it would have."""
        booking = Booking(
            restaurant_id=self._house.restaurant_id,
            date=wish.on,
            time=wish.time,
            party_size=wish.party_size,
            guest=self._guests.somebody(self._wish_in_words()),
            source=wish.channel,
            audience="guest",
        )
        try:
            booked = await book(
                self._desk, booking, tenant_id=self._tenant_id, actor=self._actor(wish.channel)
            )
        except _REFUSALS:
            return None
        return booked.reservation

    @property
    def _tenant_id(self) -> TenantId:
        return self._house.tenant_id

    def _wishes(self) -> Iterator[_Wish]:
        today = local_date(self._now, self._house.zone)
        for away in range(-_DAYS_BEHIND, _DAYS_SCATTERED + 1):
            on = today + away * _DAY
            for service in plan_of(self._house.rules, on, self._house.zone).services:
                starts = [(start.time, start.starts_at) for start in service.starts]
                yield from self._parties(on, starts, self._share(on, away))

    def _share(self, on: date, away: int) -> float:
        """Return which share of the tables wants to be filled: less and less the farther the day."""
        share = self._popularity * _WEEK[on.weekday()]
        if away <= 0:
            return share
        if away <= _DAYS_AHEAD:
            return share * (1 - away / (_DAYS_AHEAD + 2)) * 0.8
        return 0.06

    def _parties(self, on: date, starts: Sequence[tuple[str, datetime]], share: float) -> Iterator[_Wish]:
        tables = len(self._house.floor.tables)
        middle = (len(starts) - 1) / 2
        peaked = [1 + middle - abs(place - middle) for place in range(len(starts))]
        for _ in range(round(tables * share)):
            ((time, starts_at),) = self._random.choices(starts, peaked)
            newest = min(self._now - _YOUNGEST, starts_at - _LEAD_MIN)
            made_at = newest - self._random.random() ** 2 * _OLDEST
            (size,) = self._random.choices(_SIZES, _SIZE_WEIGHTS)
            yield _Wish(made_at, on, time, size, self._random.choice(_CHANNELS))

    async def _let_time_pass(self, tx: Transaction, made: Sequence[Reservation]) -> None:
        """Let parties come and go. The ledger's own detector of double bookings looks at what comes of it in the tests."""
        for reservation in made:
            lot = self._random.randrange(_PERCENT)
            if lot < _CANCELLED_PERCENT:
                await self._cancel(tx, reservation)
            elif reservation.starts_at <= self._now:
                if lot < _CANCELLED_PERCENT + _NO_SHOW_PERCENT:
                    await self._did_not_come(tx, reservation)
                else:
                    await self._came(tx, reservation)

    async def _cancel(self, tx: Transaction, reservation: Reservation) -> None:
        latest = min(self._now, reservation.starts_at - timedelta(hours=2))
        self._clock.set(reservation.created_at + (latest - reservation.created_at) * self._random.random())
        await cancel(self._desk, tx, reservation.id)

    async def _did_not_come(self, tx: Transaction, reservation: Reservation) -> None:
        # Noted by the door after the tolerance; who is only just late may still come.
        noted_at = reservation.starts_at + 20 * _MINUTE
        if noted_at <= self._now:
            self._clock.set(noted_at)
            await mark_no_show(self._desk, tx, reservation.id)

    async def _came(self, tx: Transaction, reservation: Reservation) -> None:
        late = self._random.randrange(-4, 12) * _MINUTE
        self._clock.set(min(self._now, reservation.starts_at + late))
        await check_in(self._desk, tx, reservation.id)
        left_at = reservation.leaves_at + self._random.randrange(-15, 6) * _MINUTE
        if left_at <= self._now:
            self._clock.set(left_at)
            await complete(self._desk, tx, reservation.id)

    async def _walk_in(self) -> int:
        """Seat two parties that came in just now; outside the hours it is one, whom somebody let in."""
        plan = plan_of(self._house.rules, local_date(self._now, self._house.zone), self._house.zone)
        is_open = any(each.window.opens_at <= self._now < each.window.closes_at for each in plan.services)
        seated = 0
        for size in (2, 3) if is_open else (2,):
            party = WalkIn(
                restaurant_id=self._house.restaurant_id, party_size=size, guest=self._guests.stranger()
            )
            try:
                await self._seat(party)
            except SlotUnavailable:
                continue
            seated += 1
        return seated

    async def _seat(self, party: WalkIn) -> None:
        async def seat(tx: Transaction) -> None:
            await walk_in(self._desk, tx, party)

        await self._desk.attempt(self._tenant_id, self._actor("door"), seat)

    async def _close_a_table(self) -> None:
        """Take one table out of service in three days' time, as after a leg broke: among the free ones, the last."""
        starts_at = (self._now + 3 * _DAY).replace(minute=0, second=0, microsecond=0)
        plan = plan_of(self._house.rules, local_date(starts_at, self._house.zone), self._house.zone)
        if not plan.services:
            return
        window = plan.services[-1].window
        picture = await self._desk.pictures.day(
            self._house, local_date(starts_at, self._house.zone), after=self._desk.pictures.tick()
        )
        units = free_units(
            self._house.floor,
            picture.day,
            Asking(party_size=2, audience="staff"),
            starts_at=window.opens_at,
            ends_at=window.closes_at,
            now=self._now,
        )
        if units:
            async with self._desk.database.tenant(self._tenant_id, self._actor("staff")) as tx:
                await block(
                    self._desk,
                    tx,
                    self._house.restaurant_id,
                    [TableId(table_id) for table_id in units[-1].table_ids],
                    starts_at=window.opens_at,
                    ends_at=window.closes_at,
                    reason="repair",
                )

    async def _let_somebody_wait(self) -> None:
        """Give every large table of an evening away, and let one more large party wait for it."""
        on = local_date(self._now, self._house.zone) + 2 * _DAY
        services = plan_of(self._house.rules, on, self._house.zone).services
        if not services:
            return
        starts = services[-1].starts
        time, size = starts[len(starts) // 2].time, self._house.rules.party.size_max
        for _ in range(_LARGE_TABLES_MAX):
            if await self._try(_Wish(self._now, on, time, size, "phone")) is None:
                break
        waiting = waitlist.Wish(
            restaurant_id=self._house.restaurant_id,
            date=on,
            earliest=time,
            latest=time,
            party_size=size,
            guest=self._guests.somebody(None),
            source="web",
        )
        async with self._desk.database.tenant(self._tenant_id, self._actor("web")) as tx:
            try:
                await waitlist.join(self._desk, tx, waiting)
            except waitlist.NoSuchStart:
                return

    def _wish_in_words(self) -> str | None:
        words = _WISHES_ES if self._house.restaurant.language == "es" else _WISHES_EN
        return self._random.choice(words) if self._random.random() < _WISH_SHARE else None

    @staticmethod
    def _actor(channel: str) -> Actor:
        return Actor("system", "demo", channel)
