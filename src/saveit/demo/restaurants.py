"""The three restaurants of the demo: who they are, how they work, and who works there.

Two belong to one customer and the third to another, so that both shapes can be tried: an owner who sees two houses in two currencies
and one set of guests, and a neighbour of whom nobody else sees anything.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Literal

import msgspec

from saveit.demo.floors import BOGOTA, MADRID, NEW_YORK, FloorPlan
from saveit.venues import RestaurantDraft

Role = Literal["owner", "manager", "host", "viewer"]

_WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


QUICK_ANSWERS = (
    ("es", "gracias", "¡Gracias a ti! Aquí estamos para lo que necesites."),
    ("es", "estacionar", "Hay estacionamiento a media cuadra; con tu cuenta tienes dos horas gratis."),
    ("es", "mascotas", "Las mascotas son bienvenidas en la terraza."),
    ("en", "thanks", "Thank you! We are here for whatever you need."),
    ("en", "parking", "There is a car park half a block away; your bill gives you two hours free."),
    ("en", "pets", "Pets are welcome on the terrace."),
)
"""Language, short name and words of what the demo's people keep at hand."""


class Employee(msgspec.Struct, frozen=True):
    """Someone who works in one or more of the demo's restaurants."""

    name: str
    email: str
    language: str
    role: Role
    slugs: tuple[str, ...]


class DemoRestaurant(msgspec.Struct, frozen=True):
    """A restaurant of the demo. `popularity` is the share of its tables that a Saturday fills."""

    tenant: str
    draft: RestaurantDraft
    floor: FloorPlan
    rules: Callable[[date], Mapping[str, object]]
    popularity: float

    @property
    def slug(self) -> str:
        """Its address on the booking page."""
        assert self.draft.slug is not None, "the demo names its slugs"
        return self.draft.slug


def _bogota(today: date) -> Mapping[str, object]:
    lunch = {"name": "almuerzo", "opens": "12:00", "closes": "16:00"}
    dinner = {"name": "cena", "opens": "18:30", "closes": "23:30"}
    return {
        "business_hours": {
            **{day: [lunch, dinner] for day in (*_WORKDAYS, "saturday")},
            "sunday": [lunch | {"closes": "17:00"}, dinner | {"closes": "22:00"}],
        },
        "reservation_window": {"min_hours_advance": 1, "max_days_advance": 45, "allow_same_day": True},
        "capacity": {
            "minimum_table_turnover_minutes": 90,
            "turn_times": [
                {"party_size_min": 1, "party_size_max": 2, "minutes": 75, "service": "almuerzo"},
                {"party_size_min": 5, "party_size_max": 20, "minutes": 120},
            ],
        },
        "time_slots": {"slot_duration": 30, "turnover_time": 15},
        "pacing": {"interval_minutes": 30, "parties_max": 8, "covers_max": 26},
        "party": {"size_min": 1, "size_max": 10},
        "cancellation_policy": {
            "free_cancellation_hours": 24,
            "no_show_penalty": True,
            "penalty_amount_minor": 3_000_000,
            "blocked_reservations_after_no_show": 3,
        },
        "special_dates": [
            _closed(today, 12, 25, "Navidad"),
            _demand(today, 9, 20, "Amor y Amistad", multiplier=1.5),
            _demand(today, 12, 31, "Fin de año", multiplier=2),
        ],
    }


def _madrid(today: date) -> Mapping[str, object]:
    lunch = {"name": "comida", "opens": "13:00", "closes": "17:00", "last_seating": "15:30"}
    dinner = {"name": "cena", "opens": "20:00", "closes": "24:00", "last_seating": "22:30"}
    late = dinner | {"closes": "02:00", "last_seating": "00:30"}
    return {
        "business_hours": {
            "tuesday": [lunch, dinner],
            "wednesday": [lunch, dinner],
            "thursday": [lunch, dinner],
            "friday": [lunch, late],
            "saturday": [lunch, late],
            "sunday": [lunch],
        },
        "reservation_window": {"min_hours_advance": 2, "max_days_advance": 60, "allow_same_day": True},
        "capacity": {
            "minimum_table_turnover_minutes": 105,
            "overbooking_percent": 0,
            "turn_times": [
                {"party_size_min": 1, "party_size_max": 2, "minutes": 90},
                {"party_size_min": 6, "party_size_max": 20, "minutes": 135},
                {
                    "party_size_min": 1,
                    "party_size_max": 4,
                    "minutes": 120,
                    "service": "cena",
                    "weekdays": ["friday", "saturday"],
                },
            ],
        },
        "time_slots": {"slot_duration": 15, "turnover_time": 15},
        "pacing": {"interval_minutes": 15, "parties_max": 6, "covers_max": 20},
        "party": {"size_min": 1, "size_max": 12},
        "cancellation_policy": {"free_cancellation_hours": 6, "blocked_reservations_after_no_show": 2},
        "guest_limits": {"active_reservations_max": 4},
        "online_release": {"held_back_percent": 20, "released_days_before": 2},
        "special_dates": [
            _closed(today, 1, 6, "Reyes"),
            {
                "date": _next(today, 12, 24).isoformat(),
                "type": "special_hours",
                "custom_hours": [lunch],
                "note": "Nochebuena",
            },
        ],
    }


