"""Seating one more party by giving others another table, all in one transaction."""

from uuid import UUID

import msgspec

from saveit.kernel.db import Actor, Collision, Transaction
from saveit.kernel.ids import HoldId, ReservationId, TableId
from saveit.ledger import Act, House, Outcome, Verdict, commit_acts, take_tables, vacate_tables
from saveit.outbox import append
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.facts import changed, hold_changed
from saveit.reservations.model import Reservation
from saveit.seating import Move, Reseating


class NoRoomMade(Exception):
    """The day is no longer what the re-seating was worked out for."""


class _Undone(Exception):
    """The re-seating does not take place, since the newcomer's act was refused; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.verdict)
        self.outcome = outcome


_QUICKER = Outcome(Verdict.TABLE_TAKEN, None, None)


async def reseat_and_commit(
    desk: Desk, house: House, act: Act, reseating: Reseating, *, actor: Actor
) -> Outcome:
    """Move the parties and commit the act, or leave everything as it was; the verdict is `table_taken` when somebody was quicker."""
    try:
        async with desk.reseatings, desk.database.ledger(actor) as tx:
            await store.lock_day(tx, act.restaurant_id, act.service_on)
            await make_room(desk, tx, house, reseating)
            return await _seat_newcomer(desk, tx, act)
    except _Undone as undone:
        return undone.outcome
    except (NoRoomMade, Collision):
        return _QUICKER


async def make_room(desk: Desk, tx: Transaction, house: House, reseating: Reseating) -> None:
    """Give the parties their other tables, in the caller's transaction, which has locked the day.

    Raises: NoRoomMade when the day is no longer what the re-seating was worked out for; the caller undoes what was moved.
    """
    moves = sorted(reseating.moves, key=lambda move: move.holder_id)
    # Their rows before their tables, as every other act takes them.
    moved = [await store.lock_reservation(tx, house.sealer, ReservationId(move.holder_id)) for move in moves]
    for move in moves:
        await _stand_up(tx, house, move)
    for move, reservation in zip(moves, moved, strict=True):
        await _sit_down(desk, tx, house, move, reservation=reservation)


async def _seat_newcomer(desk: Desk, tx: Transaction, act: Act) -> Outcome:
    (outcome,) = await commit_acts(tx, [act], acted_at=desk.now())
    if outcome.verdict is not Verdict.DONE:
        raise _Undone(outcome)
    return outcome


async def _stand_up(tx: Transaction, house: House, move: Move) -> None:
    """Free the tables of a party that may still be moved."""
    freed = await vacate_tables(tx, house.tenant_id, move.holder_id)
    if freed != len(move.from_table_ids):
        raise NoRoomMade


async def _sit_down(
    desk: Desk, tx: Transaction, house: House, move: Move, *, reservation: Reservation | None
) -> None:
    """Give the party its new tables and say so; a holder without a reservation is a hold."""
    if reservation is None:
        await _move_hold(desk, tx, house, move)
        return
    if reservation.pinned or reservation.status not in {"pending", "confirmed"}:
        raise NoRoomMade
    await _take(tx, reservation, move)
    after = msgspec.structs.replace(
        reservation,
        table_ids=tuple(TableId(table_id) for table_id in move.to_unit.table_ids),
        revision=reservation.revision + 1,
        updated_at=desk.now(),
    )
    await store.save_reservation(tx, house.sealer, reservation, after)
    await append(tx, changed("reservation.reseated", reservation, after, desk.now()), house.tenant_id)


async def _take(tx: Transaction, reservation: Reservation, move: Move) -> None:
    taken = await take_tables(
        tx,
        tenant_id=reservation.tenant_id,
        restaurant_id=reservation.restaurant_id,
        table_ids=move.to_unit.table_ids,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
        holder_kind="reservation",
        holder_id=reservation.id,
        party_size=reservation.party_size,
        movable=True,
        expires_at=None,
    )
    if not taken:
        raise NoRoomMade


async def _move_hold(desk: Desk, tx: Transaction, house: House, move: Move) -> None:
    """A hold, too, keeps a table and not which one."""
    hold = await store.lock_hold(tx, house.tenant_id, HoldId(move.holder_id))
    now = desk.now()
    if (
        hold is None
        or hold.released_at is not None
        or hold.reservation_id is not None
        or hold.expires_at <= now
    ):
        raise NoRoomMade
    table_ids: tuple[UUID, ...] = move.to_unit.table_ids
    taken = await take_tables(
        tx,
        tenant_id=house.tenant_id,
        restaurant_id=hold.restaurant_id,
        table_ids=table_ids,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
        holder_kind="hold",
        holder_id=hold.id,
        party_size=hold.party_size,
        movable=True,
        expires_at=hold.expires_at,
    )
    if not taken:
        raise NoRoomMade
    await store.move_hold(tx, house.tenant_id, hold.id, table_ids)
    moved = msgspec.structs.replace(hold, table_ids=tuple(TableId(table_id) for table_id in table_ids))
    await append(tx, hold_changed("hold.moved", moved, now), house.tenant_id)
