"""Seeded guests, staff and timers, who do what people do in three evenings of a small restaurant."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from saveit import reservations
from saveit.kernel.ids import HoldId, ReservationId, TableId
from saveit.reservations import Hold, Reservation, WalkIn, Wish
from tests.simulation.auditor import BUFFER, TURN, Auditor, Party, interval_of
from tests.support.core import BOGOTA, DAY, Bistro, answer, guest, key, local

DAYS = 3
ZONE = ZoneInfo(BOGOTA)
GUESTS = 40
TIMES = [f"{hour:02}:{minute:02}" for hour in range(18, 22) for minute in (0, 15, 30, 45)]
COVERS: tuple[int, ...] = (2, 2, 2, 4, 4, 6)


class Surprise(AssertionError):
    """The product did other than the auditor said."""


class World:
    """Does one act after another, and holds each answer against the auditor's."""

    def __init__(self, bistro: Bistro, random: Random) -> None:
        self.bistro = bistro
        self.random = random
        ranked: list[tuple[TableId, int]] = sorted(
            zip(bistro.tables, COVERS, strict=True), key=lambda one: (one[1], bistro.tables.index(one[0]))
        )
        self.auditor = Auditor(ranked)
        self.keys: list[tuple[str, dict[str, Any], ReservationId]] = []
        self.steps = 0
        self.moved_by_reseating = 0
        self._days = [DAY + timedelta(days=number) for number in range(DAYS)]

    @property
    def now(self) -> datetime:
        """The instant at which the restaurant's clock stands."""
        return self.bistro.clock.now()

    async def step(self) -> None:
        """Let somebody do something."""
        self.steps += 1
        act: Callable[[], Awaitable[None]] = self.random.choices(
            [
                self.books,
                self.books_again_with_the_same_key,
                self.holds,
                self.books_a_hold,
                self.releases_or_renews,
                self.cancels,
                self.changes,
                self.is_seated_leaves_or_does_not_come,
                self.walks_in,
                self.is_moved,
                self.stays_longer,
                self.time_goes_by,
            ],
            weights=[30, 3, 8, 7, 4, 12, 12, 18, 6, 5, 4, 10],
        )[0]
        await act()

    def expect(self, said: str, found: object, what: str) -> None:
        """Hold an answer against what the auditor said."""
        code = found if isinstance(found, str) else "done"
        if said != code and not (said == "either" and code in {"done", "slot_unavailable", "guest_overlap"}):
            raise Surprise(
                f"step {self.steps}, {self.now:%d %H:%M}: {what} ended as {code}, and not as {said}"
            )

    def wish(self) -> tuple[dict[str, Any], datetime, int]:
        """Return what somebody wishes, its start and size."""
        on, time = self.random.choice(self._days), self.random.choice(TIMES)
        size = self.random.choice((1, 2, 2, 2, 3, 4, 4, 5, 6))
        return {"date": on, "time": time, "size": size}, local(on, time), size

    def someone(self, *statuses: str) -> Party | None:
        """Return a party in one of these states."""
        found = [party for party in self.auditor.parties.values() if party.status in statuses]
        return self.random.choice(found) if found else None

    async def books(self) -> None:
        wishes, starts_at, size = self.wish()
        number = self.random.randrange(GUESTS)
        said = self.auditor.of_booking(size, starts_at, self.now, number)
        best = self.auditor.best_fit(size, starts_at, self.now)
        text = f"key-{self.steps}"
        found = await answer(self.bistro.book(number, key=key(text), **wishes))
        self.expect(said, found, f"booking {wishes} of guest {number}")
        if isinstance(found, Reservation):
            if said == "done" and found.table_ids != tuple(best[:1]):
                raise Surprise(f"step {self.steps}: {wishes} got {found.table_ids}, and not {best[:1]}")
            self.keys.append((text, wishes | {"number": number}, found.id))
            self.auditor.put(party_of(found, number))
            await self.note_who_was_moved(said)

    async def books_again_with_the_same_key(self) -> None:
        if self.keys:
            text, wishes, made = self.random.choice(self.keys)
            found = await answer(self.bistro.book(key=key(text), **wishes))
            if isinstance(found, str) or found.id != made:
                raise Surprise(f"step {self.steps}: the key {text} was answered otherwise: {found}")

    async def holds(self) -> None:
        wishes, starts_at, size = self.wish()
        said = self.auditor.of_booking(size, starts_at, self.now, None)
        found = await answer(self.bistro.hold(**wishes))
        self.expect(said, found, f"holding {wishes}")
        if isinstance(found, Hold):
            self.auditor.put(party_of_hold(found))
            await self.note_who_was_moved(said)

    async def books_a_hold(self) -> None:
        held = self.someone("held")
        if held is None:
            return
        number, starts_at = self.random.randrange(GUESTS), held.starts_at
        is_open = held.takes(self.now)
        said = "guest_overlap" if self.auditor.elsewhere(number, starts_at, held.leaves_at) else "done"
        if not is_open:
            said = self.auditor.of_booking(held.size, starts_at, self.now, number)
        on = next(day for day in self._days if local(day, "00:00") <= starts_at < local(day, "23:59"))
        time = next(time for time in TIMES if local(on, time) == starts_at)
        found = await answer(
            self.bistro.book(number, date=on, time=time, size=held.size, hold_id=HoldId(held.id))
        )
        self.expect(said, found, f"booking the {'open' if is_open else 'late'} hold of {on} {time}")
        if isinstance(found, Reservation):
            if is_open:
                self.auditor.alter(held.id, status="booked")
            self.auditor.put(party_of(found, number))
            await self.note_who_was_moved(said)

    async def releases_or_renews(self) -> None:
        held = self.someone("held")
        if held is None:
            return
        if self.random.random() < 0.5:
            await self.bistro.act(reservations.release_hold, HoldId(held.id))
            self.auditor.alter(held.id, status="released")
        else:
            found = await answer(self.bistro.act(reservations.renew_hold, HoldId(held.id)))
            if isinstance(found, Hold):
                self.auditor.alter(held.id, expires_at=found.expires_at)
            elif found not in {"hold_over", "hold_already_renewed"} or (
                found == "hold_over" and held.takes(self.now)
            ):
                raise Surprise(f"step {self.steps}: renewing ended as {found}")

    async def cancels(self) -> None:
        party = self.someone("confirmed", "confirmed", "checked_in", "cancelled", "completed", "no_show")
        if party is None:
            return
        said = "done" if party.status in {"confirmed", "cancelled"} else "illegal_status"
        found = await answer(self.bistro.act(reservations.cancel, ReservationId(party.id)))
        self.expect(said, found, f"cancelling a {party.status} party")
        if not isinstance(found, str):
            self.auditor.alter(party.id, status="cancelled")

    async def changes(self) -> None:
        party = self.someone("confirmed")
        if party is None:
            return
        wishes, starts_at, size = self.wish()
        said = self.auditor.of_change(party, size, starts_at, self.now)
        free = self.auditor.best_fit(size, starts_at, self.now, party.id)
        wish = Wish(on=wishes["date"], time=wishes["time"], party_size=size)
        found = await answer(self.bistro.act(reservations.change, ReservationId(party.id), wish))
        self.expect(said, found, f"changing to {wishes}")
        if isinstance(found, Reservation):
            expected = (
                party.tables if set(party.tables) <= set(free) and len(party.tables) == 1 else tuple(free[:1])
            )
            if said == "done" and found.table_ids != expected:
                raise Surprise(f"step {self.steps}: a change gave {found.table_ids}, and not {expected}")
            self.auditor.put(party_of(found, party.guest, may_overlap=party.may_overlap))
            await self.note_who_was_moved(said)

    async def is_seated_leaves_or_does_not_come(self) -> None:
        party = self.someone("confirmed", "checked_in")
        if party is None:
            return
        verb, wanted, legal = self.random.choice(
            [
                (reservations.check_in, "checked_in", party.status == "confirmed"),
                (reservations.complete, "completed", party.status == "checked_in"),
                (
                    reservations.mark_no_show,
                    "no_show",
                    party.status == "confirmed" and self.now >= party.starts_at,
                ),
            ]
        )
        found = await answer(self.bistro.act(verb, ReservationId(party.id)))
        early = (
            wanted == "checked_in"
            and self.now.astimezone(ZONE).date() < party.starts_at.astimezone(ZONE).date()
        )
        said = ("check_in_too_early" if early else "done") if legal else "illegal_status"
        self.expect(said, found, f"{wanted} of a {party.status} party")
        if not isinstance(found, str):
            changes = {"seated_from": self.auditor.early(party, self.now)} if wanted == "checked_in" else {}
            self.auditor.alter(party.id, status=wanted, **changes)

    async def walks_in(self) -> None:
        size = self.random.choice((1, 2, 2, 3, 4))
        free = self.auditor.best_fit(size, self.now, self.now)
        party = WalkIn(restaurant_id=self.bistro.restaurant_id, party_size=size, guest=guest(self.steps))
        found = await answer(self.bistro.act(reservations.walk_in, party))
        self.expect("done" if free else "slot_unavailable", found, f"{size} at the door")
        if isinstance(found, Reservation):
            if found.table_ids != tuple(free[:1]):
                raise Surprise(
                    f"step {self.steps}: {size} at the door sat at {found.table_ids}, and not {free[:1]}"
                )
            self.auditor.put(party_of(found, None))

    async def is_moved(self) -> None:
        party = self.someone("confirmed", "checked_in")
        if party is None:
            return
        table = self.random.choice(self.bistro.tables)
        early = party.seated_from is not None and self.now < party.starts_at
        seated_from = self.now.replace(second=0, microsecond=0) if early else None
        has_from = seated_from or party.starts_at
        free = self.auditor.free(table, has_from, party.ends_at, now=self.now, but=party.id)
        found = await answer(self.bistro.act(reservations.move, ReservationId(party.id), (table,)))
        self.expect("done" if free else "table_taken", found, "a move")
        if isinstance(found, Reservation):
            self.auditor.alter(party.id, tables=found.table_ids, pinned=True, seated_from=seated_from)

    async def stays_longer(self) -> None:
        party = self.someone("checked_in")
        if party is None:
            return
        leaves_at = party.leaves_at + timedelta(minutes=self.random.choice((-30, 15, 30, 60)))
        if leaves_at <= party.starts_at:
            return
        ends_at = leaves_at + BUFFER
        free = all(
            self.auditor.free(table, party.has_from, ends_at, now=self.now, but=party.id)
            for table in party.tables
        )
        found = await answer(self.bistro.act(reservations.extend, ReservationId(party.id), leaves_at))
        self.expect("done" if free else "table_taken", found, "staying longer")
        if not isinstance(found, str):
            self.auditor.alter(party.id, leaves_at=leaves_at, ends_at=ends_at, may_overlap=True)

    async def time_goes_by(self) -> None:
        """Let minutes pass, at night until noon, and the timers do their work."""
        self.bistro.clock.advance(timedelta(minutes=self.random.randrange(1, 9)))
        for day in self._days:
            if local(day, "22:30") < self.now < local(day + timedelta(days=1), "12:00"):
                self.bistro.clock.set(local(day + timedelta(days=1), "12:00"))
        for party in list(self.auditor.parties.values()):
            if party.status == "held" and not party.takes(self.now):
                await self.bistro.act(reservations.expire_hold, HoldId(party.id))
                self.auditor.alter(party.id, status="expired")

    async def note_who_was_moved(self, said: str) -> None:
        """Take over the moves that made room for somebody, after checking that those who moved might be moved."""
        if said != "either":
            return
        rows = await self.bistro.rows(
            "SELECT reservation_id, table_ids FROM reservations WHERE status = 'confirmed' UNION ALL "
            "SELECT hold_id, table_ids FROM holds WHERE released_at IS NULL AND reservation_id IS NULL"
        )
        for party_id, table_ids in rows:
            party = self.auditor.parties[party_id]
            if set(party.tables) != set(table_ids):
                if party.pinned or party.status == "checked_in":
                    raise Surprise(f"step {self.steps}: a party was moved that was to stay")
                self.auditor.alter(party_id, tables=tuple(table_ids))
                self.moved_by_reseating += 1
        if self.auditor.clashes(self.now):
            raise Surprise(f"step {self.steps}: a re-seating put two parties at one table")


def party_of(made: Reservation, number: int | None, *, may_overlap: bool = False) -> Party:
    """Return a reservation as the auditor keeps it."""
    return Party(
        id=made.id,
        status=made.status,
        starts_at=made.starts_at,
        leaves_at=made.leaves_at,
        ends_at=made.ends_at,
        size=made.party_size,
        tables=made.table_ids,
        counted_at=interval_of(made.starts_at),
        guest=number,
        pinned=made.pinned,
        may_overlap=may_overlap,
    )


def party_of_hold(held: Hold) -> Party:
    """Return a hold as the auditor keeps it."""
    return Party(
        id=held.id,
        status="held",
        starts_at=held.starts_at,
        leaves_at=held.starts_at + TURN,
        ends_at=held.ends_at,
        size=held.party_size,
        tables=held.table_ids,
        counted_at=interval_of(held.starts_at),
        expires_at=held.expires_at,
    )


def in_force(parties: dict[UUID, Party], now: datetime) -> set[tuple[object, ...]]:
    """Return what takes a table, to be compared with the ledger."""
    return {
        (party.id, table, party.has_from, party.ends_at)
        for party in parties.values()
        if party.takes(now)
        for table in party.tables
    }
