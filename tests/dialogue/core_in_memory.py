"""A core for conversations without a database: the real engine of seating over a list of bookings. It answers what the policy asks.

It keeps no promise about races; those are the real core's, which the same scripts are played against in tests/spec.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from saveit.dialogue.model import (
    Accept,
    Answer,
    Book,
    Bookings,
    ByCode,
    Cancel,
    Change,
    CheckCode,
    Checked,
    Done,
    Free,
    Known,
    Leave,
    Listed,
    Listing,
    Mine,
    Note,
    Probe,
    Question,
    Refused,
    SendCode,
    Sent,
    Start,
    Taken,
    Venue,
    Wait,
    Waiting,
)
from saveit.seating import (
    Asking,
    Closed,
    Day,
    Floor,
    Offer,
    Stay,
    Table,
    alternatives,
    day_origin,
    offer_at,
    offers,
)
from saveit.venues import Rules

LINK_CODE = "482913"
_AROUND_DAYS = 3


@dataclass
class Standing:
    """A booking and the table it has."""

    known: Known
    table_ids: tuple[UUID, ...]
    ends_at: datetime
    mine: bool


@dataclass
class CoreInMemory:
    """Restaurants, their tables, and who booked what."""

    now: datetime
    venues: tuple[Venue, ...]
    tables: dict[UUID, tuple[Table, ...]]
    bookings: dict[UUID, Standing] = field(default_factory=dict)
    acts: list[Question] = field(default_factory=list)
    elsewhere: list[UUID] = field(default_factory=list)
    """Bookings that this guest made from another address: seen once the code was right."""
    vouched: str | None = None
    """The phone that the channel vouches for."""
    code_sent: bool = False
    numbers: int = 0

    def answer(self, question: Question) -> Answer:  # noqa: PLR0911 - one question, one answer.
        match question:
            case Listing():
                return self._listing(question)
            case Probe():
                return self._probe(question)
            case Mine():
                return Bookings(self._mine())
            case ByCode(code=code):
                found = [each.known for each in self.bookings.values() if each.known.code == code.upper()]
                return Bookings(tuple(each for each in found if each.status in {"pending", "confirmed"}))
            case SendCode():
                self.code_sent = True
                return Sent()
            case CheckCode(code=code):
                right = self.code_sent and code == LINK_CODE
                for each in self.elsewhere if right else ():
                    self.bookings[each].mine = True
                return Checked(right)
            case _:
                self.acts.append(question)
                return self._act(question)

    def _act(self, question: Question) -> Answer:
        match question:
            case Book(wanted=wanted):
                return self.book(
                    wanted.restaurant_id,
                    wanted.date,
                    wanted.time,
                    wanted.party_size,
                    wanted.name,
                    requests=wanted.special_requests,
                    proved=wanted.phone is not None and wanted.phone == self.vouched,
                )
            case Change():
                return self._change(question)
            case Note(booking_id=booking_id, text=text, name=name):
                known = self.bookings[booking_id].known
                requests = "; ".join(filter(None, (known.special_requests, text)))
                return self._save(replace(known, special_requests=requests or None, name=name or known.name))
            case Cancel(booking_id=booking_id):
                return self._save(replace(self.bookings[booking_id].known, status="cancelled"))
            case Wait():
                return Waiting(1)
            case Accept() | Leave():
                return Refused("waitlist_entry_over")
            case _:
                raise AssertionError(question)

    def book(  # noqa: PLR0917 - what a booking is.
        self,
        restaurant_id: UUID,
        on: date,
        time: str,
        size: int,
        name: str,
        *,
        requests: str | None = None,
        mine: bool = True,
        proved: bool = False,
    ) -> Answer:
        venue = self._venue(restaurant_id)
        probed = self._offer(Probe(restaurant_id, on, time, size))
        if isinstance(probed, Closed):
            return Refused("slot_unavailable", (probed,), self._nearest(Probe(restaurant_id, on, time, size)))
        self.numbers += 1
        asked = venue.rules.requirements
        required = tuple(
            word
            for word, wanted in (
                ("deposit", asked.requires_deposit),
                ("phone_verification", asked.requires_phone_verification and not proved),
            )
            if wanted
        )
        pending = bool(required) or venue.rules.confirmation.mode == "manual"
        known = Known(
            id=UUID(int=self.numbers),
            restaurant_id=restaurant_id,
            code=f"MESA{self.numbers:02}",
            status="pending" if pending else "confirmed",
            date=on,
            time=time,
            party_size=size,
            name=name,
            starts_at=probed.starts_at,
            revision=1,
            special_requests=requests,
            requirements=required,
            late_fee_minor=venue.rules.cancellation_policy.penalty_amount_minor,
            deposit_minor=asked.deposit_amount_minor * (size if asked.deposit_per_guest else 1),
            confirm_by=self.now + timedelta(minutes=30) if pending else None,
            free_until=probed.starts_at
            - timedelta(hours=venue.rules.cancellation_policy.free_cancellation_hours),
        )
        self.bookings[known.id] = Standing(known, probed.units[0].table_ids, probed.ends_at, mine)
        return Done(known)

    def _change(self, change: Change) -> Answer:
        before = self.bookings[change.booking_id].known
        if before.revision != change.revision:
            return Refused("revision_conflict")
        on, time = change.on or before.date, change.time or before.time
        size = change.party_size or before.party_size
        probe = Probe(before.restaurant_id, on, time, size, None, before.id)
        offer = self._offer(probe)
        if isinstance(offer, Closed):
            return Refused("slot_unavailable", (offer,), self._nearest(probe))
        standing = self.bookings[before.id]
        standing.table_ids, standing.ends_at = offer.units[0].table_ids, offer.ends_at
        return self._save(replace(before, date=on, time=time, party_size=size, starts_at=offer.starts_at))

    def _save(self, known: Known) -> Done:
        after = replace(known, revision=known.revision + 1)
        self.bookings[known.id].known = after
        return Done(after)

    def _mine(self) -> tuple[Known, ...]:
        return tuple(
            each.known
            for each in self.bookings.values()
            if each.mine
            and each.known.status in {"pending", "confirmed"}
            and each.known.starts_at > self.now - timedelta(hours=2)
        )

    def _listing(self, listing: Listing) -> Answer:
        found = self._day(listing.restaurant_id, listing.on, listing.party_size, listing.area_id, None)
        starts = tuple(_start(each) for each in found if isinstance(each, Offer))
        if starts:
            return Listed(starts)
        probe = Probe(listing.restaurant_id, listing.on, "20:00", listing.party_size)
        return Listed((), tuple(each for each in found if isinstance(each, Closed)), self._nearest(probe))

    def _probe(self, probe: Probe) -> Answer:
        found = self._offer(probe)
        return Free(_start(found)) if isinstance(found, Offer) else Taken((found,), self._nearest(probe))

    def _offer(self, probe: Probe) -> Offer | Closed:
        venue = self._venue(probe.restaurant_id)
        floor, day, zone = self._picture(venue, probe.on, probe.excluding)
        asking = Asking(party_size=probe.party_size, audience="guest", area_id=probe.area_id)
        return offer_at(venue.rules, floor, day, asking, probe.on, probe.time, self.now, zone)

    def _nearest(self, probe: Probe) -> tuple[Start, ...]:
        venue = self._venue(probe.restaurant_id)
        today = self.now.astimezone(ZoneInfo(venue.timezone)).date()
        around = [
            probe.on,
            *(probe.on + sign * timedelta(days=n) for n in range(1, _AROUND_DAYS + 1) for sign in (1, -1)),
        ]
        days = [
            self._day(venue.id, on, probe.party_size, probe.area_id, probe.excluding)
            for on in around
            if on >= today or on == probe.on
        ]
        wished = datetime.combine(probe.on, clock_time.fromisoformat(probe.time), ZoneInfo(venue.timezone))
        return tuple(_start(each) for each in alternatives(days, wished, 5))

    def _day(  # noqa: PLR0917 - the question, taken apart.
        self, restaurant_id: UUID, on: date, size: int, area_id: UUID | None, excluding: UUID | None
    ) -> list[Offer | Closed]:
        venue = self._venue(restaurant_id)
        floor, day, zone = self._picture(venue, on, excluding)
        asking = Asking(party_size=size, audience="guest", area_id=area_id)
        return offers(venue.rules, floor, day, asking, on, self.now, zone)

    def _picture(self, venue: Venue, on: date, excluding: UUID | None) -> tuple[Floor, Day, ZoneInfo]:
        floor, zone = Floor.of(self.tables[venue.id], ()), ZoneInfo(venue.timezone)
        stays = [
            Stay(
                "reservation",
                each.known.id,
                each.table_ids,
                each.known.starts_at,
                each.ends_at,
                each.known.party_size,
                movable=True,
                expires_at=None,
            )
            for each in self.bookings.values()
            if each.known.restaurant_id == venue.id
            and each.known.status in {"pending", "confirmed"}
            and each.known.id != excluding
        ]
        return floor, Day(floor, day_origin(on, zone), stays, {}), zone

    def _venue(self, restaurant_id: UUID) -> Venue:
        return next(each for each in self.venues if each.id == restaurant_id)


def _start(offer: Offer) -> Start:
    return Start(offer.date, offer.time, offer.starts_at)


def plain_rules(**sections: object) -> Rules:
    """Return a Spanish restaurant's rules: lunch and dinner, Mondays closed, parties of up to eight."""
    week = [
        {"name": "lunch", "opens": "13:00", "closes": "16:30"},
        {"name": "dinner", "opens": "20:00", "closes": "00:30"},
    ]
    days = ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    written: dict[str, object] = {
        "business_hours": dict.fromkeys(days, week),
        "reservation_window": {"min_hours_advance": 1, "max_days_advance": 60},
        "time_slots": {"slot_duration": 30, "turnover_time": 0},
        "party": {"size_min": 1, "size_max": 8},
    }
    return msgspec.convert(written | sections, Rules)
