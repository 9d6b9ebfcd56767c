"""Bookings that stand: show them, change them, cancel them, write on them; and find them from another address."""

import re
from collections.abc import Generator, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from saveit.dialogue.model import (
    Answer,
    Bookings,
    ByCode,
    Cancel,
    Change,
    CheckCode,
    Checked,
    Decision,
    Done,
    Draft,
    Free,
    HandOver,
    Known,
    Note,
    Probe,
    Question,
    Refused,
    SendCode,
    State,
    Taken,
    Topic,
)
from saveit.dialogue.policy.booking import PARTY_SIZE, instead, is_full, other_hour, refusal_words, why_words
from saveit.dialogue.policy.choices import DAY_HOURS, bare_hour, means_all, means_those
from saveit.dialogue.policy.slots import doubt_of, doubt_words, filled, stated
from saveit.dialogue.policy.turn import Flow, Turn, bookings_of, end, led, lines, over
from saveit.messages import Choice

_WRONG_CODES_MAX: Final = 5
_LATE_BEFORE: Final = timedelta(hours=12)
_LATE_AFTER: Final = timedelta(hours=2)
_REQUESTS_LENGTH_MAX: Final = 450
_LINK_CODE: Final = re.compile(r"\b\d{6}\b")
_CHANGES_TOO: Final = re.compile(
    r"\b(?:p[aá]s[ae](?:l[ao]|me)|c[aá]mbi[ae](?:l[ao]|me)?|mu[eé]v[ae](?:l[ao]|me)?|(?:move|change|switch|push)(?! my mind))\b",
    re.IGNORECASE,
)
_MAY_CHANGE: Final = frozenset({"pending", "confirmed"})


def mine(turn: Turn, state: State, lead: str = "") -> Flow:
    """Show the bookings to come, or how to find those made from elsewhere."""
    voice = turn.voice
    known = yield from bookings_of(turn, state)
    if not known:
        return no_bookings(turn, state, lead)
    head = voice.say("one_booking" if len(known) == 1 else "bookings")
    text = led(lead, "\n".join((head, *(_line(turn, each) for each in known))))
    if len(known) > 1:
        return end(turn, over(state), text)
    only = next(iter(known))
    buttons = (
        Choice(f"change:{only.id}", voice.say("change_booking")),
        Choice(f"cancel:{only.id}", voice.say("cancel_booking")),
    )
    return end(turn, replace(over(state), last_booking_id=only.id), text, buttons=buttons)


def no_bookings(turn: Turn, state: State, lead: str = "", *, topic: Topic = "link") -> Decision:
    """Say that there is nothing here, and how it could be found."""
    voice = turn.voice
    text = " ".join((voice.say("no_bookings"), voice.say("no_bookings_hint")))
    buttons = (Choice("book", voice.say("book_button")), Choice("human", voice.say("human_button")))
    return end(turn, replace(over(state), topic=topic), led(lead, text), buttons=buttons, asked="address")


# ---------------------------------------------------------------------------------------------------- cancelling


def cancel(turn: Turn, state: State, booking_id: UUID | None = None) -> Flow:
    """Find the booking that is to be cancelled, and ask whether it really is."""
    known = yield from bookings_of(turn, state)
    state = replace(state, topic="cancel")
    if not known:
        return no_bookings(turn, state, topic="cancel")
    slots = turn.meant.slots
    no_hour = slots.time is None or means_those(turn.text)
    if len(known) > 1 and slots.date is None and no_hour and means_all(turn.text):
        state = replace(state, all_of_them=True)
        return ask_cancel(turn, state, known[0], turn.voice.say("one_after_the_other", n=len(known)))
    if len(known) > 1 and booking_id is None and _CHANGES_TOO.search(turn.text):
        # Of two wishes in one message the slots are the last one's: the one to cancel is pointed at.
        return _which(turn, state, known, turn.voice.say("one_by_one_cancel"))
    found = _pick(turn, state, known, booking_id)
    if found is None:
        return _which(turn, state, known)
    return ask_cancel(turn, state, found)


