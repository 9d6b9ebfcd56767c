"""What re-seating is worth: covers accepted from the same seeded stream by best fit, by us, and by one who knew the whole stream.

The clairvoyant is CP-SAT, given the stream beforehand; it refuses a party for the sake of a later one, which no house could. So it is a
bound and no goal, and where it is not proved within its time the gap to its own bound is told.
"""

from datetime import UTC, date, datetime
from random import Random
from time import perf_counter
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct
from ortools.sat.python import cp_model

from bench.day import rules_of
from bench.report import Measure, middle
from bench.sizes import Sizes
from bench.town import ZONE
from saveit.seating import (
    Asking,
    Combination,
    Day,
    Floor,
    Offer,
    Stay,
    Table,
    Unit,
    Window,
    offer_at,
    plan_of,
    reseat,
)
from saveit.venues import WEEKDAYS, Rules

_ON = date(2026, 3, 14)
_NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
_SEATS = (2, 2, 2, 2, 2, 4, 4, 4, 4, 6)
_JOINED = (((0, 1), 3, 4), ((2, 3), 3, 4), ((5, 6), 5, 8), ((7, 8), 5, 8))
_REQUESTS = 60
"""About half as many again as the evening can seat: the load at which a seating decides."""
_PARTIES = (2, 2, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6, 8)
_RULES: dict[str, object] = {
    "business_hours": {day: [{"name": "dinner", "opens": "18:00", "closes": "24:00"}] for day in WEEKDAYS},
    "capacity": {"turn_times": [{"party_size_min": 5, "party_size_max": 20, "minutes": 120}]},
    "time_slots": {"slot_duration": 15},
}
_SEED = 20


class Request(Struct, frozen=True):
    """One party of the stream: it wants this start and no other."""

    time: str
    party_size: int


class Played(Struct, frozen=True):
    """How a policy fared on one stream."""

    covers: int
    moves: int
    reseated: int
    took_ms: float


class Evening(Struct, frozen=True):
    """The restaurant that the streams are played in."""

    rules: Rules
    floor: Floor
    zone: ZoneInfo

    def empty_day(self) -> Day:
        """Return the date with nobody in it."""
        return Day(self.floor, plan_of(self.rules, _ON, self.zone).origin_at, (), {})

    def stream(self, seed: int) -> list[Request]:
        """Return a stream of requests in the order they come: most want to eat at eight."""
        random = Random(seed)
        times = list(plan_of(self.rules, _ON, self.zone).by_time)
        middle_of_evening = times.index("20:00")
        return [
            Request(
                times[min(len(times) - 1, max(0, round(random.gauss(middle_of_evening, 5))))],
                random.choice(_PARTIES),
            )
            for _ in range(_REQUESTS)
        ]


