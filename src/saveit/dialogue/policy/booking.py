"""A new booking: ask for what is missing, one thing at a time; say what is free; book what was confirmed, and nothing else."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from saveit.dialogue.model import (
    Accept,
    Book,
    Decision,
    Done,
    Draft,
    Free,
    Known,
    Leave,
    Listed,
    Listing,
    Probe,
    Refused,
    Start,
    State,
    Taken,
    Venue,
    Wait,
    Waiting,
    Wanted,
)
from saveit.dialogue.nlu.model import PartOfDay
from saveit.dialogue.policy.slots import area_id, doubt_of, doubt_words
from saveit.dialogue.policy.turn import Flow, Turn, end, led, lines, over
from saveit.dialogue.words import capital
from saveit.messages import Attachment, Choice
from saveit.seating import Closed, Reason

_CHOICES_MAX: Final = 6
_RUN_GAP: Final = timedelta(minutes=75)
_AROUND: Final = timedelta(minutes=30)
_FULL: Final = frozenset({Reason.FULL, Reason.PACING_PARTIES, Reason.PACING_COVERS, Reason.ONLINE_HELD_BACK})
PARTY_SIZE: Final = frozenset({Reason.PARTY_TOO_LARGE, Reason.PARTY_TOO_SMALL})
_HOUR: Final = frozenset(
    {Reason.NO_SERVICE, Reason.NOT_A_SLOT, Reason.AFTER_LAST_SEATING, Reason.ENDS_AFTER_CLOSE, Reason.PAST}
)
# First and last start that a part of the day means, as minutes of the day.
_PARTS: Final[dict[PartOfDay, tuple[str, str]]] = {
    "morning": ("05:00", "12:00"),
    "midday": ("12:00", "16:30"),
    "afternoon": ("13:00", "20:00"),
    "evening": ("18:30", "23:59"),
    "night": ("00:00", "05:00"),
}


def pursue(turn: Turn, state: State, lead: str = "") -> Flow:
    """Go on with a booking from what is drafted."""
    voice, draft = turn.voice, state.draft
    venue = turn.venue(state)
    state = replace(state, topic="waitlist" if state.topic == "waitlist" else "book")
    if venue is None:
        return ask_venue(turn, state, lead)
    doubt = doubt_of(turn)
    if doubt is not None:
        text, choices, asked = doubt_words(turn, doubt)
        return end(turn, state, led(lead, text), buttons=choices, asked=asked)
    if draft.party_size is not None and draft.party_size > venue.rules.party.size_max:
        return _too_many(turn, state, venue, lead)
    if draft.date is None:
        return end(turn, state, led(lead, voice.say("ask_date")), asked="date")
    if not venue.rules.services_on(draft.date):
        listed = yield Listing(venue.id, draft.date, draft.party_size or 2)
        assert isinstance(listed, Listed)
        closed = voice.say("why.closed", On=capital(voice.on(draft.date)))
        return instead(
            turn, replace(state, draft=replace(draft, date=None)), led(lead, closed), listed.nearest
        )
    if draft.party_size is None:
        return end(turn, state, led(lead, voice.say("ask_party_size")), asked="party_size")
    if draft.time is None:
        return (yield from _offer_times(turn, state, venue, lead))
    return (yield from _probe(turn, state, venue, lead))


def ask_venue(turn: Turn, state: State, lead: str = "") -> Decision:
    """Ask which restaurant of the line is meant."""
    choices = tuple(
        Choice(f"venue:{venue.id}", venue.name[:24], venue.address[:72]) for venue in turn.situation.venues
    )
    return end(turn, state, led(lead, turn.voice.say("ask_restaurant")), buttons=choices, asked="restaurant")


def confirm_payload(state: State) -> str:
    """Return what the yes under the present summary carries: an older yes, tapped late, is another."""
    draft = state.draft
    return f"yes:book:{draft.date}T{draft.time}:{draft.party_size}"


def book(turn: Turn, state: State) -> Flow:
    """Book what was confirmed."""
    venue = turn.venue(state)
    assert venue is not None
    assert state.draft.date is not None
    assert state.draft.time is not None
    wanted = _wanted(turn, state, venue)
    answer = yield Book(wanted)
    match answer:
        case Done(booking=booking, links=links):
            return booked(turn, state, booking, links)
        case Refused(code=code, closed=closed, nearest=nearest):
            return _not_booked(turn, state, code, closed, nearest)
        case _:
            raise AssertionError(answer)


def booked(turn: Turn, state: State, booking: Known, links: tuple[str, str] | None) -> Decision:
    """Say that it stands, or what it still waits for."""
    voice = turn.voice
    venue = turn.venue_of(booking.restaurant_id)
    assert venue is not None
    pending = booking.status == "pending"
    place = venue.name + (f" · {venue.address}" if venue.address else "")
    head = voice.say(
        "booked_pending" if pending else "booked",
        name=booking.name,
        place=f"📍 {place}",
        when=voice.when(booking.date, booking.time),
        people=voice.people(booking.party_size),
        code=booking.code,
    )
    notes = voice.say("requests_noted", requests=booking.special_requests) if booking.special_requests else ""
    after = replace(over(state), last_booking_id=booking.id, restaurant_id=booking.restaurant_id)
    buttons = (
        Choice(f"change:{booking.id}", voice.say("change_booking")),
        Choice(f"cancel:{booking.id}", voice.say("cancel_booking")),
    )
    attachments = (
        () if links is None or pending else (Attachment(kind="image", url=links[0], media_type="image/png"),)
    )
    tail = _still_missing(turn, booking, venue) if pending else _terms(turn, booking, venue)
    return end(
        turn, after, "\n".join(filter(None, (head, notes, tail))), buttons=buttons, attachments=attachments
    )


def instead(
    turn: Turn, state: State, lead: str, nearest: Sequence[Start], *, waits: bool = False
) -> Decision:
    """Say what there is instead, and let the guest choose or wait."""
    voice = turn.voice
    # The nearest are chosen by their distance, and said as a diary has them.
    found = tuple(sorted(nearest[: _CHOICES_MAX - 1], key=lambda start: start.starts_at))
    choices = [start_choice(turn, start, state.draft.date) for start in found]
    if waits:
        choices.append(Choice("wait", voice.say("waitlist_button")))
    if not found:
        text = voice.say("nothing_near") if not waits else voice.say("waitlist_hint")
        return end(turn, state, led(lead, text), buttons=choices, asked="date" if not waits else "time")
    times = _several(turn, found, state.draft.date)
    near = voice.say("near_is" if len(found) == 1 else "near_are", times=times)
    hint = voice.say("waitlist_hint") if waits else ""
    return end(
        turn,
        state,
        led(lead, " ".join(filter(None, (near, hint)))),
        buttons=choices,
        asked="time",
        label="times_button",
    )


def start_choice(turn: Turn, start: Start, on: date | None) -> Choice:
    """Return a start to tap; its date is said where it is not the one talked about."""
    voice = turn.voice
    title = voice.time(start.time)
    if start.date != on:
        title = f"{voice.short_day(start.date)} {title}"
    return Choice(f"at:{start.date.isoformat()}T{start.time}", title)


def wait(turn: Turn, state: State) -> Flow:
    """Put the guest on the waiting list for about the time that was full."""
    voice, draft = turn.voice, state.draft
    venue = turn.venue(state)
    time = state.wished_time or draft.time
    if venue is None or draft.date is None or draft.party_size is None or time is None:
        return (yield from pursue(turn, replace(state, topic="waitlist")))
    state = replace(state, topic="waitlist", wished_time=time)
    if _name(turn, state) is None:
        return end(turn, state, voice.say("ask_name"), asked="name")
    earliest, latest = _around(time)
    wanted = _wanted(turn, replace(state, draft=replace(draft, time=time)), venue)
    answer = yield Wait(wanted, earliest, latest)
    match answer:
        case Waiting(position=position):
            text = voice.say(
                "waiting",
                name=wanted.name,
                on=voice.on(draft.date),
                earliest=voice.time(earliest),
                latest=voice.time(latest),
                position=position,
            )
            return end(turn, over(state), text)
        case Refused(code=code):
            return end(turn, over(state), refusal_words(turn, code))
        case _:
            raise AssertionError(answer)


def kept_table(turn: Turn, state: State, verb: str, entry_id: UUID) -> Flow:
    """Take the table that is kept for whoever waits, or let it go."""
    answer = yield (Accept(entry_id) if verb == "accept" else Leave(entry_id))
    match answer:
        case Done(booking=booking, links=links) if verb == "accept":
            return booked(turn, state, booking, links)
        case Refused(code=code):
            return end(
                turn,
                over(state),
                refusal_words(turn, code),
                buttons=(Choice("book", turn.voice.say("book_button")),),
            )
        case _:
            return end(turn, over(state), turn.voice.say("left_waitlist"))


def refusal_words(turn: Turn, code: str) -> str:
    """Return a refusal as a sentence."""
    sentence = f"refused.{code}"
    return turn.voice.say(sentence if turn.voice.knows(sentence) else "refused.other")


def why_words(turn: Turn, closed: Sequence[Closed]) -> str:
    """Return the reasons as sentences, the first that says all of it."""
    return " ".join(dict.fromkeys(turn.voice.why(each) for each in closed[:2]))


def is_full(closed: Sequence[Closed]) -> bool:
    """Say whether a start is closed because others were first."""
    return bool(closed) and all(each.reason in _FULL for each in closed)


def other_hour(turn: Turn, closed: Sequence[Closed], tried: str) -> str | None:
    """Return the other reading of the hour where the first is no hour of the house: "a las 8" may be breakfast."""
    if not closed or closed[0].reason not in _HOUR:
        return None
    times = [f"{time:%H:%M}" for time in turn.meant.time_alternatives]
    return next((time for time in times if time != tried), None)


def _offer_times(turn: Turn, state: State, venue: Venue, lead: str) -> Flow:
    voice, draft = turn.voice, state.draft
    assert draft.date is not None
    assert draft.party_size is not None
    wished, _ = area_id(state, venue)
    listed = yield Listing(venue.id, draft.date, draft.party_size, None if wished is None else UUID(wished))
    assert isinstance(listed, Listed)
    if not listed.starts and wished is not None and draft.area is not None:
        elsewhere = yield Listing(venue.id, draft.date, draft.party_size)
        assert isinstance(elsewhere, Listed)
        if elsewhere.starts:
            lead = led(lead, voice.say("area_full", Area=capital(voice.area(draft.area))))
            listed, state = elsewhere, replace(state, draft=replace(draft, area=None))
    if not listed.starts:
        full = is_full(listed.closed)
        if listed.closed and not full:
            why = why_words(turn, listed.closed[:1])
        else:
            why = voice.say(
                "full_day", On=capital(voice.on(draft.date)), people=voice.people(draft.party_size)
            )
        if listed.closed and listed.closed[0].reason in PARTY_SIZE:
            return _too_many(turn, state, venue, lead, listed.closed)
        return instead(turn, replace(state, draft=replace(draft, date=None)), led(lead, why), listed.nearest)
    starts = _in_part(listed.starts, draft.part_of_day) or listed.starts
    choices = [start_choice(turn, start, draft.date) for start in _spread(starts)]
    text = voice.say(
        "free_times",
        people=voice.people(draft.party_size),
        on=voice.on(draft.date),
        times=_runs(turn, starts),
    )
    return end(turn, state, led(lead, text), buttons=choices, asked="time", label="times_button")


def _probe(turn: Turn, state: State, venue: Venue, lead: str) -> Flow:
    voice, draft = turn.voice, state.draft
    assert draft.date is not None
    assert draft.time is not None
    assert draft.party_size is not None
    on, size = draft.date, draft.party_size
    wished, _ = area_id(state, venue)
    zone = None if wished is None else UUID(wished)
    answer = yield Probe(venue.id, on, draft.time, size, zone)
    if isinstance(answer, Taken):
        other = other_hour(turn, answer.closed, draft.time)
        if other is not None:
            second = yield Probe(venue.id, on, other, size, zone)
            if isinstance(second, Free):
                answer, draft = second, replace(draft, time=other)
    if (
        isinstance(answer, Taken)
        and zone is not None
        and draft.time is not None
        and _for_want_of_tables(answer.closed)
    ):
        elsewhere = yield Probe(venue.id, on, draft.time, size)
        if isinstance(elsewhere, Free) and draft.area is not None:
            lead = led(lead, voice.say("area_full", Area=capital(voice.area(draft.area))))
            answer, draft = elsewhere, replace(draft, area=None)
    state = replace(state, draft=draft)
    match answer:
        case Free():
            return (yield from _complete(turn, state, venue, lead))
        case Taken(closed=closed, nearest=nearest):
            if closed and closed[0].reason in PARTY_SIZE:
                return _too_many(turn, state, venue, lead, closed)
            if state.topic == "waitlist" and is_full(closed):
                return (yield from wait(turn, state))
            full = is_full(closed)
            state = replace(state, wished_time=draft.time, draft=replace(draft, time=None))
            return instead(turn, state, led(lead, why_words(turn, closed)), nearest, waits=full)
        case _:
            raise AssertionError(answer)


def _complete(turn: Turn, state: State, venue: Venue, lead: str) -> Flow:
    """The table is free: who is it for, and shall it be booked?"""
    voice, draft = turn.voice, state.draft
    if state.topic == "waitlist":
        lead = led(lead, voice.say("waitlist_not_needed"))
        state = replace(state, topic="book")
    if _name(turn, state) is None:
        assert draft.date is not None
        assert draft.time is not None
        assert draft.party_size is not None
        before = turn.situation.state
        people, when = voice.people(draft.party_size), _when(turn, venue, draft.date, draft.time)
        again = before.asked == "name" and before.draft == draft
        text = voice.say("ask_name") if again else voice.say("free_for_whom", people=people, when=when)
        return end(turn, state, led(lead, text), asked="name")
    phone_wanted = venue.rules.requirements.requires_phone_verification
    if phone_wanted and turn.situation.guest.phone is None and draft.phone is None:
        return end(turn, state, led(lead, voice.say("ask_phone")), asked="phone")
    if not venue.manners.ask_before_booking:
        return (yield from book(turn, state))
    requests = draft.special_requests
    notes = f"\n{voice.say('summary_requests', requests=requests)}.\n" if requests else " "
    summary = voice.say("confirm_booking", summary=_summary(turn, state, venue), notes=notes)
    buttons = (
        Choice(confirm_payload(state), voice.say("yes_book")),
        Choice("correct", voice.say("change_it")),
        Choice("drop", voice.say("no_thanks")),
    )
    return end(
        turn, state, lines(lead, _ahead(turn, venue, draft), summary), buttons=buttons, asked="confirmation"
    )


def _summary(turn: Turn, state: State, venue: Venue) -> str:
    voice, draft = turn.voice, state.draft
    assert draft.date is not None
    assert draft.time is not None
    assert draft.party_size is not None
    text = voice.say(
        "summary_place" if len(turn.situation.venues) > 1 else "summary",
        venue=venue.name,
        people=voice.people(draft.party_size),
        when=_when(turn, venue, draft.date, draft.time),
        name=_name(turn, state),
    )
    return text if draft.area is None else f"{text}, {voice.say('summary_area', area=voice.area(draft.area))}"


def _when(turn: Turn, venue: Venue, on: date, time: str) -> str:
    """Say day and time, and "hoy" or "mañana" with the date where it is so near."""
    near = on - turn.today(venue) <= timedelta(days=1)
    return f"{turn.voice.on(on)}, {turn.voice.at(time)}" if near else turn.voice.when(on, time)


def _ahead(turn: Turn, venue: Venue, draft: Draft) -> str:
    """Say what the rules will ask for besides, before the guest says yes."""
    voice, asked = turn.voice, venue.rules.requirements
    special = venue.rules.special_date(draft.date) if draft.date is not None else None
    factor = special.multiplier if special is not None and special.multiplier is not None else 1.0
    told: list[str] = []
    if asked.requires_deposit:
        size = (draft.party_size or 1) if asked.deposit_per_guest else 1
        amount = int(asked.deposit_amount_minor * size * factor + 0.5)
        told.append(voice.say("deposit_ahead", amount=voice.money(amount, venue.currency)))
    if asked.requires_credit_card:
        told.append(voice.say("card_ahead"))
    vouched = turn.situation.guest.phone
    if asked.requires_phone_verification and (vouched is None or draft.phone not in {None, vouched}):
        told.append(voice.say("phone_ahead"))
    if asked.requires_identification:
        told.append(voice.say("identification_ahead"))
    if venue.rules.confirmation.mode == "manual" and not told:
        told.append(voice.say("manual_ahead"))
    return " ".join(told)


def _still_missing(turn: Turn, booking: Known, venue: Venue) -> str:
    voice = turn.voice
    told: list[str] = []
    if "deposit" in booking.requirements:
        told.append(voice.say("pending_deposit", amount=voice.money(booking.deposit_minor, venue.currency)))
    if "credit_card" in booking.requirements:
        told.append(voice.say("pending_card"))
    if "phone_verification" in booking.requirements:
        told.append(voice.say("pending_phone"))
    if not told:
        told.append(voice.say("pending_manual"))
    if booking.confirm_by is not None:
        told.append(voice.say("pending_until", time=voice.time(_local(booking.confirm_by, booking))))
    return " ".join(told)


def _local(instant: datetime, booking: Known) -> str:
    """Return an instant by the restaurant's clock; a booking carries its own start in both."""
    minutes = int(booking.time[:2]) * 60 + int(booking.time[3:])
    wall = minutes + int((instant - booking.starts_at) / timedelta(minutes=1))
    return f"{wall // 60 % 24:02}:{wall % 60:02}"


