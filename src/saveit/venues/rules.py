"""What a restaurant may decide for itself: one frozen struct per subject, with the defaults a new restaurant starts from.

The structs say the shape and the range of each rule; `rule_checks` says what they must not say together. Clock times are local and
written "HH:MM"; a service that closes at or before its opening closes on the next day. Amounts are minor units of the restaurant's
currency. Hashes are kept, because the seating engine remembers what it computed per rule set.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""In the order of `date.weekday()`."""

DAY_MINUTES = 24 * 60
CLOSES_MINUTE_MAX = 36 * 60
"""A service ends by noon of the next day, so that the longest stay, its buffer and a clock change still fit in 48 hours."""
STAY_MINUTES_MAX = 480
BUFFER_MINUTES_MAX = 120

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
ClosingClock = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", max_length=5)]
ServiceName = Annotated[str, Meta(min_length=1, max_length=40)]
Percent = Annotated[float, Meta(ge=0, le=100)]
AmountMinor = Annotated[int, Meta(ge=0, le=100_000_000)]
PartySize = Annotated[int, Meta(ge=1, le=200)]
StayMinutes = Annotated[int, Meta(ge=5, le=STAY_MINUTES_MAX)]


def clock_minutes(clock: str) -> int:
    """Return the minutes after midnight of a written time; "24:00" is 1440."""
    return int(clock[:2]) * 60 + int(clock[3:])


class Service(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True, omit_defaults=True):
    """One service of a day, such as lunch; it belongs to the day it begins on, even past midnight."""

    name: ServiceName
    opens: Clock
    closes: ClosingClock
    last_seating: Clock | None = None

    @property
    def opens_minute(self) -> int:
        """Minutes after the midnight that begins the service's day."""
        return clock_minutes(self.opens)

    @property
    def closes_minute(self) -> int:
        """Minutes after the same midnight: more than 1440 when the service closes on the next day."""
        closes = clock_minutes(self.closes)
        return closes if closes > self.opens_minute else closes + DAY_MINUTES

    @property
    def last_seating_minute(self) -> int | None:
        """Minutes after the same midnight, or None when a stay must end by the close instead."""
        if self.last_seating is None:
            return None
        last = clock_minutes(self.last_seating)
        return last if last >= self.opens_minute else last + DAY_MINUTES


Services = Annotated[tuple[Service, ...], Meta(max_length=10)]


