"""How a guest is received, sent on and seen off."""

from msgspec.structs import replace

from saveit.dialogue.model import Decision, HandOver, State
from saveit.dialogue.policy.turn import Turn, end, over
from saveit.messages import Choice


def greeting(turn: Turn, state: State) -> Decision:
    """Say hello, with what can be done here."""
    voice, venue, name = turn.voice, turn.venue(state), turn.situation.guest.name
    if name is not None:
        text = voice.say("greet_named", name=name.split()[0])
    elif venue is None:
        text = voice.say("greet_many")
    else:
        text = voice.say("greet", venue=venue.name)
    return end(turn, state, text, buttons=main_buttons(turn))


def main_buttons(turn: Turn) -> tuple[Choice, ...]:
    """Return what most guests come for."""
    voice = turn.voice
    return (
        Choice("book", voice.say("book_button")),
        Choice("mine", voice.say("mine_button")),
        Choice("hours", voice.say("hours_button")),
    )


def hand_over(turn: Turn, state: State) -> Decision:
    """Give the conversation to a person, as was asked."""
    voice, venue = turn.voice, turn.venue(state)
    phone = "" if venue is None else venue.phone
    text = voice.say("handed_over_phone", phone=phone) if phone else voice.say("handed_over")
    return end(turn, over(state), text, effects=(HandOver("asked"),))


def goodbye(decision: Decision) -> Decision:
    """Let the last words of a call be its end; in writing they are words like any other."""
    return replace(decision, replies=tuple(replace(reply, ends_call=True) for reply in decision.replies))
