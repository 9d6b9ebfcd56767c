"""Parties that come without a reservation: seated now, at a table that is free for as long as they will stay."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from saveit.guests import GuestDetails, seal_details
from saveit.kernel.db import Collision, Transaction
from saveit.kernel.ids import ReservationId, RestaurantId, TableId, new_id
from saveit.ledger import Act, House, Verdict, commit_acts, hexed, load_rows
from saveit.reservations.codes import CODE_OCTETS, code_of
from saveit.reservations.desk import Desk
from saveit.reservations.errors import RulesRefused, SlotUnavailable
from saveit.reservations.facts import created_body
from saveit.reservations.hosting.arriving import check_in
from saveit.reservations.hosting.in_the_way import taken
from saveit.reservations.model import Reservation, policy_of
from saveit.reservations.queue import QueueFirst
from saveit.reservations.taking.holds import fresh_day
from saveit.seating import (
    Asking,
    Claim,
    Closed,
    DatePlan,
    Day,
    Reason,
    free_units,
    load_limits,
    local_clock,
    local_date,
    pacing_key,
    plan_of,
    stay_minutes,
)

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
# Somebody may book the table just chosen; after so many tries the house is simply full.
_TURNS_MAX = 20
_json = msgspec.json.Encoder()


class WalkIn(msgspec.Struct, frozen=True, kw_only=True):
    """A party at the door. Without tables named it gets the best that is free; without minutes the rules say how long it stays."""

    restaurant_id: RestaurantId
    party_size: int
    guest: GuestDetails
    table_ids: tuple[TableId, ...] = ()
    minutes: int | None = None


class _Moment(msgspec.Struct, frozen=True):
    """Now, as the restaurant counts it."""

    on: date
    plan: DatePlan
    service: str
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    claims: tuple[Claim, ...]


async def walk_in(desk: Desk, tx: Transaction, party: WalkIn) -> Reservation:
    """Seat a party that has just come in.

    Raises QueueFirst when others wait for a table of that day: `Desk.attempt` serves them and runs the transaction again.

    Refuses: RestaurantUnknown, RulesRefused for tables there are not, TableTaken for tables named, SlotUnavailable when none is free.
    """
    for _ in range(_TURNS_MAX):
        house = await desk.house(tx.tenant_id, party.restaurant_id)
        moment = _moment(house, party, desk.now())
        picture = await fresh_day(desk, house, moment.on, tx.actor)
        table_ids = _tables(house, picture.day, party, moment=moment, now=desk.now())
        made = _reservation(desk, house, party, moment=moment, table_ids=table_ids)
        (outcome,) = await commit_acts(tx, [_act(desk, tx, house, made)], acted_at=desk.now())
        match outcome.verdict:
            case Verdict.DONE:
                return await check_in(desk, tx, made.id)
            case Verdict.QUEUE_FIRST:
                raise QueueFirst(party.restaurant_id, moment.on)
            case Verdict.RULES_CHANGED:
                desk.pictures.forget_house(party.restaurant_id)
            case _:
                if party.table_ids:
                    facts: dict[str, object] = {"party_size": party.party_size}
                    closed = Closed(moment.on, None, moment.starts_at, Reason.FULL, facts)
                    stay = moment.starts_at, moment.ends_at
                    raise await taken(tx, house, closed, table_ids, *stay, besides=made.id)
    raise Collision("no table could be agreed on")


def _moment(house: House, party: WalkIn, now: datetime) -> _Moment:
    """Return the service that is on, or the date itself between services: whoever is let in is let in."""
    starts_at = now.replace(second=0, microsecond=0)
    today = local_date(now, house.zone)
    for on in (today, today - _DAY):
        plan = plan_of(house.rules, on, house.zone)
        for service in plan.services:
            if service.window.opens_at <= starts_at < service.window.closes_at:
                return _stay(house, party, on, plan, service.window.name, starts_at)
    return _stay(house, party, today, plan_of(house.rules, today, house.zone), "walk_in", starts_at)


def _stay(  # noqa: PLR0917 - the coordinates of a moment.
    house: House, party: WalkIn, on: date, plan: DatePlan, service: str, starts_at: datetime
) -> _Moment:
    minutes = party.minutes or stay_minutes(house.rules, service, on.weekday(), party.party_size)
    leaves_at = starts_at + minutes * _MINUTE
    limits = load_limits(house.rules, house.floor, on, on)
    claims: tuple[Claim, ...] = ()
    if limits.parties_max is not None or limits.covers_max is not None:
        # Counted, so that the kitchen's load is true, and never refused: the party stands in the room.
        claims = (Claim(pacing_key(limits.interval_minutes, (starts_at - plan.origin_at) // _MINUTE)),)
    return _Moment(
        on=on,
        plan=plan,
        service=service,
        starts_at=starts_at,
        leaves_at=leaves_at,
        ends_at=leaves_at + house.rules.time_slots.turnover_time * _MINUTE,
        claims=claims,
    )


def _tables(house: House, day: Day, party: WalkIn, *, moment: _Moment, now: datetime) -> tuple[TableId, ...]:
    if party.table_ids:
        if any(table_id not in house.floor.index_of for table_id in party.table_ids):
            raise RulesRefused((Closed(moment.on, None, moment.starts_at, Reason.TABLE_UNKNOWN, {}),))
        return tuple(sorted(set(party.table_ids)))
    asking = Asking(party_size=party.party_size, audience="staff")
    units = free_units(house.floor, day, asking, starts_at=moment.starts_at, ends_at=moment.ends_at, now=now)
    if not units:
        facts: dict[str, object] = {"party_size": party.party_size}
        time = local_clock(moment.starts_at, house.zone)
        raise SlotUnavailable(Closed(moment.on, time, moment.starts_at, Reason.FULL, facts))
    return tuple(TableId(table_id) for table_id in units[0].table_ids)


def _reservation(
    desk: Desk, house: House, party: WalkIn, *, moment: _Moment, table_ids: Sequence[TableId]
) -> Reservation:
    now = desk.now()
    return Reservation(
        id=ReservationId(new_id(now, desk.entropy)),
        tenant_id=house.tenant_id,
        restaurant_id=house.restaurant_id,
        code=code_of(desk.entropy(CODE_OCTETS)),
        status="confirmed",
        person_id=None,
        guest=party.guest,
        date=moment.on,
        service=moment.service,
        starts_at=moment.starts_at,
        leaves_at=moment.leaves_at,
        ends_at=moment.ends_at,
        party_size=party.party_size,
        table_ids=tuple(table_ids),
        pinned=True,
        overbooked=False,
        source="walk_in",
        policy=policy_of(
            house.rules,
            on=moment.on,
            starts_at=moment.starts_at,
            party_size=party.party_size,
            currency=house.restaurant.currency,
            audience="staff",
        ),
        loads=load_rows(moment.plan, moment.claims, party.party_size),
        revision=1,
        calendar_sequence=0,
        created_at=now,
        updated_at=now,
        confirmed_at=now,
    )


def _act(desk: Desk, tx: Transaction, house: House, made: Reservation) -> Act:
    """Return the act; nobody is looked up, since a name at the door says not who somebody is."""
    return Act(
        kind="book",
        tenant_id=house.tenant_id,
        restaurant_id=house.restaurant_id,
        made_at=made.created_at,
        rules_version=house.restaurant.rules_version,
        floor_version=house.restaurant.floor_version,
        service_on=made.date,
        holder_id=made.id,
        hold_id=None,
        table_ids=made.table_ids,
        starts_at=made.starts_at,
        leaves_at=made.leaves_at,
        ends_at=made.ends_at,
        expires_at=None,
        party_size=made.party_size,
        movable=False,
        overlap_allowed=True,
        loads=msgspec.Raw(made.loads.encode()),
        code=made.code,
        status=made.status,
        guest_sealed=hexed(seal_details(house.sealer, made.guest, made.id)),
        language=made.guest.language,
        service=made.service,
        overbooked=False,
        source=made.source,
        policy=msgspec.Raw(_json.encode(made.policy)),
        fact_id=new_id(made.created_at, desk.entropy),
        fact_kind="reservation.created",
        fact_body=msgspec.Raw(created_body(made)),
        actor=str(tx.actor),
        channel=tx.actor.channel,
        trace_id=tx.actor.trace_id,
        node=desk.database.node,
    )