class ReservationWindow(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """How early and how late a guest may book: notice in real hours, horizon in local dates."""

    min_hours_advance: Annotated[float, Meta(ge=0, le=8760)] = 2
    max_days_advance: Annotated[int, Meta(ge=0, le=730)] = 30
    allow_same_day: bool = True


class CancellationPolicy(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """What cancelling late or not coming costs; copied onto each booking when it is made."""

    free_cancellation_hours: Annotated[float, Meta(ge=0, le=8760)] = 24
    no_show_penalty: bool = False
    penalty_amount_minor: AmountMinor = 0
    blocked_reservations_after_no_show: Annotated[int, Meta(ge=0, le=100)] = 2
    """A guest with this many no-shows is refused; 0 is never."""


class TurnTime(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """How long some parties stay. A named service beats none, then named weekdays beat none, then the narrower range of sizes wins."""

    party_size_min: PartySize
    party_size_max: PartySize
    minutes: StayMinutes
    service: ServiceName | None = None
    weekdays: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=7)] | None = None


class Capacity(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """How long a table is taken, and how far beyond the seats a service may be booked."""

    overbooking_percent: Percent = 0
    minimum_table_turnover_minutes: StayMinutes = 90
    """The stay of a party for which no turn time is written."""
    turn_times: Annotated[tuple[TurnTime, ...], Meta(max_length=200)] = ()


class CustomSlots(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """Starts that replace the regular ones. A named service beats none, then named weekdays beat none."""

    times: Annotated[tuple[Clock, ...], Meta(min_length=1, max_length=300)]
    service: ServiceName | None = None
    weekdays: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=7)] | None = None


class TimeSlots(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """When a party may start, and how long a table rests after it."""

    slot_duration: Annotated[int, Meta(ge=5, le=240)] = 30
    turnover_time: Annotated[int, Meta(ge=0, le=BUFFER_MINUTES_MAX)] = 15
    custom_slots: Annotated[tuple[CustomSlots, ...], Meta(max_length=50)] = ()


class BusinessHours(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """The services of each weekday; a day without services is closed."""

    monday: Services = ()
    tuesday: Services = ()
    wednesday: Services = ()
    thursday: Services = ()
    friday: Services = ()
    saturday: Services = ()
    sunday: Services = ()

    def of(self, weekday: int) -> tuple[Service, ...]:
        """Return the services of a weekday, counted from Monday = 0."""
        week = (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )
        return week[weekday]


class SpecialDate(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """One date that beats its weekday: closed, with hours of its own, or in high demand (which may also have hours of its own)."""

    date: date
    type: Literal["closed", "special_hours", "high_demand"]
    multiplier: Annotated[float, Meta(gt=0, le=100)] | None = None
    """Deposit and penalty of that date are multiplied by it, rounded half up."""
    custom_hours: Services | None = None
    note: Annotated[str, Meta(max_length=200)] | None = None


class Requirements(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """What a guest must bring for a booking to be confirmed."""

    requires_deposit: bool = False
    deposit_amount_minor: AmountMinor = 0
    deposit_per_guest: bool = False
    requires_phone_verification: bool = False
    requires_credit_card: bool = False
    requires_identification: bool = False


class Pacing(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """How many parties and covers may start in one interval, so that kitchen and door keep up; None is no limit."""

    interval_minutes: Annotated[int, Meta(ge=5, le=240)] = 15
    parties_max: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    covers_max: Annotated[int, Meta(ge=1, le=10_000)] | None = None


class OnlineRelease(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """The share of the seats that is kept from online guests until so many days before."""

    held_back_percent: Percent = 0
    released_days_before: Annotated[int, Meta(ge=0, le=365)] = 0


class PartyLimits(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """The sizes of party a guest may book without asking; staff may book any that a table takes."""

    size_min: PartySize = 1
    size_max: PartySize = 20


class GuestLimits(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """What one guest may hold at once."""

    overlapping_allowed: bool = False
    active_reservations_max: Annotated[int, Meta(ge=1, le=1000)] | None = None


class CheckIn(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """When a pass is accepted at the door, and when a party that has not come is a no-show."""

    tolerance_minutes: Annotated[int, Meta(ge=0, le=240)] = 15
    no_show_after_minutes: Annotated[int, Meta(ge=1, le=480)] = 15


class Confirmation(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """Whether a booking stands at once or waits for staff, and for how long it waits."""

    mode: Literal["automatic", "manual"] = "automatic"
    confirm_within_minutes: Annotated[int, Meta(ge=1, le=10_080)] = 30


class Holds(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """How long a table is kept while a guest types, and how many one caller may keep at once.

    A guest needs one, and some more to compare. A program's key speaks for many guests: its bound keeps a broken or hostile program
    from shutting the house, and is far above what guests who type at the same time hold. Staff have none.
    """

    ttl_s: Annotated[int, Meta(ge=30, le=3600)] = 300
    open_max_per_caller: Annotated[int, Meta(ge=1, le=1000)] = 5
    open_max_per_key: Annotated[int, Meta(ge=1, le=10000)] = 50


class Reminders(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """How many hours before its start a party is reminded."""

    hours_before: Annotated[tuple[Annotated[float, Meta(gt=0, le=720)], ...], Meta(max_length=5)] = (24, 2)


class Rules(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """Every rule of one restaurant, as one version of it. What is not written has its default; hours not written are closed."""

    reservation_window: ReservationWindow = ReservationWindow()
    cancellation_policy: CancellationPolicy = CancellationPolicy()
    capacity: Capacity = Capacity()
    time_slots: TimeSlots = TimeSlots()
    business_hours: BusinessHours = BusinessHours()
    special_dates: Annotated[tuple[SpecialDate, ...], Meta(max_length=1000)] = ()
    requirements: Requirements = Requirements()
    pacing: Pacing = Pacing()
    online_release: OnlineRelease = OnlineRelease()
    party: PartyLimits = PartyLimits()
    guest_limits: GuestLimits = GuestLimits()
    check_in: CheckIn = CheckIn()
    confirmation: Confirmation = Confirmation()
    holds: Holds = Holds()
    reminders: Reminders = Reminders()

    def special_date(self, day: date) -> SpecialDate | None:
        """Return what is special about a date, if anything is."""
        return next((special for special in self.special_dates if special.date == day), None)

    def services_on(self, day: date) -> tuple[Service, ...]:
        """Return the services of a date: its own when it is special and has hours, else its weekday's."""
        special = self.special_date(day)
        if special is None:
            return self.business_hours.of(day.weekday())
        if special.type == "closed":
            return ()
        if special.custom_hours is not None:
            return special.custom_hours
        return self.business_hours.of(day.weekday())


# Where the meal at midday is called so; elsewhere in Spanish "comida" is any meal, and midday is "almuerzo".
_COMIDA_AT_MIDDAY = frozenset({"ES", "MX"})


def default_rules(language: str = "es", region: str = "") -> Rules:
    """Return the rules a new restaurant starts from: every default, lunch and dinner on every day, named as people there name them."""
    midday = "Comida" if region in _COMIDA_AT_MIDDAY else "Almuerzo"
    lunch, dinner = ("Lunch", "Dinner") if language == "en" else (midday, "Cena")
    services = (
        Service(name=lunch, opens="12:00", closes="16:00"),
        Service(name=dinner, opens="19:00", closes="23:00"),
    )
    return Rules(business_hours=BusinessHours(*([services] * len(WEEKDAYS))))
