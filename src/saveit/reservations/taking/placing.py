"""Finding a table for an act: choose one from the picture, ask the ledger for it, and believe only the ledger."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias, assert_never

import msgspec

from saveit.kernel import faults
from saveit.kernel.db import Actor, Collision
from saveit.kernel.ids import TableId, TenantId
from saveit.ledger import Act, DayPicture, House, Outcome, Verdict
from saveit.reservations.desk import Desk
from saveit.reservations.errors import (
    GuestBlocked,
    GuestLimit,
    GuestOverlap,
    KeyReused,
    RulesRefused,
    SlotUnavailable,
    TableTaken,
)
from saveit.reservations.model import (
    Booking,
    Holding,
)
from saveit.reservations.taking.holds import expire_holds_seen
from saveit.reservations.taking.looks import Seen
from saveit.reservations.taking.reseating import reseat_and_commit
from saveit.reservations.taking.wishes import broken_rules, is_capacity, offer_of
from saveit.seating import Asking, Closed, Day, Offer, Reason, Reseating, Stay, Unit, offer_at

# Each turn of the loop means that somebody else won a table or a counter, or that the rules changed: a restaurant runs out of
# tables long before this runs out of turns.
_TURNS_MAX = 200


class Wanted(msgspec.Struct, frozen=True):
    """What is wished, by whom."""

    wished: Booking | Holding
    asking: Asking
    tenant_id: TenantId
    actor: Actor


class Placed(msgspec.Struct, frozen=True):
    """What a table is asked for: the house and day it was decided on, the offer, and the unit chosen."""

    house: House
    picture: DayPicture
    offer: Offer
    unit: Unit | None

    @property
    def table_ids(self) -> tuple[TableId, ...]:
        """The tables of the unit; none beyond the tables there are."""
        return () if self.unit is None else tuple(TableId(table_id) for table_id in self.unit.table_ids)


ActFor: TypeAlias = Callable[[Placed], Act]


async def place(desk: Desk, wish: Wanted, act_for: ActFor) -> tuple[Placed, Outcome]:
    """Find a table and commit the act on it, however many others want it."""
    wished, after = wish.wished, 0
    for _ in range(_TURNS_MAX):
        house = await desk.house(wish.tenant_id, wished.restaurant_id)
        picture = await _fresh_day(desk, house, wish, after=after)
        hurried = after == 0 and picture.seemed_full(wished.time, wish.asking)
        answer = None if hurried else _answer(house, picture.day, wish, desk.now())
        reseated = None
        if answer is None or isinstance(answer, Closed) or answer.overbooked:
            if after == 0 or picture.superseded or _hangs_on_others(picture, wish, desk.now()):
                # Nothing is refused before what is undecided is decided, nor without a reading newer than the request that also
                # says that the rules are still in force.
                picture.note_full(wished.time, wish.asking)
                seen = await _look(desk, wish)
                if seen.closed is not None:
                    raise _full(seen.closed, wish)
                after = seen.after
                continue
            assert answer is not None, "only a first turn is hurried"
            if isinstance(answer, Closed) and not is_capacity(answer.reason):
                raise RulesRefused(_broken(picture, wish, answer, desk.now()))
            reseated = await _reseat(desk, wish, picture, answer, act_for=act_for)
            if reseated is None:
                answer = _beyond_the_tables(answer, wish)
        if reseated is not None:
            placed, outcome = reseated
        else:
            assert isinstance(answer, Offer)
            placed = Placed(house, picture, answer, answer.units[0] if answer.units else None)
            outcome = await _commit(desk, wish, placed, act_for)
        if is_decided(outcome.verdict, house):
            return placed, outcome
        after = await _before_another_turn(desk, wish, outcome.verdict)
    raise Collision("no table could be agreed on")


async def _before_another_turn(desk: Desk, wish: Wanted, verdict: Verdict) -> int:
    """Do what the ledger's answer asks for first, and return the moment after which the day is to be read again."""
    wished = wish.wished
    if verdict is Verdict.QUEUE_FIRST:
        await desk.serve_queue(wish.tenant_id, wished.restaurant_id, wished.date)
    elif verdict is Verdict.RULES_CHANGED:
        desk.pictures.forget_house(wished.restaurant_id)
    return desk.pictures.tick()


async def _look(desk: Desk, wish: Wanted) -> Seen:
    """Look once for all who want the same just now: wait for what is undecided, read the day, and say if it is full for certain."""
    wished = wish.wished

    async def look(begin: Callable[[], None]) -> Seen:
        house = await desk.house(wish.tenant_id, wished.restaurant_id)
        picture = await desk.pictures.day(house, wished.date)
        await picture.undecided.next()
        begin()
        after = desk.pictures.tick()
        picture = await _fresh_day(desk, house, wish, after=after)
        now = desk.now()
        answer = _answer(house, picture.day, wish, now)
        certain = (
            isinstance(answer, Closed)
            and is_capacity(answer.reason)
            and not picture.superseded
            and not _hangs_on_others(picture, wish, now)
            and _reseating(picture, wish, answer, now) is None
        )
        return Seen(after, answer if certain and isinstance(answer, Closed) else None)

    return await desk.looks.share((wished.restaurant_id, wished.date, wished.time, wish.asking), look)


