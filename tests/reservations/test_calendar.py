from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from icalendar import Calendar, Event

from saveit.kernel.ids import ReservationId
from saveit.reservations.calendar import CalendarEntry, calendar_of, method_of
from saveit.reservations.model import CalendarStatus

ENTRY = CalendarEntry(
    reservation_id=ReservationId(UUID("018f0000-0000-7000-8000-00000000000a")),
    sequence=3,
    changed_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    status="confirmed",
    starts_at=datetime(2026, 7, 10, 18, 30, tzinfo=UTC),
    ends_at=datetime(2026, 7, 10, 20, tzinfo=UTC),
    timezone="Europe/Madrid",
    language="es",
    restaurant_name="La Ñora",
    restaurant_address="Calle Mayor 1, Madrid",
    party_size=4,
    code="K7M2QX",
)


def test_a_calendar_reads_as_written_here() -> None:
    bogota = msgspec.structs.replace(
        ENTRY,
        timezone="America/Bogota",
        starts_at=datetime(2026, 7, 11, 1, tzinfo=UTC),
        ends_at=datetime(2026, 7, 11, 2, 30, tzinfo=UTC),
    )

    expected = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//SaveIt App//Reservations//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VTIMEZONE",
        "TZID:America/Bogota",
        "BEGIN:STANDARD",
        "DTSTART:20241231T190000",
        "TZNAME:-05",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0500",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "SUMMARY:Reserva en La Ñora",
        "DTSTART;TZID=America/Bogota:20260710T200000",
        "DTEND;TZID=America/Bogota:20260710T213000",
        "DTSTAMP:20260301T093000Z",
        "UID:018f0000-0000-7000-8000-00000000000a@saveit",
        "SEQUENCE:3",
        "DESCRIPTION:4 personas\\nCódigo de reserva: K7M2QX",
        "LOCATION:La Ñora\\, Calle Mayor 1\\, Madrid",
        'ORGANIZER;CN="La Ñora":mailto:no-reply@saveit.invalid',
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Tu mesa en La Ñora te espera en dos horas",
        "TRIGGER:-PT2H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    assert unfolded(calendar_of(bogota, reminder=True)) == expected


def test_lines_end_in_crlf_and_none_is_longer_than_75_octets() -> None:
    long = msgspec.structs.replace(ENTRY, restaurant_name="Ñ" * 120, restaurant_address="ü" * 200)

    written = calendar_of(long, reminder=True)

    assert written.endswith(b"END:VCALENDAR\r\n")
    assert written.count(b"\n") == written.count(b"\r\n")
    assert max(len(line) for line in written.split(b"\r\n")) <= 75
    assert event_of(long)["SUMMARY"] == f"Reserva en {'Ñ' * 120}"


@pytest.mark.parametrize(
    ("status", "method", "told"),
    [
        ("confirmed", "PUBLISH", "CONFIRMED"),
        ("tentative", "PUBLISH", "TENTATIVE"),
        ("cancelled", "CANCEL", "CANCELLED"),
    ],
)
def test_the_method_says_what_the_calendar_should_do(status: CalendarStatus, method: str, told: str) -> None:
    entry = msgspec.structs.replace(ENTRY, status=status)

    calendar = parsed(calendar_of(entry))

    assert (calendar["METHOD"], method_of(entry), calendar.events[0]["STATUS"]) == (method, method, told)


def test_a_mail_invites_its_guest_who_has_accepted_by_booking() -> None:
    invited = msgspec.structs.replace(ENTRY, guest_name='Ana "la de siempre"', guest_email="ana@example.com")

    calendar = parsed(calendar_of(invited))
    (attendee,) = calendar.events[0].attendees

    assert (calendar["METHOD"], method_of(invited)) == ("REQUEST", "REQUEST")
    assert (str(attendee), attendee.params["CN"]) == ("mailto:ana@example.com", "Ana 'la de siempre'")
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")


def test_a_change_and_a_cancellation_meet_the_event_they_are_about() -> None:
    moved = msgspec.structs.replace(ENTRY, sequence=4, starts_at=ENTRY.starts_at + timedelta(hours=1))
    cancelled = msgspec.structs.replace(moved, sequence=5, status="cancelled")

    events = [event_of(entry) for entry in (ENTRY, moved, cancelled)]

    assert {str(event["UID"]) for event in events} == {"018f0000-0000-7000-8000-00000000000a@saveit"}
    assert [event["SEQUENCE"] for event in events] == [3, 4, 5]


def test_the_same_state_is_written_the_same_each_time() -> None:
    assert calendar_of(ENTRY, reminder=True) == calendar_of(ENTRY, reminder=True)