def _terms(turn: Turn, booking: Known, venue: Venue) -> str:
    """Say until when it is free to cancel, where it would cost something later."""
    policy = venue.rules.cancellation_policy
    if not policy.no_show_penalty or booking.free_until is None or booking.free_until <= turn.situation.now:
        return ""
    hours = booking.starts_at - booking.free_until
    local = datetime.combine(booking.date, datetime.strptime(booking.time, "%H:%M").time()) - hours  # noqa: DTZ007 - wall clock.
    return turn.voice.say("free_until", when=turn.voice.when(local.date(), f"{local:%H:%M}"))


def _not_booked(  # noqa: PLR0917 - the refusal, taken apart.
    turn: Turn, state: State, code: str, closed: Sequence[Closed], nearest: Sequence[Start]
) -> Decision:
    voice, draft = turn.voice, state.draft
    if code == "contact_refused":
        if draft.phone is not None:
            return end(
                turn,
                replace(state, draft=replace(draft, phone=None)),
                voice.say("ask_phone_again"),
                asked="phone",
            )
        return end(turn, replace(state, draft=replace(draft, name=None)), voice.say("ask_name"), asked="name")
    if closed:
        full = is_full(closed)
        lead = voice.say("just_gone") if full else why_words(turn, closed)
        after = replace(state, wished_time=draft.time, draft=replace(draft, time=None))
        return instead(turn, after, lead, nearest, waits=full)
    text = refusal_words(turn, code)
    if code in {"guest_blocked", "guest_limit", "guest_overlap"}:
        return end(turn, over(state), text, buttons=_with_human(turn, mine=code != "guest_blocked"))
    return end(turn, over(state), text, buttons=_with_human(turn, mine=False))