def evening() -> Evening:
    """Return ten tables and four pairs of them that may be joined."""
    tables = [
        Table(
            UUID(int=number + 1),
            str(number + 1),
            max(1, seats // 2 - 1),
            seats,
            None,
            online=True,
            priority=0,
        )
        for number, seats in enumerate(_SEATS)
    ]
    combinations = [
        Combination(
            UUID(int=100 + number),
            tuple(tables[index].id for index in members),
            least,
            most,
            online=True,
            priority=0,
        )
        for number, (members, least, most) in enumerate(_JOINED)
    ]
    return Evening(rules_of(_RULES), Floor.of(tables, combinations), ZoneInfo(ZONE))


def measure_gain(sizes: Sizes) -> dict[str, Measure]:
    """Play each stream by each policy."""
    place = evening()
    streams = [place.stream(_SEED + number) for number in range(sizes.streams)]
    plain = [play(place, stream, moving=False) for stream in streams]
    ours = [play(place, stream, moving=True) for stream in streams]
    found = [optimum(place, stream, seconds=sizes.optimum_s) for stream in streams]
    base = sum(each.covers for each in plain)
    best, bound = sum(covers for covers, _ in found), sum(most for _, most in found)
    moves, reseated = sum(each.moves for each in ours), sum(each.reseated for each in ours)
    gain = _percent(sum(each.covers for each in ours), base)
    return {
        "reseating_gain_percent": Measure(
            gain,
            "% covers over best fit",
            note=f"{base} covers by best fit; clairvoyant +{_percent(best, base):.1f} % (bound +{_percent(bound, base):.1f} %)",
        ),
        "reseating_moves_per_change": Measure(
            moves / max(1, reseated), "moves", note=f"{reseated} re-seatings"
        ),
        "reseating_decision_ms": Measure(
            middle([each.took_ms / _REQUESTS for each in ours]),
            "ms",
            note=f"best fit {middle([each.took_ms / _REQUESTS for each in plain]):.2f} ms",
        ),
    }


def play(place: Evening, stream: list[Request], *, moving: bool) -> Played:
    """Accept what the policy can accept, one request after the other."""
    day = place.empty_day()
    covers = moves = reseated = 0
    began = perf_counter()
    for number, request in enumerate(stream):
        asking = Asking(party_size=request.party_size, audience="guest")
        answer = offer_at(place.rules, place.floor, day, asking, _ON, request.time, _NOW, place.zone)
        party = UUID(int=1000 + number)
        if isinstance(answer, Offer) and answer.units:
            day.add(_stay(party, answer.units[0], answer, request))
            covers += request.party_size
        elif moving and not isinstance(answer, Offer) and answer.window is not None:
            found = reseat(place.floor, day, answer.window, asking, now=_NOW)
            if found is None:
                continue
            moved = [(move, day.stays_of(move.holder_id)[0]) for move in found.moves]
            for move, _ in moved:
                day.remove(move.holder_id)
            for move, stay in moved:
                day.add(_moved(stay, move.to_unit))
            day.add(_stay(party, found.unit, answer.window, request))
            covers += request.party_size
            moves += len(found.moves)
            reseated += 1
    return Played(covers, moves, reseated, (perf_counter() - began) * 1000)


def optimum(place: Evening, stream: list[Request], *, seconds: float) -> tuple[int, int]:
    """Return the most covers that anybody found for the stream in so many seconds, and what nobody can exceed."""
    model = cp_model.CpModel()
    sittings: list[_Sitting] = []
    taken: list[cp_model.IntVar] = []
    covers: list[int] = []
    for number, request in enumerate(stream):
        asking = Asking(party_size=request.party_size, audience="guest")
        answer = offer_at(
            place.rules, place.floor, place.empty_day(), asking, _ON, request.time, _NOW, place.zone
        )
        if not isinstance(answer, Offer):
            continue
        chosen = [model.new_bool_var(f"{number} at {unit.number}") for unit in answer.units]
        sittings += [
            _Sitting(unit.table_indices, answer.starts_at, answer.ends_at, here)
            for unit, here in zip(answer.units, chosen, strict=True)
        ]
        model.add_at_most_one(chosen)
        covers += [request.party_size] * len(chosen)
        taken += chosen
    # Parties that share a table at some instant share it when the last of them comes. Said for each start, this is a far tighter
    # bound than intervals that must not overlap.
    for starts_at in {sitting.starts_at for sitting in sittings}:
        for index in range(len(place.floor.tables)):
            model.add_at_most_one(sitting.here for sitting in sittings if sitting.takes(index, starts_at))
    model.maximize(cp_model.LinearExpr.weighted_sum(taken, covers))  # pyright: ignore[reportUnknownMemberType] - it says no types.
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    assert status in {cp_model.OPTIMAL, cp_model.FEASIBLE}, "an empty room is feasible"
    return round(solver.objective_value), round(solver.best_objective_bound)


class _Sitting(NamedTuple):
    """One party at one unit, which may or may not come to be."""

    table_indices: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime
    here: cp_model.IntVar

    def takes(self, index: int, instant: datetime) -> bool:
        """Say whether it would take this table at this instant."""
        return index in self.table_indices and self.starts_at <= instant < self.ends_at


def _stay(party: UUID, unit: Unit, window: Window | Offer, request: Request) -> Stay:
    return Stay(
        "reservation",
        party,
        unit.table_ids,
        window.starts_at,
        window.ends_at,
        request.party_size,
        movable=True,
        expires_at=None,
    )


def _moved(stay: Stay, unit: Unit) -> Stay:
    return Stay(
        stay.holder_kind,
        stay.holder_id,
        unit.table_ids,
        stay.starts_at,
        stay.ends_at,
        stay.party_size,
        movable=True,
        expires_at=None,
    )


def _percent(value: int, base: int) -> float:
    return 100 * (value - base) / max(1, base)
