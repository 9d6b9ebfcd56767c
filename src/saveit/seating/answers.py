"""What is said when a start is closed: why, and what there is instead.

The reason is one sentence a host could say: to a guest without figures of the house, to staff with them.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from saveit.seating.model import Audience, Closed, Offer, Reason
from saveit.venues import DAY_MINUTES, clock_minutes

Language = Literal["es", "en"]

_GUEST: dict[Reason, tuple[str, str]] = {
    Reason.CLOSED: ("El restaurante está cerrado ese día.", "The restaurant is closed on that day."),
    Reason.NO_SERVICE: (
        "A esa hora no hay servicio; el horario es {hours}.",
        "There is no service at that time; the hours are {hours}.",
    ),
    Reason.HORIZON: (
        "Todavía no se puede reservar para ese día; se abre el {opens_on}.",
        "That day cannot be booked yet; it opens on {opens_on}.",
    ),
    Reason.SAME_DAY: (
        "No se aceptan reservas en línea para el mismo día.",
        "Bookings for the same day are not taken online.",
    ),
    Reason.PAST: ("Esa hora ya ha pasado.", "That time has already passed."),
    Reason.NOTICE: (
        "Hay que reservar con al menos {hours} h de antelación.",
        "Please book at least {hours} h ahead.",
    ),
    Reason.SKIPPED_TIME: (
        "Esa hora no existe ese día: el reloj se adelanta.",
        "That time does not exist on that day: the clocks go forward.",
    ),
    Reason.NOT_A_SLOT: (
        "No se empieza a esa hora; la más cercana es {nearest}.",
        "Parties do not start at that time; the nearest is {nearest}.",
    ),
    Reason.AFTER_LAST_SEATING: (
        "A esa hora la cocina ya no recibe mesas.",
        "The kitchen takes no new tables at that time.",
    ),
    Reason.ENDS_AFTER_CLOSE: (
        "No daría tiempo: la mesa es por {minutes} minutos y se cierra a las {closes}.",
        "There would not be time: the table is for {minutes} minutes and we close at {closes}.",
    ),
    Reason.PARTY_TOO_LARGE: (
        "Para {party_size} personas hay que llamar al restaurante; en línea caben hasta {limit}.",
        "For {party_size} people please call the restaurant; online it takes up to {limit}.",
    ),
    Reason.PARTY_TOO_SMALL: (
        "Solo se aceptan grupos de al menos {limit} personas.",
        "Only parties of at least {limit} people are accepted.",
    ),
    Reason.AREA_UNKNOWN: ("Esa zona no existe.", "There is no such area."),
    Reason.TABLE_UNKNOWN: ("Esa mesa no existe.", "There is no such table."),
    Reason.UNIT_TOO_SMALL: (
        "Esa mesa es para {limit} personas como máximo.",
        "That table seats at most {limit} people.",
    ),
    Reason.UNIT_TOO_LARGE: (
        "Esa mesa es para {limit} personas como mínimo.",
        "That table is for at least {limit} people.",
    ),
    Reason.FULL: (
        "No queda mesa para {party_size} a esa hora.",
        "There is no table left for {party_size} at that time.",
    ),
    Reason.PACING_PARTIES: (
        "A esa hora ya llegan demasiados grupos.",
        "Too many parties already arrive at that time.",
    ),
    Reason.PACING_COVERS: (
        "A esa hora ya llegan demasiadas personas.",
        "Too many people already arrive at that time.",
    ),
    Reason.ONLINE_HELD_BACK: (
        "En línea ya no queda sitio; habrá más a partir del {released_on}.",
        "There is no room left online; more opens on {released_on}.",
    ),
    Reason.GUEST_BLOCKED: (
        "Esta reserva hay que hacerla hablando con el restaurante.",
        "Please speak to the restaurant to make this booking.",
    ),
    Reason.GUEST_OVERLAP: (
        "Ya tiene una reserva que coincide con esa hora.",
        "You already have a booking that overlaps with that time.",
    ),
    Reason.GUEST_LIMIT: (
        "Ya tiene {reservations} reservas, el máximo es {limit}.",
        "You already have {reservations} bookings, the most is {limit}.",
    ),
}

# Only where staff may know, or do, more than a guest.
_STAFF: dict[Reason, tuple[str, str]] = {
    Reason.CLOSED: ("Cerrado ese día{note}.", "Closed on that day{note}."),
    Reason.PARTY_TOO_LARGE: (
        "Ninguna mesa ni combinación sienta a {party_size}: la mayor es para {limit}.",
        "No table or combination seats {party_size}: the largest takes {limit}.",
    ),
    Reason.PARTY_TOO_SMALL: (
        "Ninguna mesa es para {party_size}: la más cercana empieza en {limit}.",
        "No table is for {party_size}: the nearest starts at {limit}.",
    ),
    Reason.PACING_PARTIES: (
        "Ritmo: {parties} de {limit} grupos en ese intervalo.",
        "Pacing: {parties} of {limit} parties in that interval.",
    ),
    Reason.PACING_COVERS: (
        "Ritmo: {covers} de {limit} comensales en ese intervalo.",
        "Pacing: {covers} of {limit} covers in that interval.",
    ),
    Reason.ONLINE_HELD_BACK: (
        "En línea: {covers} de {limit} comensales hasta el {released_on}.",
        "Online: {covers} of {limit} covers until {released_on}.",
    ),
    Reason.GUEST_BLOCKED: ("Este cliente está bloqueado.", "This guest is blocked."),
    Reason.GUEST_OVERLAP: (
        "El cliente ya tiene una reserva que coincide con esa hora.",
        "The guest already has a booking that overlaps with that time.",
    ),
    Reason.GUEST_LIMIT: (
        "El cliente ya tiene {reservations} reservas de {limit}.",
        "The guest already has {reservations} of {limit} bookings.",
    ),
}

_WORDS: dict[str, Callable[[object], str]] = {
    "hours": lambda hours: f"{hours:g}" if isinstance(hours, float | int) else str(hours),
    "note": lambda note: f": {note}" if note else "",
    "nearest": lambda nearest: str(nearest) if nearest else "—",
}


def explain(closed: Closed, language: Language, audience: Audience = "guest") -> str:
    """Return the reason as one sentence."""
    texts = _GUEST[closed.reason] if audience == "guest" else _STAFF.get(closed.reason, _GUEST[closed.reason])
    facts = {name: _WORDS.get(name, str)(fact) for name, fact in closed.facts.items()}
    return texts[0 if language == "es" else 1].format_map(facts)


def alternatives(
    days: Sequence[Sequence[Offer | Closed]], wished_at: datetime, offers_max: int
) -> tuple[Offer, ...]:
    """Return what to offer instead, nearest first. `days[0]` is the wished date; the others come in any order.

    First the nearest times of the wished date; if they are too few, the time of day nearest to the wished one on each other date,
    from the nearest date outwards, then the second nearest of each.
    """
    starts = [answer for answers in days for answer in answers if answer.time is not None]
    if not starts:
        return ()
    wished_on = days[0][0].date if days[0] else starts[0].date
    nearest = [offer for offer in _offers_in(days[0]) if offer.starts_at != wished_at]
    nearest.sort(key=lambda offer: (abs(offer.starts_at - wished_at), offer.starts_at))
    wished_minute = _clock_at(wished_at, starts)
    others: list[tuple[int, int, date, Offer]] = []
    for answers in days[1:]:
        ranked = sorted(
            _offers_in(answers), key=lambda offer: (_clock_distance(offer, wished_minute), offer.starts_at)
        )
        others += [
            (rank, abs(offer.date - wished_on).days, offer.date, offer) for rank, offer in enumerate(ranked)
        ]
    others.sort(key=lambda one: one[:3])
    return tuple((nearest + [offer for *_, offer in others])[:offers_max])


def _offers_in(answers: Sequence[Offer | Closed]) -> list[Offer]:
    return [answer for answer in answers if isinstance(answer, Offer)]


def _clock_at(instant: datetime, starts: Sequence[Offer | Closed]) -> int:
    """Return what the clock shows at an instant, in minutes, told from the start nearest to it."""
    gaps = [(instant - start.starts_at, start.time) for start in starts if start.starts_at and start.time]
    gap, time = min(gaps, key=lambda one: abs(one[0]), default=(timedelta(), "00:00"))
    return clock_minutes(time) + gap // timedelta(minutes=1)


def _clock_distance(offer: Offer, minute: int) -> int:
    """Return how far apart two clock times are, the short way round the dial."""
    around = (clock_minutes(offer.time) - minute) % DAY_MINUTES
    return min(around, DAY_MINUTES - around)
