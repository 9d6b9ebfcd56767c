"""What is said beside the matter, and how the matter is gone on with: greetings, thanks, silence, what is not understood."""

from typing import Final

from msgspec.structs import replace

from saveit.dialogue.model import Decision, HandOver, State, Unread
from saveit.dialogue.policy import standing
from saveit.dialogue.policy.booking import pursue
from saveit.dialogue.policy.choices import drops_it
from saveit.dialogue.policy.doorway import goodbye, greeting, main_buttons
from saveit.dialogue.policy.turn import Flow, Turn, bookings_of, end, led, lines, over
from saveit.messages import Choice

_LOST_TWICE: Final = 2
_SOCIAL: Final = frozenset({"thanks", "goodbye", "confirm"})


def resume(turn: Turn, state: State, lead: str = "") -> Flow:
    """Go on with what is being talked about."""
    match state.topic:
        case "change":
            return (yield from standing.go_on_changing(turn, state, lead))
        case "cancel":
            return (yield from standing.cancel(turn, state, state.booking_id))
        case "book" | "waitlist":
            return (yield from pursue(turn, state, lead))
        case "link" | None:
            return (yield from pursue(turn, replace(state, topic="book"), lead))


def drop(turn: Turn, state: State) -> Flow:
    """Leave what is being talked about; what is booked stays."""
    voice = turn.voice
    after = over(state)
    if state.last_booking_id is not None:
        known = yield from bookings_of(turn, state)
        still = next((each for each in known if each.id == state.last_booking_id), None)
        if still is not None:
            return end(turn, after, voice.say("dropped_still", when=voice.when(still.date, still.time)))
    return end(turn, after, voice.say("dropped"))


def social(turn: Turn, state: State) -> Flow:
    """Greetings and thanks are answered in kind, and what was asked is asked again."""
    voice, intent = turn.voice, turn.meant.intent
    if state.asked in {"address", "code"}:
        state = over(state)
    if state.topic is not None and state.asked is not None:
        if intent == "goodbye" and drops_it(turn.text):
            return (yield from drop(turn, state))
        if intent in {"thanks", "goodbye"} and state.topic == "change" and state.asked == "correction":
            return (yield from standing.keep(turn, state))
        return (yield from resume(turn, state, voice.say("hello") if intent == "greet" else ""))
    if intent in _SOCIAL and state.last_booking_id is not None and intent != "goodbye":
        known = yield from bookings_of(turn, state)
        still = next((each for each in known if each.id == state.last_booking_id), None)
        if still is not None:
            return end(
                turn, state, voice.say("thanks_booked", on=voice.on(still.date), at=voice.at(still.time))
            )
    if intent == "thanks":
        return end(turn, state, voice.say("thanks"))
    if intent == "goodbye":
        return goodbye(end(turn, state, voice.say("goodbye")))
    if intent == "confirm":
        return end(turn, state, voice.say("all_right"))
    return greeting(turn, state)


def elsewhere(turn: Turn, state: State) -> Flow:
    """Say what can be done here to whoever speaks of something else."""
    voice = turn.voice
    if state.topic is not None and state.asked is not None:
        return (yield from lost(turn, state))
    if state.misunderstood >= _LOST_TWICE:
        return (yield from lost(turn, state))
    after = replace(state, misunderstood=state.misunderstood + 1)
    return end(turn, after, voice.say("out_of_scope"), buttons=main_buttons(turn), still_lost=True)


def lost(turn: Turn, state: State) -> Flow:
    """Not understood: ask again, then say what can be done, then fetch a human."""
    voice = turn.voice
    after = replace(state, misunderstood=state.misunderstood + 1)
    if state.misunderstood >= _LOST_TWICE:
        text = voice.say("handed_over_lost")
        return end(turn, replace(over(state), misunderstood=0), text, effects=(HandOver("not_understood"),))
    sorry = voice.say("not_understood")
    if state.topic in {"book", "waitlist", "change"} and state.asked is not None and state.misunderstood == 0:
        decision = yield from resume(turn, after, sorry)
        return Decision(
            replace(decision.state, misunderstood=after.misunderstood), decision.replies, decision.effects
        )
    buttons = (*main_buttons(turn)[:2], Choice("human", voice.say("human_button")))
    text = " ".join((sorry, voice.say("not_understood_help")))
    return end(turn, after, text, buttons=buttons, asked=state.asked, still_lost=True)


def who_i_am(turn: Turn, state: State) -> Flow:
    """Say that nobody types here, and that somebody can be had; then go on."""
    voice = turn.voice
    if state.topic is not None and state.asked is not None:
        return (yield from resume(turn, state, voice.say("am_assistant")))
    buttons = (*main_buttons(turn)[:2], Choice("human", voice.say("human_button")))
    return end(turn, state, voice.say("am_assistant"), buttons=buttons)


def _silence(turn: Turn, state: State) -> Flow:
    """Ask again who says nothing into a call; after the second time nobody is there."""
    if state.misunderstood >= _LOST_TWICE:
        return goodbye(end(turn, replace(state, misunderstood=0), turn.voice.say("silent")))
    times = state.misunderstood + 1
    sorry = turn.voice.say("unread.silence")
    if state.topic in {"book", "waitlist", "change"} and state.asked is not None:
        again = yield from resume(turn, state, sorry)
    else:
        again = end(turn, state, lines(sorry, turn.voice.say("not_understood_help")))
    return replace(again, state=replace(again.state, misunderstood=times))


def unread(turn: Turn, state: State, heard: Unread) -> Flow:
    """Something that cannot be read gets a helpful answer; what was asked is not forgotten."""
    voice, venue = turn.voice, turn.venue(state)
    if heard.kind == "silence":
        return (yield from _silence(turn, state))
    if heard.kind == "place":
        address = "" if venue is None else venue.address
        text = voice.say("unread.place", address=address) if address else voice.say("unread.place_plain")
    else:
        text = voice.say(f"unread.{heard.kind}")
    if state.topic in {"book", "waitlist", "change"} and state.asked is not None and heard.kind != "audio":
        return (yield from resume(turn, state, text))
    return Decision(state, end(turn, state, led("", text)).replies)