def ask_cancel(turn: Turn, state: State, booking: Known, lead: str = "") -> Decision:
    """Ask whether this one is to be cancelled, and say what it costs."""
    voice = turn.voice
    if booking.status not in _MAY_CHANGE:
        return end(turn, over(state), voice.say("refused.illegal_status"))
    text = voice.say("ask_cancel", people=voice.people(booking.party_size), when=_when(turn, booking))
    fee = ""
    if booking.fee_minor and booking.status == "confirmed":
        fee = voice.say("cancel_fee", amount=_money(turn, booking, booking.fee_minor))
    elif booking.late_fee_minor:
        # Whoever knows that there is a charge would like to know that it is not yet due.
        text = f"{text} {voice.say('cancel_free')}"
    buttons = (
        Choice(cancel_payload(booking.id), voice.say("yes_cancel")),
        Choice("keep", voice.say("keep_it")),
    )
    after = replace(state, topic="cancel", booking_id=booking.id)
    return end(turn, after, led(lead, lines(fee, text)), buttons=buttons, asked="confirmation")


def cancel_payload(booking_id: UUID) -> str:
    """Return what the yes under a cancellation carries."""
    return f"yes:cancel:{booking_id}"


def cancel_it(turn: Turn, state: State) -> Flow:
    """Cancel what was confirmed to be cancelled."""
    booking = yield from _booking(turn, state)
    voice = turn.voice
    if booking is None:
        return end(turn, over(state), voice.say("refused.reservation_not_found"))
    answer = yield Cancel(booking.id, booking.revision)
    match answer:
        case Done(booking=after):
            fee = (
                voice.say("cancelled_fee", amount=_money(turn, after, after.fee_minor))
                if after.fee_minor
                else ""
            )
            text = voice.say("cancelled", when=_when(turn, booking))
            closed = replace(over(state), last_booking_id=None)
            if state.all_of_them:
                rest = [each for each in (yield from bookings_of(turn, closed)) if each.id != booking.id]
                if rest:
                    lead = " ".join(filter(None, (text, fee)))
                    more = replace(closed, all_of_them=len(rest) > 1)
                    return ask_cancel(turn, more, rest[0], lead)
            again = (Choice("book", voice.say("book_button")),)
            return end(turn, closed, " ".join(filter(None, (text, fee))), buttons=again)
        case Refused(code="revision_conflict"):
            return (yield from mine(turn, state, voice.say("refused.revision_conflict")))
        case Refused(code=code):
            return end(turn, over(state), refusal_words(turn, code))
        case _:
            raise AssertionError(answer)


def keep(turn: Turn, state: State) -> Flow:
    """Leave the booking as it is."""
    booking = yield from _booking(turn, state)
    voice = turn.voice
    if booking is None:
        return end(turn, over(state), voice.say("all_right"))
    after = replace(over(state), last_booking_id=booking.id)
    return end(turn, after, voice.say("kept", when=_when(turn, booking)))


# ---------------------------------------------------------------------------------------------------- changing


def change(turn: Turn, state: State, booking_id: UUID | None = None) -> Flow:
    """Find the booking that is to change, then go on with what is to change."""
    known = yield from bookings_of(turn, state)
    if state.topic != "change":
        state = replace(over(state), topic="change", booking_id=booking_id, asked=state.asked)
    if not known:
        return no_bookings(turn, state, topic="change")
    found = _pick(turn, state, known, booking_id or state.last_booking_id, to_change=True)
    # What the message states is what is to become, unless it only said which booking was meant.
    became = (
        state
        if _only_names(turn, state, known, found)
        else filled(turn, state, party_size=found and found.party_size, at=found and found.time)
    )
    if found is None:
        return _which(turn, became, known)
    if (hour := bare_hour(turn.text)) is not None and not stated(turn):
        became = replace(became, draft=replace(became.draft, time=nearest_hour(hour, found.time)))
    return (yield from pursue_change(turn, replace(became, booking_id=found.id), found))


def go_on_changing(turn: Turn, state: State, lead: str = "") -> Flow:
    """Go on with the change that was begun."""
    booking = yield from _booking(turn, state)
    if booking is None:
        return (yield from change(turn, state))
    return (yield from pursue_change(turn, state, booking, lead))