def test_a_cancelled_table_is_said_to_be_so_and_rings_no_alarm() -> None:
    event = event_of(msgspec.structs.replace(ENTRY, status="cancelled"), reminder=True)

    assert event["SUMMARY"] == "Cancelada: reserva en La Ñora"
    assert event["DESCRIPTION"] == "4 personas\nCódigo de reserva: K7M2QX"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event.alarms.times == []


def test_a_guest_who_speaks_english_reads_english() -> None:
    event = event_of(msgspec.structs.replace(ENTRY, language="en", party_size=1))
    cancelled = event_of(msgspec.structs.replace(ENTRY, language="en", status="cancelled"))

    assert event["SUMMARY"] == "Table at La Ñora"
    assert event["DESCRIPTION"] == "1 guest\nBooking code: K7M2QX"
    assert cancelled["SUMMARY"] == "Cancelled: table at La Ñora"


def test_what_is_unknown_is_left_out() -> None:
    event = event_of(msgspec.structs.replace(ENTRY, restaurant_address=None))

    assert event["LOCATION"] == "La Ñora"


def test_a_name_with_a_line_break_starts_no_line_of_its_own() -> None:
    hostile = msgspec.structs.replace(
        ENTRY,
        restaurant_name='Mesa "\r\nMETHOD:CANCEL',
        restaurant_address="x\nSTATUS:CANCELLED\r\nX-EVIL:1",
    )

    lines = unfolded(calendar_of(hostile, reminder=True))

    assert [line for line in lines if line.startswith(("METHOD", "STATUS", "X-EVIL"))] == [
        "METHOD:PUBLISH",
        "STATUS:CONFIRMED",
    ]


def test_a_name_with_braces_is_only_a_name() -> None:
    event = event_of(msgspec.structs.replace(ENTRY, restaurant_name="{0} {restaurant}"))

    assert event["SUMMARY"] == "Reserva en {0} {restaurant}"


def test_an_end_in_the_hour_told_twice_is_told_in_utc() -> None:
    """At 3:00 on 25 October 2026 Madrid goes back to 2:00: 2:30 comes at 0:30 and again at 1:30 in UTC."""
    first = replaced_times(
        ENTRY, datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    )
    second = replaced_times(
        ENTRY, datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    )

    assert "DTEND;TZID=Europe/Madrid:20261025T023000" in unfolded(calendar_of(first))
    assert "DTEND:20261025T013000Z" in unfolded(calendar_of(second))


def test_a_zone_without_a_clock_of_its_own_is_written_in_utc() -> None:
    lines = unfolded(calendar_of(msgspec.structs.replace(ENTRY, timezone="UTC")))

    assert "DTSTART:20260710T183000Z" in lines


@pytest.mark.parametrize(
    "timezone",
    [
        "Europe/Madrid",
        "America/Bogota",
        "America/New_York",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Europe/Dublin",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "Africa/Cairo",
        "Asia/Gaza",
    ],
)
@pytest.mark.parametrize("year", [2026, 2027])
def test_the_zones_rules_travel_with_the_event(timezone: str, year: int) -> None:
    """Read as the standard says: each observance begins at its local time in the offset before it."""
    entry = replaced_times(
        msgspec.structs.replace(ENTRY, timezone=timezone),
        datetime(year, 7, 1, 12, tzinfo=UTC),
        datetime(year, 7, 1, 14, tzinfo=UTC),
    )
    zone = ZoneInfo(timezone)
    onsets = zone_onsets(parsed(calendar_of(entry)))

    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * step) for step in range(-1, 365 * 48)]
    wrong = [hour for hour in hours if offset_at(hour, onsets) != hour.astimezone(zone).utcoffset()]

    assert wrong == []


def unfolded(written: bytes) -> tuple[str, ...]:
    return tuple(written.decode().replace("\r\n ", "").split("\r\n")[:-1])


def parsed(written: bytes) -> Calendar:
    calendar = Calendar.from_ical(written)
    assert isinstance(calendar, Calendar)
    assert calendar.errors == []
    return calendar


def event_of(entry: CalendarEntry, *, reminder: bool = False) -> Event:
    (event,) = parsed(calendar_of(entry, reminder=reminder)).events
    return event


def replaced_times(entry: CalendarEntry, starts_at: datetime, ends_at: datetime) -> CalendarEntry:
    return msgspec.structs.replace(entry, starts_at=starts_at, ends_at=ends_at)


def zone_onsets(calendar: Calendar) -> list[tuple[datetime, timedelta]]:
    observances = calendar.timezones[0].subcomponents
    return sorted(
        ((each.DTSTART - each.TZOFFSETFROM).replace(tzinfo=UTC), each.TZOFFSETTO) for each in observances
    )


def offset_at(instant: datetime, onsets: list[tuple[datetime, timedelta]]) -> timedelta:
    return next(offset for onset, offset in reversed(onsets) if onset <= instant)