def _with_human(turn: Turn, *, mine: bool) -> tuple[Choice, ...]:
    human = Choice("human", turn.voice.say("human_button"))
    return (Choice("mine", turn.voice.say("mine_button")), human) if mine else (human,)


def _for_want_of_tables(closed: Sequence[Closed]) -> bool:
    """Say whether another area may have what this one has not."""
    return is_full(closed) or (bool(closed) and closed[0].reason in PARTY_SIZE)


def _too_many(  # noqa: PLR0917 - as `pursue`, and the reasons.
    turn: Turn, state: State, venue: Venue, lead: str, closed: Sequence[Closed] = ()
) -> Decision:
    voice, size = turn.voice, state.draft.party_size or 0
    limits = venue.rules.party
    if closed:
        text = turn.voice.why(closed[0])
    elif size < limits.size_min:
        text = voice.say("why.party_too_small", limit=limits.size_min)
    else:
        text = voice.say("why.party_too_large", party_size=size, limit=limits.size_max)
    after = replace(state, draft=replace(state.draft, party_size=None))
    return end(turn, after, led(lead, text), buttons=_with_human(turn, mine=False), asked="party_size")


def _wanted(turn: Turn, state: State, venue: Venue) -> Wanted:
    draft, guest = state.draft, turn.situation.guest
    assert draft.date is not None
    assert draft.time is not None
    assert draft.party_size is not None
    wished, unnamed = area_id(state, venue)
    requests = draft.special_requests
    if unnamed and draft.area is not None:
        requests = "; ".join(filter(None, (requests, turn.voice.area(draft.area))))
    return Wanted(
        restaurant_id=venue.id,
        date=draft.date,
        time=draft.time,
        party_size=draft.party_size,
        name=_name(turn, state) or "",
        language=turn.voice.language,
        phone=draft.phone or guest.phone,
        email=draft.email or guest.email,
        special_requests=requests,
        area_id=None if wished is None else UUID(wished),
    )