def pursue_change(turn: Turn, state: State, booking: Known, lead: str = "") -> Flow:
    """Ask what is missing of a change, see whether it can be, and ask whether it shall be."""
    voice, draft = turn.voice, state.draft
    if booking.status not in _MAY_CHANGE:
        return end(turn, over(state), voice.say("refused.illegal_status"))
    doubt = doubt_of(turn)
    if doubt is not None:
        text, choices, asked = doubt_words(turn, doubt)
        return end(turn, state, led(lead, text), buttons=choices, asked=asked)
    on, time, size = (
        draft.date or booking.date,
        draft.time or booking.time,
        draft.party_size or booking.party_size,
    )
    if (on, time, size) == (booking.date, booking.time, booking.party_size):
        return (yield from _only_words(turn, state, booking, lead))
    answer = yield Probe(booking.restaurant_id, on, time, size, None, booking.id)
    if isinstance(answer, Taken):
        other = other_hour(turn, answer.closed, time)
        if other is not None:
            second = yield Probe(booking.restaurant_id, on, other, size, None, booking.id)
            if isinstance(second, Free):
                answer, time = second, other
    match answer:
        case Free():
            after = replace(state, draft=replace(draft, date=on, time=time, party_size=size))
            text = voice.say("confirm_change", when=voice.when(on, time), people=voice.people(size))
            buttons = (
                Choice(change_payload(after), voice.say("yes_change")),
                Choice("keep", voice.say("keep_it")),
            )
            return end(turn, after, led(lead, text), buttons=buttons, asked="confirmation")
        case Taken(closed=closed) if closed and closed[0].reason in PARTY_SIZE:
            # No day has room for so many: somebody of the house may, and the size that stands is not forgotten for it.
            human = (Choice("human", voice.say("human_button")), Choice("keep", voice.say("keep_it")))
            after = replace(state, draft=replace(draft, party_size=None))
            return end(turn, after, led(lead, why_words(turn, closed)), buttons=human, asked="party_size")
        case Taken(closed=closed, nearest=nearest):
            stands = voice.say("change_full", when=_when(turn, booking))
            after = replace(state, draft=replace(draft, date=on, time=None, party_size=size))
            return instead(turn, after, led(lead, f"{why_words(turn, closed)} {stands}"), nearest)
        case _:
            raise AssertionError(answer)


def nearest_hour(hour: int, to: str) -> str:
    """Return "HH:00" of a number that is said as an hour: of nine in the morning and nine at night the one nearer to another time."""
    minutes = int(to[:2]) * 60 + int(to[3:])
    readings = [each for each in (hour, hour + 12) if each < DAY_HOURS]
    return f"{min(readings, key=lambda each: abs(each * 60 - minutes)):02}:00"


def move_to_hour(turn: Turn, state: State, booking_id: UUID, hour: int) -> Flow:
    """Begin the change of a booking to an hour that was said as a bare number."""
    known = yield from bookings_of(turn, state)
    booking = next((each for each in known if each.id == booking_id), None)
    if booking is None:
        return (yield from change(turn, state))
    draft = Draft(time=nearest_hour(hour, booking.time))
    after = replace(over(state), topic="change", booking_id=booking.id, draft=draft)
    return (yield from pursue_change(turn, after, booking))


def change_payload(state: State) -> str:
    """Return what the yes under a change carries."""
    draft = state.draft
    return f"yes:change:{draft.date}T{draft.time}:{draft.party_size}"


def change_it(turn: Turn, state: State) -> Flow:
    """Make the change that was confirmed."""
    voice, draft = turn.voice, state.draft
    booking = yield from _booking(turn, state)
    if booking is None:
        return end(turn, over(state), voice.say("refused.reservation_not_found"))
    answer = yield Change(
        booking_id=booking.id,
        revision=booking.revision,
        on=draft.date,
        time=draft.time,
        party_size=draft.party_size,
    )
    match answer:
        case Done(booking=after):
            if draft.special_requests:
                yield Note(booking_id=booking.id, text=draft.special_requests)
            text = voice.say(
                "changed",
                people=voice.people(after.party_size),
                when=_when(turn, after),
                code=after.code,
            )
            return end(turn, replace(over(state), last_booking_id=after.id), text)
        case Refused(code="revision_conflict"):
            return (yield from mine(turn, state, voice.say("refused.revision_conflict")))
        case Refused(closed=closed, nearest=nearest) if closed:
            lead = voice.say("just_gone") if is_full(closed) else why_words(turn, closed)
            stands = voice.say("change_full", when=_when(turn, booking))
            after_draft = replace(state, draft=replace(draft, time=None))
            return instead(turn, after_draft, f"{lead} {stands}", nearest)
        case Refused(code=code):
            return end(turn, over(state), refusal_words(turn, code))
        case _:
            raise AssertionError(answer)


