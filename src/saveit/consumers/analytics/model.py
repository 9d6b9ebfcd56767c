"""The words of figures. Frozen, without clock or I/O."""

from datetime import date

import msgspec

from saveit.kernel.ids import AdvisorId, RestaurantId


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the reservations of some service days.

    `bookings` are all that were booked, `covers` the guests of those that were not given up and did not stay away; who walked in is
    counted apart. `check_ins` are booked parties that came. `seat_minutes` are the minutes that guests sat, `open_seat_minutes` those of
    all seats while services were open.
    """

    bookings: int = 0
    covers: int = 0
    walk_ins: int = 0
    walk_in_covers: int = 0
    check_ins: int = 0
    cancellations: int = 0
    no_shows: int = 0
    seat_minutes: int = 0
    open_seat_minutes: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        """Add what is counted alike."""
        return Figures(
            **{name: getattr(self, name) + getattr(other, name) for name in Figures.__struct_fields__}
        )


class CountedRow(msgspec.Struct, frozen=True):
    """What became of the reservations of one restaurant, day, hour and source."""

    restaurant_id: RestaurantId
    service_on: date
    hour: int
    source: str
    bookings: int
    covers: int
    walk_ins: int
    walk_in_covers: int
    check_ins: int
    cancellations: int
    no_shows: int
    seat_minutes: int

    @property
    def figures(self) -> Figures:
        """Return the figures by themselves."""
        return Figures(
            bookings=self.bookings,
            covers=self.covers,
            walk_ins=self.walk_ins,
            walk_in_covers=self.walk_in_covers,
            check_ins=self.check_ins,
            cancellations=self.cancellations,
            no_shows=self.no_shows,
            seat_minutes=self.seat_minutes,
        )


class Talks(msgspec.Struct, frozen=True, kw_only=True):
    """How far guests came who wrote, and after how many seconds the first answer went out; null where nobody was answered."""

    conversations: int = 0
    offered: int = 0
    booked: int = 0
    handed_over: int = 0
    answered: int = 0
    response_median_s: float | None = None
    response_p90_s: float | None = None


class Waiting(msgspec.Struct, frozen=True):
    """What became of who waited for a table."""

    joined: int
    offered: int
    booked: int
    passed: int
    left: int


class DayFigures(msgspec.Struct, frozen=True):
    """The figures of one service day."""

    date: date
    figures: Figures


class HourFigures(msgspec.Struct, frozen=True):
    """The figures of the parties that start in one hour of the restaurant's clock."""

    hour: int
    figures: Figures


class SourceFigures(msgspec.Struct, frozen=True):
    """The figures of what came by one channel, or from one source."""

    source: str
    figures: Figures


class RestaurantFigures(msgspec.Struct, frozen=True):
    """The figures of one restaurant."""

    restaurant_id: RestaurantId
    name: str
    currency: str
    figures: Figures


class ChannelTalks(msgspec.Struct, frozen=True):
    """The talks on one channel."""

    channel: str
    talks: Talks


class AdvisorTalks(msgspec.Struct, frozen=True):
    """The talks with one advisor; null is with nobody in particular."""

    advisor_id: AdvisorId | None
    talks: Talks


class Analytics(msgspec.Struct, frozen=True, kw_only=True, rename={"from_on": "from", "to_on": "to"}):
    """The figures of some days, both included."""

    from_on: date
    to_on: date
    totals: Figures
    days: list[DayFigures]
    hours: list[HourFigures]
    sources: list[SourceFigures]
    restaurants: list[RestaurantFigures]
    waitlist: Waiting
    funnel: Talks
    channels: list[ChannelTalks]
    advisors: list[AdvisorTalks]


class OpenSeats(msgspec.Struct, frozen=True):
    """A restaurant as figures name it, and the minutes that its seats were open on each day."""

    restaurant_id: RestaurantId
    name: str
    currency: str
    timezone: str
    seat_minutes: dict[date, int]