async def _fresh_day(desk: Desk, house: House, wish: Wanted, *, after: int) -> DayPicture:
    """Return the day as read after a moment, with the holds gone whose time is over: they still stand in the way of the ledger."""
    picture = await desk.pictures.day(house, wish.wished.date, after=after)
    if after > 0 and await expire_holds_seen(desk, picture, wish.actor):
        picture = await desk.pictures.day(house, wish.wished.date, after=desk.pictures.tick())
    return picture


def _answer(house: House, day: Day, wish: Wanted, now: datetime) -> Offer | Closed:
    """Ask the engine."""
    wished = wish.wished
    return offer_at(house.rules, house.floor, day, wish.asking, wished.date, wished.time, now, house.zone)


def _broken(picture: DayPicture, wish: Wanted, first: Closed, now: datetime) -> tuple[Closed, ...]:
    wished = wish.wished
    return broken_rules(picture.house, picture.day, wish.asking, wished.date, wished.time, now, first)


def _hangs_on_others(picture: DayPicture, wish: Wanted, now: datetime) -> bool:
    """Say whether there would be a table but for acts of this process that are not decided yet."""
    if not picture.undecided.acts:
        return False
    answer = _answer(picture.house, picture.decided(), wish, now)
    return isinstance(answer, Offer) and not answer.overbooked


def _beyond_the_tables(answer: Offer | Closed, wish: Wanted) -> Offer:
    """Return the offer of a place beyond the tables, unless a table or none is wanted. Refuses: SlotUnavailable, TableTaken."""
    if isinstance(answer, Offer) and (isinstance(wish.wished, Booking) or wish.wished.beyond_tables):
        return answer
    closed = answer
    if isinstance(closed, Offer):
        facts: dict[str, object] = {"party_size": wish.asking.party_size}
        closed = Closed(closed.date, closed.time, closed.starts_at, Reason.FULL, facts)
    raise _full(closed, wish)


def _full(closed: Closed, wish: Wanted) -> SlotUnavailable:
    """Return the refusal: of the table that was wished for, or of any."""
    if closed.reason is Reason.FULL and wish.asking.table_id is not None:
        return TableTaken(closed)
    return SlotUnavailable(closed)


def is_decided(verdict: Verdict, house: House) -> bool:
    """Say whether an act is settled; if not, look for another table. Refuses: GuestBlocked, GuestOverlap, GuestLimit, KeyReused."""
    match verdict:
        case Verdict.DONE | Verdict.REPLAYED:
            return True
        case (
            Verdict.TABLE_TAKEN
            | Verdict.QUEUE_FIRST
            | Verdict.LOAD_FULL
            | Verdict.RULES_CHANGED
            | Verdict.AGAIN
            | Verdict.HOLD_GONE
        ):
            return False
        case Verdict.GUEST_BLOCKED:
            raise GuestBlocked
        case Verdict.GUEST_OVERLAP:
            raise GuestOverlap
        case Verdict.GUEST_LIMIT:
            raise GuestLimit(limit=house.rules.guest_limits.active_reservations_max)
        case Verdict.KEY_REUSED:
            raise KeyReused
        case _:
            assert_never(verdict)


async def _commit(desk: Desk, wish: Wanted, placed: Placed, act_for: ActFor) -> Outcome:
    """Show the table as taken, ask the ledger, and set the picture right whatever it answers."""
    act = act_for(placed)
    stay = stay_of(act, placed)
    placed.picture.take(stay)
    done = False
    try:
        await faults.reach("reservations.book.before_commit")
        outcome = await desk.combiner.commit(act)
        done = outcome.verdict is Verdict.DONE
        await faults.reach("reservations.book.after_commit")
    except BaseException:
        # It may have been committed all the same: what is not known is read again.
        desk.pictures.forget_day(wish.wished.restaurant_id, wish.wished.date)
        raise
    finally:
        desk.pictures.settle(placed.picture, wish.wished.date, stay, done=done, replaces=act.hold_id)
    return outcome


async def _reseat(
    desk: Desk, wish: Wanted, picture: DayPicture, answer: Offer | Closed, *, act_for: ActFor
) -> tuple[Placed, Outcome] | None:
    """Seat the party by moving others; None when no seating is found."""
    found = _reseating(picture, wish, answer, desk.now())
    if found is None:
        return None
    window = answer.window if isinstance(answer, Closed) else answer
    assert window is not None, "a re-seating is for a window"
    offer = offer_of(window, found.unit)
    placed = Placed(picture.house, picture, offer, found.unit)
    act = act_for(placed)
    outcome = await reseat_and_commit(desk, picture.house, act, found, actor=wish.actor)
    desk.pictures.forget_day(wish.wished.restaurant_id, wish.wished.date)
    return placed, outcome


def _reseating(picture: DayPicture, wish: Wanted, answer: Offer | Closed, now: datetime) -> Reseating | None:
    window = answer.window if isinstance(answer, Closed) else answer
    if window is None or wish.asking.table_id is not None:
        return None
    return picture.reseating(window, wish.asking, now)


def stay_of(act: Act, placed: Placed) -> Stay:
    """Return what the act takes, as the picture shows it."""
    claims = placed.offer.claims
    if placed.offer.overbooking is not None:
        claims = (*claims, placed.offer.overbooking)
    return Stay(
        holder_kind="hold" if act.kind == "hold" else "reservation",
        holder_id=act.holder_id,
        table_ids=act.table_ids,
        starts_at=act.starts_at,
        ends_at=act.ends_at,
        party_size=act.party_size,
        movable=act.movable,
        expires_at=act.expires_at,
        load_keys=tuple(claim.key for claim in claims),
    )