def note(turn: Turn, state: State, booking_id: UUID, requests: str) -> Flow:
    """Write a wish on a booking."""
    answer = yield Note(booking_id=booking_id, text=requests[:_REQUESTS_LENGTH_MAX])
    voice = turn.voice
    if isinstance(answer, Done):
        after = replace(over(state), last_booking_id=booking_id)
        return end(turn, after, voice.say("noted", when=_when(turn, answer.booking), requests=requests))
    assert isinstance(answer, Refused)
    return end(turn, over(state), refusal_words(turn, answer.code))


def late(turn: Turn, state: State) -> Flow:
    """Tell the host that the guest is late; whatever else was talked about is as it was."""
    voice, now = turn.voice, turn.situation.now
    known = yield from bookings_of(turn, state)
    near = [each for each in known if now - _LATE_AFTER <= each.starts_at <= now + _LATE_BEFORE]
    if not near:
        human = (Choice("human", voice.say("human_button")),)
        return end(turn, state, voice.say("late_no_booking"), buttons=human)
    booking = near[0]
    answer = yield Note(
        booking_id=booking.id,
        text=voice.say("late_note", text=turn.text.strip()[: _REQUESTS_LENGTH_MAX // 2]),
    )
    if isinstance(answer, Refused):
        return end(turn, state, refusal_words(turn, answer.code))
    text = voice.say("late_noted", minutes=booking.kept_minutes, time=voice.time(booking.time))
    return end(turn, replace(over(state), last_booking_id=booking.id), text)


# ---------------------------------------------------------------------------------------------------- from elsewhere


def by_code(turn: Turn, state: State, code: str) -> Flow:
    """Open a booking by the code that its guest was sent."""
    answer = yield ByCode(code)
    assert isinstance(answer, Bookings)
    if not answer.known:
        return wrong_code(turn, state)
    booking = answer.known[0]
    codes = tuple(dict.fromkeys((*state.shown_codes, booking.code)))
    after = replace(state, shown_codes=codes, wrong_codes=0, last_booking_id=booking.id)
    match after.topic:
        case "cancel":
            return ask_cancel(turn, after, booking)
        case "change":
            return (yield from pursue_change(turn, replace(after, booking_id=booking.id), booking))
        case _:
            return (yield from mine(turn, after))


def wrong_code(turn: Turn, state: State) -> Decision:
    """Say that the code is wrong; after a few, let a human look, so that codes are not guessed."""
    wrong = state.wrong_codes + 1
    if wrong >= _WRONG_CODES_MAX:
        after = replace(over(state), wrong_codes=wrong)
        return end(turn, after, turn.voice.say("too_many_codes"), effects=(HandOver("asked"),))
    return end(
        turn, replace(state, wrong_codes=wrong), turn.voice.say("wrong_code"), asked=state.asked or "code"
    )


def send_code(turn: Turn, state: State, address: str) -> Flow:
    """Send a code to the guest's other address. The answer is the same whether it is known here or not."""
    yield SendCode(address)
    return end(turn, replace(state, topic=state.topic or "link"), turn.voice.say("code_sent"), asked="code")


def check_code(turn: Turn, state: State) -> Flow:
    """Take a code for what it may be: one that was sent, or a booking's."""
    digits = _LINK_CODE.search(turn.text)
    if digits is not None and state.asked == "code":
        answer = yield CheckCode(digits[0])
        assert isinstance(answer, Checked)
        if not answer.linked:
            return wrong_code(turn, state)
        lead = turn.voice.say("linked")
        after = replace(state, wrong_codes=0, asked=None)
        match state.topic:
            case "cancel":
                return (yield from cancel(turn, after))
            case "change":
                return (yield from change(turn, after))
            case _:
                return (yield from mine(turn, after, lead))
    assert turn.meant.slots.code is not None
    return (yield from by_code(turn, state, turn.meant.slots.code))


def is_link_code(turn: Turn, state: State) -> bool:
    """Say whether the message is a code that was asked for."""
    return state.asked == "code" and _LINK_CODE.search(turn.text) is not None


# ---------------------------------------------------------------------------------------------------- which one


def _booking(turn: Turn, state: State) -> Generator[Question, Answer, Known | None]:
    known = yield from bookings_of(turn, state)
    return next((each for each in known if each.id == state.booking_id), None)


def _pick(
    turn: Turn, state: State, known: Sequence[Known], wanted: UUID | None, *, to_change: bool = False
) -> Known | None:
    """Return the booking that is meant, or None where it must be asked."""
    by_id = next((each for each in known if each.id == wanted), None)
    if by_id is not None:
        return by_id
    if len(known) == 1:
        return known[0]
    found = _like(turn, known)
    if to_change and len(found) > 1 and state.booking_id is not None:
        found = [each for each in known if each.id == state.booking_id]
    return found[0] if len(found) == 1 else None


def _like(turn: Turn, known: Sequence[Known]) -> list[Known]:
    """Return the bookings that fit everything the message states."""
    slots = turn.meant.slots
    if slots.date is None and slots.time is None and slots.party_size is None:
        return list(known)
    found = [
        each
        for each in known
        if slots.date in {None, each.date}
        and (slots.time is None or f"{slots.time:%H:%M}" == each.time)
        and slots.party_size in {None, each.party_size}
    ]
    return found or ([each for each in known if slots.date == each.date] if slots.date else [])


def _only_names(turn: Turn, state: State, known: Sequence[Known], found: Known | None) -> bool:
    """Say whether the message's slots only told which of several bookings is meant."""
    slots = turn.meant.slots
    if found is None or len(known) == 1 or (slots.date is None and slots.time is None):
        return False
    named = slots.date in {None, found.date} and (slots.time is None or f"{slots.time:%H:%M}" == found.time)
    return named or state.asked == "booking"


def _which(turn: Turn, state: State, known: Sequence[Known], lead: str = "") -> Decision:
    """Ask which of several is meant: of those that the message fits, or of all where `lead` says why."""
    voice = turn.voice
    found = list(known) if lead else _like(turn, known)
    slots = turn.meant.slots
    nothing = not found and (slots.date is not None or slots.time is not None) and state.topic == "cancel"
    shown = found or list(known)
    head = voice.say("none_like_that" if nothing else "bookings")
    choices = tuple(
        Choice(
            f"booking:{each.id}",
            f"{voice.short_day(each.date)} {voice.time(each.time)}",
            f"{voice.people(each.party_size)} · {each.name}"[:72],
        )
        for each in shown[:9]
    )
    text = led(lead, f"{head}\n{voice.say('which_booking')}")
    return end(turn, state, text, buttons=choices, asked="booking")


def _only_words(turn: Turn, state: State, booking: Known, lead: str) -> Flow:
    """Nothing of the table changes: perhaps the name or a wish does, or it is still open what."""
    voice, draft = turn.voice, state.draft
    after = replace(over(state), last_booking_id=booking.id)
    if draft.name is not None and draft.name != booking.name:
        answer = yield Note(booking_id=booking.id, name=draft.name, text=draft.special_requests)
        if isinstance(answer, Done):
            return end(turn, after, led(lead, voice.say("renamed", name=draft.name)))
    elif draft.special_requests:
        return (yield from note(turn, state, booking.id, draft.special_requests))
    elif draft.area is not None:
        # Which table it will be is for the house to say; that it was wished is written down.
        return (yield from note(turn, state, booking.id, voice.area(draft.area)))
    if draft.date is not None or draft.time is not None or draft.party_size is not None:
        people, when = voice.people(booking.party_size), voice.when(booking.date, booking.time)
        return end(turn, after, led(lead, voice.say("change_nothing", people=people, when=when)))
    text = voice.say("ask_change", people=voice.people(booking.party_size), when=_when(turn, booking))
    return end(turn, replace(state, booking_id=booking.id), led(lead, text), asked="correction")


def _line(turn: Turn, booking: Known) -> str:
    voice, place = turn.voice, turn.place(booking)
    return voice.say(
        "booking_line",
        when=_when(turn, booking),
        people=voice.people(booking.party_size),
        name=booking.name,
        place=voice.say("at_place", venue=place) if place else "",
        code=booking.code,
        pending=voice.say("pending_mark") if booking.status == "pending" else "",
    )


def _when(turn: Turn, booking: Known) -> str:
    return turn.voice.when(booking.date, booking.time)


def _money(turn: Turn, booking: Known, minor: int) -> str:
    venue = turn.venue_of(booking.restaurant_id)
    return turn.voice.money(minor, "EUR" if venue is None else venue.currency)
