"""A reservation as iCalendar (RFC 5545, RFC 5546), so that it stands in the guest's calendar, moves when it moves, and goes when it goes.

Calendars match an event by its UID and keep the highest SEQUENCE: both must come from the reservation and never from the moment of writing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from icalendar import (
    STATUS,
    TRANSP,
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vText,
)

from saveit.kernel.ids import ReservationId
from saveit.reservations.model import CalendarStatus

CalendarLanguage: TypeAlias = Literal["es", "en"]
CalendarMethod: TypeAlias = Literal["REQUEST", "CANCEL", "PUBLISH"]

_PRODUCT = "-//SaveIt App//Reservations//EN"
# An event is known by its UID and believed from its organizer for as long as it stands in anybody's calendar. Both must therefore outlive
# every setting: an address of the installation's would make a second event of each the day the installation moves.
_UID_SUFFIX = "saveit"
_ORGANIZER = "mailto:no-reply@saveit.invalid"
_SECOND = timedelta(seconds=1)
_REMINDER_BEFORE = timedelta(hours=2)
# Zones times years that one process meets; making one definition takes some milliseconds.
_DEFINITIONS_MAX = 256


_STATUSES: dict[CalendarStatus, STATUS] = {
    "tentative": STATUS.TENTATIVE,
    "confirmed": STATUS.CONFIRMED,
    "cancelled": STATUS.CANCELLED,
}


class CalendarEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar needs to know of a reservation. Instants are aware.

    `sequence` grows with every change that a calendar shows; `changed_at` is when the state told here came to be.
    """

    reservation_id: ReservationId
    sequence: int
    changed_at: datetime
    status: CalendarStatus
    starts_at: datetime
    ends_at: datetime
    timezone: str
    language: CalendarLanguage
    restaurant_name: str
    restaurant_address: str | None = None
    party_size: int
    code: str
    guest_name: str = ""
    guest_email: str | None = None
    """Whom a mail invites; without it the entry invites nobody, and is for whoever opens it."""


class _Words(NamedTuple):
    summary: str
    cancelled_summary: str
    guest: str
    guests: str
    code: str
    reminder: str


_WORDS: dict[CalendarLanguage, _Words] = {
    "es": _Words(
        summary="Reserva en {restaurant}",
        cancelled_summary="Cancelada: reserva en {restaurant}",
        guest="{count} persona",
        guests="{count} personas",
        code="Código de reserva: {code}",
        reminder="Tu mesa en {restaurant} te espera en dos horas",
    ),
    "en": _Words(
        summary="Table at {restaurant}",
        cancelled_summary="Cancelled: table at {restaurant}",
        guest="{count} guest",
        guests="{count} guests",
        code="Booking code: {code}",
        reminder="Your table at {restaurant} is ready in two hours",
    ),
}


def calendar_of(entry: CalendarEntry, *, reminder: bool = False) -> bytes:
    """Return the reservation as one iCalendar object: an invitation, made or changed; published, which invites nobody; or taken back.

    `reminder` adds an alarm two hours before.
    """
    method = method_of(entry)
    starts_on = entry.starts_at.astimezone(ZoneInfo(entry.timezone)).date()
    calendar = Calendar()
    calendar.version = "2.0"
    calendar.prodid = _PRODUCT
    calendar.calscale = "GREGORIAN"
    calendar.method = method
    calendar.add_component(_zone_definition(entry.timezone, starts_on.year))
    calendar.add_component(_event(entry, reminder=reminder))
    return calendar.to_ical()


def method_of(entry: CalendarEntry) -> CalendarMethod:
    """Return what a calendar is to do with the entry; its media type has to say the same (RFC 5545, 8.1)."""
    if entry.status == "cancelled":
        return "CANCEL"
    return "PUBLISH" if entry.guest_email is None else "REQUEST"


