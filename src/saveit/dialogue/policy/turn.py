"""One turn under way: what was heard, in whose voice it is answered, and the ways to ask the core and to end."""

from collections.abc import Generator, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from saveit.dialogue.model import (
    Answer,
    Asked,
    Bookings,
    ByCode,
    Decision,
    Draft,
    Effect,
    Known,
    Mine,
    Offered,
    Question,
    Situation,
    State,
    Venue,
)
from saveit.dialogue.nlu.model import Understanding
from saveit.dialogue.words import Voice
from saveit.messages import Attachment, Choice, UnifiedResponse
from saveit.seating import local_date

Flow: TypeAlias = Generator[Question, Answer, Decision]
"""A turn as it is thought through: it asks, is answered, and ends in a decision. Nothing else goes in or out."""


class Turn(Struct, frozen=True):
    """What stays the same while a turn is thought through."""

    situation: Situation
    voice: Voice
    meant: Understanding
    text: str

    def venue(self, state: State) -> Venue | None:
        """Return the restaurant that is talked about, or None while it is open which."""
        venues = self.situation.venues
        if len(venues) == 1:
            return venues[0]
        return next((each for each in venues if each.id == state.restaurant_id), None)

    def venue_of(self, restaurant_id: UUID) -> Venue | None:
        """Return a restaurant of the line."""
        return next((each for each in self.situation.venues if each.id == restaurant_id), None)

    def today(self, venue: Venue) -> date:
        """Return the date at the restaurant."""
        return local_date(self.situation.now, ZoneInfo(venue.timezone))

    def place(self, booking: Known) -> str:
        """Return the restaurant's name where a guest may wonder which it is."""
        venue = self.venue_of(booking.restaurant_id)
        return venue.name if venue is not None and len(self.situation.venues) > 1 else ""


def end(  # noqa: PLR0913 - each is one thing that a reply may carry.
    turn: Turn,
    state: State,
    text: str,
    *,
    buttons: Sequence[Choice] = (),
    asked: Asked | None = None,
    label: str = "choices_button",
    attachments: Sequence[Attachment] = (),
    effects: Sequence[Effect] = (),
    still_lost: bool = False,
) -> Decision:
    """End the turn with one reply, and remember what it asked and offered."""
    after = replace(
        state,
        language=turn.voice.language,
        asked=asked,
        offered=tuple(Offered(button.id, button.title) for button in buttons),
        misunderstood=state.misunderstood if still_lost else 0,
        greeted=True,
    )
    reply = UnifiedResponse(
        text=text,
        buttons=tuple(buttons),
        attachments=tuple(attachments),
        language=turn.voice.language,
        menu_label=turn.voice.say(label),
    )
    return Decision(after, (reply,), tuple(effects))


def over(state: State) -> State:
    """Return the state with its topic closed; who wrote about what restaurant is kept."""
    return replace(
        state,
        topic=None,
        draft=Draft(),
        wished_time=None,
        booking_id=None,
        asked=None,
        offered=(),
        all_of_them=False,
    )


def lines(*texts: str | None) -> str:
    """Return the sentences that there are, one paragraph each."""
    return "\n\n".join(text for text in texts if text)


def led(lead: str, text: str) -> str:
    """Return a text after its opening words."""
    return lines(lead, text)


def bookings_of(turn: Turn, state: State) -> Generator[Question, Answer, tuple[Known, ...]]:
    """Ask for the bookings that this conversation may see: the guest's own, and those whose code it was told."""
    mine = yield Mine()
    assert isinstance(mine, Bookings)
    known = {each.id: each for each in mine.known}
    for code in state.shown_codes:
        found = yield ByCode(code)
        assert isinstance(found, Bookings)
        known |= {each.id: each for each in found.known}
    here = {venue.id for venue in turn.situation.venues}
    return tuple(
        sorted(
            (each for each in known.values() if each.restaurant_id in here), key=lambda each: each.starts_at
        )
    )