def _name(turn: Turn, state: State) -> str | None:
    return state.draft.name or turn.situation.guest.name


def _around(time: str) -> tuple[str, str]:
    at = datetime.strptime(time, "%H:%M")  # noqa: DTZ007 - wall clock.
    return f"{at - _AROUND:%H:%M}", f"{at + _AROUND:%H:%M}"


def _in_part(starts: Sequence[Start], part: PartOfDay | None) -> tuple[Start, ...]:
    if part is None:
        return tuple(starts)
    first, last = _PARTS[part]
    return tuple(start for start in starts if first <= start.time <= last)


def _spread(starts: Sequence[Start]) -> tuple[Start, ...]:
    """Return a few starts from all over the list, the first and the last among them."""
    if len(starts) <= _CHOICES_MAX:
        return tuple(starts)
    step = (len(starts) - 1) / (_CHOICES_MAX - 1)
    return tuple(starts[round(number * step)] for number in range(_CHOICES_MAX))


def _runs(turn: Turn, starts: Sequence[Start]) -> str:
    """Say the starts: each of a few, or from which to which."""
    voice = turn.voice
    if len(starts) <= _CHOICES_MAX:
        return voice.at_either([start.time for start in starts])
    runs: list[list[Start]] = []
    for start in starts:
        if runs and start.starts_at - runs[-1][-1].starts_at <= _RUN_GAP:
            runs[-1].append(start)
        else:
            runs.append([start])
    return voice.either(
        [
            voice.at(run[0].time)
            if len(run) == 1
            else voice.say("and_more", first=voice.time(run[0].time), last=voice.time(run[-1].time))
            for run in runs
        ]
    )


def _several(turn: Turn, starts: Sequence[Start], on: date | None) -> str:
    """Say starts of one or several days, each day once."""
    voice = turn.voice
    days: dict[date, list[str]] = {}
    for start in starts:
        days.setdefault(start.date, []).append(start.time)
    return voice.either(
        [
            voice.at_either(times) if day == on else f"{voice.brief_day(day)} {voice.at_either(times)}"
            for day, times in days.items()
        ]
    )