def _event(entry: CalendarEntry, *, reminder: bool) -> Event:
    words = _WORDS[entry.language]
    cancelled = entry.status == "cancelled"
    summary = words.cancelled_summary if cancelled else words.summary
    event = Event.new(
        uid=f"{entry.reservation_id}@{_UID_SUFFIX}",
        sequence=entry.sequence,
        stamp=entry.changed_at.astimezone(UTC),
        start=_local(entry.starts_at, entry.timezone),
        end=_local(entry.ends_at, entry.timezone),
        status=_STATUSES[entry.status],
        summary=_line(summary.format(restaurant=entry.restaurant_name)),
        description=_description(entry, words),
        location=_line(", ".join(filter(None, (entry.restaurant_name, entry.restaurant_address)))),
        transparency=TRANSP.TRANSPARENT if cancelled else TRANSP.OPAQUE,
        organizer=_organizer(entry.restaurant_name),
    )
    if entry.guest_email is not None:
        event.attendees = [_attendee(entry.guest_email, entry.guest_name)]
    if reminder and not cancelled:
        event.add_component(_alarm(words.reminder.format(restaurant=entry.restaurant_name)))
    return event


def _local(instant: datetime, timezone: str) -> datetime:
    """Return the instant on the restaurant's wall clock, or in UTC where that clock shows the same time twice.

    iCalendar reads a repeated time as the first of the two (RFC 5545, 3.3.5). A stay that ends in the second would be told an hour short.
    """
    local = instant.astimezone(ZoneInfo(timezone))
    return instant.astimezone(UTC) if local.fold else local


def _description(entry: CalendarEntry, words: _Words) -> str:
    party = (words.guest if entry.party_size == 1 else words.guests).format(count=entry.party_size)
    return "\n".join((party, _line(words.code.format(code=entry.code))))


def _line(text: str) -> str:
    """One line: a name with a line break in it cannot begin a line of its own."""
    return " ".join(text.split())


def _organizer(name: str) -> vCalAddress:
    return _named(vCalAddress(_ORGANIZER), name)


def _attendee(email: str, name: str) -> vCalAddress:
    attendee = _named(vCalAddress(f"mailto:{email}"), name)
    # The guest has booked already; asking them to accept their own booking would only confuse.
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    return attendee


def _named(address: vCalAddress, name: str) -> vCalAddress:
    if name:
        # A double quote cannot be written inside a parameter at all.
        address.params["CN"] = _line(name.replace('"', "'"))
    return address


def _alarm(text: str) -> Alarm:
    alarm = Alarm()
    alarm["ACTION"] = "DISPLAY"
    alarm.description = _line(text)
    alarm.TRIGGER = -_REMINDER_BEFORE
    return alarm


@lru_cache(maxsize=_DEFINITIONS_MAX)
def _zone_definition(timezone: str, year: int) -> Timezone:
    """Return the zone's rules from the year before to the year after. Shared by all calendars made from it, and changed by none.

    The library can write this too, but it states the onset of summer time in the new time where the standard asks for the old one
    (RFC 5545, 3.6.5), so a stay in the hour after the jump would be told an hour late.
    """
    zone = ZoneInfo(timezone)
    begin = datetime(year - 1, 1, 1, tzinfo=UTC)
    definition = Timezone()
    definition["TZID"] = vText(timezone)
    definition.add_component(_observance(zone, begin, before=begin))
    for onset in _changes(zone, begin, datetime(year + 2, 1, 1, tzinfo=UTC)):
        definition.add_component(_observance(zone, onset, before=onset - _SECOND))
    return definition


def _observance(zone: ZoneInfo, onset: datetime, *, before: datetime) -> TimezoneStandard | TimezoneDaylight:
    local = onset.astimezone(zone)
    offset_from, offset_to = _offset(before.astimezone(zone)), _offset(local)
    # Which of the two is called summer time means nothing to the sum; Dublin and Casablanca count theirs the other way round.
    observance = TimezoneDaylight() if offset_to > offset_from else TimezoneStandard()
    observance.DTSTART = onset.replace(tzinfo=None) + offset_from
    observance.TZOFFSETFROM = offset_from
    observance.TZOFFSETTO = offset_to
    observance["TZNAME"] = vText(local.tzname() or "")
    return observance


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the instants, in UTC, from which the zone's clock is shifted; no zone shifts twice in a day."""
    day = timedelta(days=1)
    while begin < end:
        if _offset(begin.astimezone(zone)) != _offset((begin + day).astimezone(zone)):
            same, other = begin, begin + day
            while other - same > _SECOND:
                middle = same + (other - same) // _SECOND // 2 * _SECOND
                if _offset(middle.astimezone(zone)) == _offset(begin.astimezone(zone)):
                    same = middle
                else:
                    other = middle
            yield other
        begin += day


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)
