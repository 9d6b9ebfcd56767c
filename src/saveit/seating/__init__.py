"""Seating: which starts can be booked, why the others cannot, and which tables a party gets.

The room promises that what it offers can be booked for as long as the facts it was given hold: the listing, the hold, the booking, the
staff move and the waitlist ask it the same question. It owns no tables. It will never read a clock, a database or a setting; it never
decides a booking, which the ledger's constraint does.
"""

from saveit.seating.answers import alternatives, explain
from saveit.seating.day import WINDOW_MINUTES, Day
from saveit.seating.model import (
    NO_LOAD,
    Asking,
    Audience,
    Claim,
    Closed,
    Combination,
    Floor,
    HolderKind,
    Load,
    LoadKey,
    Offer,
    Reason,
    Stay,
    Table,
    Unit,
    Window,
)
from saveit.seating.offers import free_units, offer_at, offers
from saveit.seating.plan import DatePlan, LoadLimits, load_limits, pacing_key, plan_of, stay_minutes
from saveit.seating.reseating import Move, Reseating, reseat
from saveit.seating.wallclock import (
    ServiceWindow,
    day_origin,
    instant_of_end,
    instant_of_start,
    local_clock,
    local_date,
    services_of,
)

__all__ = [
    "NO_LOAD",
    "WINDOW_MINUTES",
    "Asking",
    "Audience",
    "Claim",
    "Closed",
    "Combination",
    "DatePlan",
    "Day",
    "Floor",
    "HolderKind",
    "Load",
    "LoadKey",
    "LoadLimits",
    "Move",
    "Offer",
    "Reason",
    "Reseating",
    "ServiceWindow",
    "Stay",
    "Table",
    "Unit",
    "Window",
    "alternatives",
    "day_origin",
    "explain",
    "free_units",
    "instant_of_end",
    "instant_of_start",
    "load_limits",
    "local_clock",
    "local_date",
    "offer_at",
    "offers",
    "pacing_key",
    "plan_of",
    "reseat",
    "services_of",
    "stay_minutes",
]