def _new_york(today: date) -> Mapping[str, object]:
    brunch = {"name": "brunch", "opens": "10:00", "closes": "15:00"}
    dinner = {"name": "dinner", "opens": "17:00", "closes": "22:30"}
    return {
        "business_hours": {
            **{day: [dinner] for day in _WORKDAYS},
            "saturday": [brunch, dinner | {"closes": "23:30"}],
            "sunday": [brunch, dinner],
        },
        "reservation_window": {"min_hours_advance": 1, "max_days_advance": 28, "allow_same_day": True},
        "capacity": {
            "minimum_table_turnover_minutes": 90,
            "turn_times": [{"party_size_min": 5, "party_size_max": 20, "minutes": 120}],
        },
        "time_slots": {
            "slot_duration": 30,
            "turnover_time": 15,
            "custom_slots": [
                {"service": "brunch", "times": ["10:00", "10:45", "11:30", "12:15", "13:00", "13:30"]}
            ],
        },
        "pacing": {"interval_minutes": 30, "parties_max": 6, "covers_max": 18},
        "party": {"size_min": 1, "size_max": 8},
        "cancellation_policy": {
            "free_cancellation_hours": 24,
            "no_show_penalty": True,
            "penalty_amount_minor": 2_500,
            "blocked_reservations_after_no_show": 2,
        },
        "special_dates": [
            _closed(today, 12, 25, "Christmas"),
            _demand(today, 2, 14, "Valentine's Day", multiplier=2),
        ],
    }


def _next(today: date, month: int, day: int) -> date:
    """Return the next such date, at the earliest a month from now: the demo's fortnight shall be an ordinary one."""
    this_year = date(today.year, month, day)
    return this_year if this_year > today + timedelta(days=30) else date(today.year + 1, month, day)


def _closed(today: date, month: int, day: int, note: str) -> Mapping[str, object]:
    return {"date": _next(today, month, day).isoformat(), "type": "closed", "note": note}


def _demand(today: date, month: int, day: int, note: str, *, multiplier: float) -> Mapping[str, object]:
    on = _next(today, month, day).isoformat()
    return {"date": on, "type": "high_demand", "multiplier": multiplier, "note": note}


RESTAURANTS = (
    DemoRestaurant(
        tenant="Grupo Candela",
        draft=RestaurantDraft(
            name="Casa Candela",
            slug="casa-candela",
            timezone="America/Bogota",
            language="es",
            currency="COP",
            region="CO",
            address="Carrera 5 # 26-52, Bogotá",
        ),
        floor=BOGOTA,
        rules=_bogota,
        popularity=0.85,
    ),
    DemoRestaurant(
        tenant="Grupo Candela",
        draft=RestaurantDraft(
            name="Taberna del Olivar",
            slug="taberna-del-olivar",
            timezone="Europe/Madrid",
            language="es",
            currency="EUR",
            region="ES",
            address="Calle del Olivar 17, Madrid",
        ),
        floor=MADRID,
        rules=_madrid,
        popularity=0.8,
    ),
    DemoRestaurant(
        tenant="Pier & Pine LLC",
        draft=RestaurantDraft(
            name="Pier & Pine",
            slug="pier-and-pine",
            timezone="America/New_York",
            language="en",
            currency="USD",
            region="US",
            address="210 Van Brunt St, Brooklyn, NY",
        ),
        floor=NEW_YORK,
        rules=_new_york,
        popularity=0.75,
    ),
)

# Addresses under example.com reach nobody (RFC 2606).
EMPLOYEES = (
    Employee(
        "Lucía Rojas", "lucia@candela.example.com", "es", "owner", ("casa-candela", "taberna-del-olivar")
    ),
    Employee("Andrés Peña", "andres@candela.example.com", "es", "manager", ("casa-candela",)),
    Employee("Carmen Vidal", "carmen@candela.example.com", "es", "host", ("taberna-del-olivar",)),
    Employee("Grace Miller", "grace@pier.example.com", "en", "owner", ("pier-and-pine",)),
    Employee("Sam Ortiz", "sam@pier.example.com", "en", "host", ("pier-and-pine",)),
    Employee("Noor Haddad", "noor@pier.example.com", "en", "viewer", ("pier-and-pine",)),
)
