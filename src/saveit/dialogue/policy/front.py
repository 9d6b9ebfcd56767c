"""Where a turn begins: what was heard is taken for what it means at this point of the conversation, and handed on."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from saveit.dialogue.model import (
    HandOver,
    OptInEffect,
    OptOutEffect,
    Situation,
    Spoken,
    State,
    Tapped,
    Unread,
    Venue,
)
from saveit.dialogue.nlu.model import Understanding
from saveit.dialogue.policy import house, standing
from saveit.dialogue.policy.besides import drop, elsewhere, lost, resume, social, unread, who_i_am
from saveit.dialogue.policy.booking import (
    ask_venue,
    book,
    confirm_payload,
    kept_table,
    pursue,
    wait,
)
from saveit.dialogue.policy.choices import (
    asks_code,
    asks_how_to_cancel,
    asks_to_sit,
    asks_whether,
    asks_who,
    bare_hour,
    chosen,
    drops_it,
    ends_in_yes,
    holds_on,
    only_yes,
    opts_in,
    opts_out,
    same_hour,
    says_no,
    says_yes,
    speaks_neither,
    speaks_of_own,
    speaks_of_standing,
    yes_and_more,
)
from saveit.dialogue.policy.doorway import greeting, hand_over, main_buttons
from saveit.dialogue.policy.slots import filled, same_but_words, stated, venue_named
from saveit.dialogue.policy.turn import Flow, Turn, bookings_of, end, lines, over
from saveit.dialogue.words import Voice
from saveit.messages import Choice
from saveit.seating import local_date


def converse(situation: Situation) -> Flow:
    """Think one turn through."""
    turn, state, tapped = _begin(situation)
    heard = situation.heard
    if isinstance(heard, Unread):
        return (yield from unread(turn, state, heard))
    if isinstance(heard, Spoken) and tapped is None:
        if opts_out(heard.text):
            return end(turn, over(state), turn.voice.say("opted_out"), effects=(OptOutEffect(),))
        if opts_in(heard.text):
            return end(turn, state, turn.voice.say("opted_in"), effects=(OptInEffect(),))
        if speaks_neither(heard.text, turn.voice.language):
            return end(turn, replace(state, topic=None), turn.voice.say("languages"))
    if tapped is not None:
        return (yield from _tapped(turn, state, tapped))
    return (yield from _understood(turn, state))


def _begin(situation: Situation) -> tuple[Turn, State, str | None]:
    """Return the turn, its state with a restaurant that was named, and the payload that was tapped or named."""
    state, heard = situation.state, situation.heard
    venue = next((each for each in situation.venues if each.id == state.restaurant_id), situation.venues[0])
    language = state.language or venue.language
    text, payload = "", None
    meant = Understanding(lang=language)
    match heard:
        case Spoken(text=text, understanding=meant):
            named = chosen(text, state.offered, state.asked)
            payload = None if named is None else named.payload
            language = meant.lang if payload is None else language
        case Tapped(payload=payload):
            pass
        case Unread():
            pass
    today = local_date(situation.now, ZoneInfo(venue.timezone))
    voice = Voice(language, formal=venue.manners.formal, region=venue.region, today=today)
    turn = Turn(situation, voice, meant, text)
    if len(situation.venues) > 1 and text:
        named_venue = venue_named(turn)
        if named_venue is not None:
            state = replace(state, restaurant_id=named_venue.id)
    return turn, state, payload


# ---------------------------------------------------------------------------------------------------- taps


def _tapped(turn: Turn, state: State, payload: str) -> Flow:
    voice = turn.voice
    kind, _, value = payload.partition(":")
    match kind:
        case "yes":
            return (yield from _yes_tapped(turn, state, payload))
        case "at":
            on, _, time = value.partition("T")
            draft = replace(state.draft, date=date.fromisoformat(on), time=time)
            return (yield from resume(turn, replace(state, draft=draft)))
        case "set":
            return (yield from resume(turn, _set(state, value)))
        case "venue":
            after = replace(state, restaurant_id=UUID(value), asked=None)
            if after.topic is None:
                return greeting(turn, after)
            return (yield from resume(turn, after))
        case "booking":
            if state.topic == "change":
                after = replace(state, booking_id=UUID(value))
                return (yield from standing.go_on_changing(turn, after))
            return (yield from standing.cancel(turn, state, UUID(value)))
        case "change":
            return (yield from standing.change(turn, over(state), UUID(value)))
        case "cancel":
            return (yield from standing.cancel(turn, over(state), UUID(value)))
        case "accept" | "leave":
            return (yield from kept_table(turn, state, kind, UUID(value)))
        case "wait":
            return (yield from wait(turn, state))
        case "keep":
            return (yield from standing.keep(turn, state))
        case "drop":
            return (yield from drop(turn, state))
        case "correct":
            return end(turn, state, voice.say("what_to_change"), asked="correction")
        case "book":
            return (yield from pursue(turn, over(state)))
        case "mine":
            return (yield from standing.mine(turn, state))
        case "hours":
            return (yield from _about_house(turn, state, payload))
        case "human":
            return hand_over(turn, state)
        case _:
            return (yield from lost(turn, state))


def _yes_tapped(turn: Turn, state: State, payload: str) -> Flow:
    """Take a yes only for what is asked right now: a button of an older message may ask for something else."""
    if state.asked == "confirmation" and payload == _expected(state):
        return (yield from _confirmed(turn, state))
    if state.topic is None:
        return end(turn, state, turn.voice.say("all_right"), buttons=main_buttons(turn))
    return (yield from resume(turn, state))


def _expected(state: State) -> str | None:
    match state.topic:
        case "book":
            return confirm_payload(state)
        case "change":
            return standing.change_payload(state)
        case "cancel":
            return None if state.booking_id is None else standing.cancel_payload(state.booking_id)
        case _:
            return None


def _set(state: State, value: str) -> State:
    slot, _, said = value.partition(":")
    match slot:
        case "date":
            draft = replace(state.draft, date=date.fromisoformat(said))
        case "time":
            draft = replace(state.draft, time=said)
        case "party_size":
            draft = replace(state.draft, party_size=int(said))
        case _:
            draft = state.draft
    return replace(state, draft=draft)


# ---------------------------------------------------------------------------------------------------- words


def _understood(turn: Turn, state: State) -> Flow:
    meant = turn.meant
    if standing.is_link_code(turn, state) or (meant.slots.code is not None and state.topic != "book"):
        return (yield from standing.check_code(turn, state))
    if state.asked == "address" and (meant.slots.phone or meant.slots.email):
        return (yield from standing.send_code(turn, state, meant.slots.email or meant.slots.phone or ""))
    if state.asked == "confirmation" and asks_whether(turn.text):
        return (yield from resume(turn, state))
    match meant.intent:
        case "human" if asks_who(turn.text):
            return (yield from who_i_am(turn, state))
        case "human":
            return hand_over(turn, state)
        case "complaint":
            return end(turn, over(state), turn.voice.say("complaint"), effects=(HandOver("complaint"),))
        case "info" if meant.slots.area is not None and state.topic == "book" and state.asked is not None:
            # "Could we sit on the terrace?" while a table is being chosen is a wish, not a question about the house.
            return (yield from pursue(turn, filled(turn, state)))
        case "info" if state.topic is None and asks_code(turn.text):
            return (yield from standing.mine(turn, state))
        case "info" | "out_of_scope" if (booked_id := state.last_booking_id) and (wish := _wish(turn, state)):
            return (yield from standing.note(turn, state, booked_id, wish))
        case "info" if state.asked == "confirmation" and (told := _told_beside_yes(turn, state)):
            return (yield from _confirmed_and_told(turn, state, told))
        case "info":
            return (yield from _about_house(turn, state))
        case "my_bookings":
            return (yield from standing.mine(turn, state))
        case "running_late":
            return (yield from standing.late(turn, state))
        case "cancel" if state.topic == "book" and state.asked is not None and asks_how_to_cancel(turn.text):
            return (yield from _about_house(turn, state))
        case "cancel":
            return (yield from _cancel(turn, state))
        case "modify":
            return (yield from _modify(turn, state))
        case "waitlist":
            return (yield from wait(turn, filled(turn, replace(state, topic="waitlist"))))
        case "make_reservation" | "check_availability":
            return (yield from _book(turn, state))
        case None if state.asked is not None and not stated(turn) and says_yes(turn.text):
            return (yield from _confirm(turn, state))
        case None if state.asked is not None and says_no(turn.text):
            return (yield from _deny(turn, state))
        case "out_of_scope" if not stated(turn) and state.asked != "name":
            return (yield from elsewhere(turn, state))
        case "confirm":
            return (yield from _confirm(turn, state))
        case "deny":
            return (yield from _deny(turn, state))
        case "greet" | "thanks" | "goodbye" if not stated(turn):
            return (yield from social(turn, state))
        case _:
            return (yield from _unnamed(turn, state))


def _book(turn: Turn, state: State) -> Flow:
    """A wish for a table: a new one, or another turn of the one being drafted."""
    if (
        state.topic == "change"
        and state.asked in {"time", "date", "party_size", "correction", "confirmation"}
        and stated(turn)
    ):
        return (yield from standing.go_on_changing(turn, filled(turn, state)))
    if state.topic not in {"book", "waitlist"}:
        if stated(turn) and speaks_of_own(turn.text):
            # "My booking to Saturday": of one that stands, if there is any.
            known = yield from bookings_of(turn, state)
            if known:
                return (yield from standing.change(turn, state))
        state = replace(over(state), topic="book")
    lead = turn.voice.say("one_by_one") if turn.meant.speaks_of_another else ""
    return (yield from pursue(turn, filled(turn, state), lead))


def _modify(turn: Turn, state: State) -> Flow:
    """A change of what is drafted while there is a draft; otherwise of what stands."""
    if state.topic in {"book", "waitlist"} and state.asked is not None and not speaks_of_standing(turn.text):
        after = filled(turn, state)
        if after == state and not stated(turn):
            return end(turn, state, turn.voice.say("what_to_change"), asked="correction")
        return (yield from pursue(turn, after))
    if state.topic == "change" and state.booking_id is not None:
        return (yield from _change_on(turn, state))
    return (yield from standing.change(turn, state))


def _change_on(turn: Turn, state: State) -> Flow:
    known = yield from bookings_of(turn, state)
    found = next((each for each in known if each.id == state.booking_id), None)
    if found is None:
        return (yield from standing.change(turn, state))
    draft, hour = state.draft, bare_hour(turn.text)
    if (
        hour is not None
        and draft.time not in {None, found.time}
        and draft.party_size in {None, found.party_size}
    ):
        # Of hour and people only the hour was being talked about: nine is an hour, and no nine people.
        at = standing.nearest_hour(hour, draft.time or found.time)
        after = replace(state, draft=replace(draft, time=at))
        return (yield from standing.pursue_change(turn, after, found))
    return (yield from standing.pursue_change(turn, filled(turn, state, party_size=found.party_size), found))


def _cancel(turn: Turn, state: State) -> Flow:
    """Give up what is being drafted, or ask for what stands."""
    drafting = state.topic in {"book", "waitlist"} and state.asked is not None
    if drafting:
        # "Cancel my booking" before there is one means the one that is being made.
        known = (yield from bookings_of(turn, state)) if speaks_of_standing(turn.text) else ()
        if not known:
            return (yield from drop(turn, state))
    return (
        yield from standing.cancel(turn, over(state), state.last_booking_id if not stated(turn) else None)
    )


def _confirm(turn: Turn, state: State) -> Flow:
    """A yes: to the question asked, together with whatever it changes on the way."""
    if state.asked == "confirmation" and holds_on(turn.text):
        return (yield from resume(turn, state, turn.voice.say("no_hurry")))
    if state.asked == "confirmation":
        before = state
        state = filled(turn, state)
        if state.draft == before.draft and not turn.meant.questions:
            return (yield from _confirmed(turn, state))
        if before.topic == "book" and same_but_words(before, state):
            return (yield from _confirmed(turn, state))
        return (yield from resume(turn, state))
    if stated(turn):
        return (yield from _unnamed(turn, state))
    if state.topic == "change" and state.asked == "correction":
        return (yield from standing.keep(turn, state))
    if state.asked == "time" and (any_of := _meant_by_yes(turn, state)) is not None:
        return (yield from _tapped(turn, state, any_of))
    if state.asked == "human":
        return hand_over(turn, state)
    if state.asked == "date" and not state.offered:
        # "Shall we try another day?" - yes, but which?
        return end(turn, state, turn.voice.say("ask_date"), asked="date")
    if state.topic is not None and state.asked not in {None, "address", "code"}:
        # "Yes, Tom Baker" has a name in it, "sii" has none.
        named = turn.meant.slots.name is not None and not only_yes(turn.meant.slots.name)
        return (yield from resume(turn, filled(turn, state) if named else state))
    return (yield from social(turn, state))


def _meant_by_yes(turn: Turn, state: State) -> str | None:
    """Return the start that a yes to several takes: the only one, or what is nearest to the closed one that was wished.

    The nearest is taken only where a summary is confirmed before anything is booked.
    """
    starts = [each.payload for each in state.offered if each.payload.startswith("at:")]
    if len(starts) == 1:
        return starts[0]
    venue, draft, wished = turn.venue(state), state.draft, state.wished_time
    if not starts or wished is None or draft.date is None or venue is None:
        return None
    if state.topic == "book" and not venue.manners.ask_before_booking:
        return None
    at = datetime.fromisoformat(f"{draft.date}T{wished}")
    return min(starts, key=lambda start: abs(datetime.fromisoformat(start.removeprefix("at:")) - at))


def _confirmed(turn: Turn, state: State) -> Flow:
    match state.topic:
        case "book":
            return (yield from book(turn, state))
        case "change":
            return (yield from standing.change_it(turn, state))
        case "cancel":
            return (yield from standing.cancel_it(turn, state))
        case _:
            return (yield from lost(turn, state))


def _told_beside_yes(turn: Turn, state: State) -> str | None:
    """Return the answer to a question that comes with a yes, or None where the yes may hang on the answer."""
    venue = turn.venue(state)
    waits = stated(turn) or turn.meant.questions or holds_on(turn.text) or not yes_and_more(turn.text)
    if venue is None or waits or state.topic not in {"book", "change"}:
        return None
    return house.answered(turn, state, venue)


def _confirmed_and_told(turn: Turn, state: State, told: str) -> Flow:
    """A yes with a question behind it: what was asked is done, and the question answered."""
    decision = yield from _confirmed(turn, state)
    first, *others = decision.replies
    return replace(decision, replies=(replace(first, text=lines(first.text, told)), *others))


def _deny(turn: Turn, state: State) -> Flow:
    """A no: not that one, not like that, or not at all."""
    voice = turn.voice
    after = filled(turn, state)
    slots = turn.meant.slots
    leaves = drops_it(turn.text) and slots.date is None and slots.time is None
    if (stated(turn) or after.draft != state.draft) and not leaves:
        if state.topic is None:
            return (yield from _unnamed(turn, state))
        return (yield from resume(turn, after))
    if state.topic == "cancel" and state.asked == "confirmation":
        return (yield from standing.keep(turn, state))
    if state.topic is not None and drops_it(turn.text):
        return (yield from (standing.keep(turn, state) if state.topic == "change" else drop(turn, state)))
    if state.topic == "change" and state.asked == "confirmation":
        return (yield from standing.keep(turn, state))
    if state.asked == "confirmation":
        return end(turn, state, voice.say("what_to_change"), asked="correction")
    if state.asked == "time" and state.offered:
        return end(
            turn, replace(state, draft=replace(state.draft, time=None)), voice.say("other_time"), asked="time"
        )
    if state.topic is not None:
        return (yield from drop(turn, state))
    return end(turn, over(state), voice.say("all_right"))


def _unnamed(turn: Turn, state: State) -> Flow:
    """No intent of its own: it fills what was asked for, or goes on with what was last talked about."""
    slots = turn.meant.slots
    after = filled(turn, state)
    if state.topic == "cancel" and state.asked == "booking":
        return (yield from standing.cancel(turn, state))
    if state.topic == "change" and state.asked == "booking":
        return (yield from standing.change(turn, state))
    if state.topic == "cancel" and stated(turn):
        return (yield from standing.cancel(turn, state))
    if state.topic == "book" and state.asked == "confirmation" and ends_in_yes(turn.text):
        return (yield from _confirm(turn, state))
    if state.topic in {"book", "waitlist", "change"} and (
        after.draft != state.draft or turn.meant.questions or (stated(turn) and state.asked is not None)
    ):
        # What is said a second time changes nothing, and is no new beginning.
        if state.topic == "change":
            return (yield from _change_on(turn, state))
        return (yield from pursue(turn, after))
    if state.topic is None and state.last_booking_id is not None:
        if (hour := bare_hour(turn.text)) is not None and not stated(turn):
            return (yield from standing.move_to_hour(turn, state, state.last_booking_id, hour))
        if slots.special_requests and not stated(turn):
            return (yield from standing.note(turn, state, state.last_booking_id, slots.special_requests))
        if stated(turn) and not (slots.date and slots.time and slots.party_size):
            return (yield from standing.change(turn, state, state.last_booking_id))
    if state.topic is None and stated(turn) and speaks_of_own(turn.text):
        return (yield from _book(turn, state))
    if stated(turn) or (slots.special_requests and state.topic is None):
        return (yield from pursue(turn, filled(turn, replace(over(state), topic="book"))))
    if state.restaurant_id != turn.situation.state.restaurant_id and state.topic is not None:
        # "Mejor en el Puerto": the restaurant is all that the message says.
        return (yield from resume(turn, replace(state, asked=None)))
    if state.topic in {"book", "change"} and state.asked == "confirmation" and same_hour(turn.text):
        return (yield from resume(turn, state))
    return (yield from lost(turn, state))


# ---------------------------------------------------------------------------------------------------- besides


def _about_house(turn: Turn, state: State, payload: str | None = None) -> Flow:
    """Answer what is written of the house; then go on with what was asked."""
    voice, venue = turn.voice, turn.venue(state)
    if venue is None:
        return ask_venue(turn, state)
    text = house.answered(turn, state, venue) if payload is None else house.hours_and_address(turn, venue)
    busy = state.topic is not None and state.asked is not None
    if text is None and (turn.meant.slots.time or turn.meant.slots.party_size):
        # "Can you make it nine?" reads like a question about the house, and is none.
        return (yield from _unnamed(turn, state))
    if text is None:
        if busy:
            return (yield from resume(turn, state, lines(_unknown(turn, venue), voice.say("carry_on"))))
        human = (Choice("human", voice.say("human_button")),)
        return end(turn, state, _unknown(turn, venue), buttons=human, asked="human")
    if busy:
        return (
            yield from resume(
                turn, filled(turn, state) if state.topic == "book" and state.asked == "date" else state, text
            )
        )
    return end(turn, state, text, buttons=(Choice("book", voice.say("book_button")),))


def _unknown(turn: Turn, venue: Venue) -> str:
    return turn.voice.say("info.unknown_phone" if venue.phone else "info.unknown", phone=venue.phone)


def _wish(turn: Turn, state: State) -> str | None:
    """Return what is wished for a table that is booked, where the words alone would be a question or about something else."""
    slots = turn.meant.slots
    if state.topic is not None or slots.date or slots.time or slots.party_size:
        return None
    if turn.meant.intent == "info":
        return turn.text.strip() if slots.area is not None and asks_to_sit(turn.text) else None
    return None if "?" in turn.text else slots.special_requests
