"""What is asked of an engine that understands guests, and what it answers: frozen structs, and nothing that runs."""

import datetime
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

Language: TypeAlias = Literal["es", "en"]
Intent: TypeAlias = Literal[
    "make_reservation",
    "cancel",
    "modify",
    "check_availability",
    "info",
    "greet",
    "confirm",
    "deny",
    "thanks",
    "goodbye",
    "human",
    "my_bookings",
    "running_late",
    "waitlist",
    "complaint",
    "out_of_scope",
]
Slot: TypeAlias = Literal[
    "date", "time", "party_size", "name", "phone", "email", "area", "code", "special_requests"
]
PartOfDay: TypeAlias = Literal["morning", "midday", "afternoon", "evening", "night"]
"""Night is after midnight: the small hours of a service, not the dinner that a guest calls "por la noche"."""
Area: TypeAlias = Literal["terrace", "indoors", "bar", "window", "private"]
Doubt: TypeAlias = Literal[
    "range",
    "either",
    "not_one_day",
    "no_such_date",
    "weekday_contradicts_date",
    "day_or_month",
    "weekday_is_today",
]


class OpenHours(Struct, frozen=True):
    """One stretch in which the restaurant serves, local; one that closes at or before it opens closes on the next day."""

    opens: datetime.time
    closes: datetime.time


class Slots(Struct, frozen=True, omit_defaults=True):
    """What a message states of a reservation; None where it states nothing, or more than one thing."""

    date: datetime.date | None = None
    time: datetime.time | None = None
    party_size: int | None = None
    name: str | None = None
    phone: str | None = None
    """As written, without its spaces: `saveit.guests` decides whether it is a number."""
    email: str | None = None
    area: Area | None = None
    code: str | None = None
    special_requests: str | None = None
    """The guest's own words on children, chairs, allergies, birthdays; for people to read."""

    def __repr__(self) -> str:
        """Say nothing: names and numbers end up in tracebacks and logs."""
        return "Slots(***)"


class Question(Struct, frozen=True, omit_defaults=True):
    """What must be asked before the slot is taken as said, and between which values if they are known."""

    slot: Slot
    doubt: Doubt
    choices: tuple[str, ...] = ()
    """As slots are written: "2026-03-06", "21:30", "8"."""


class Understanding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one message means, as far as it says."""

    lang: Language
    intent: Intent | None = None
    """None where the message only fills what was asked for, or says nothing that can be acted on."""
    slots: Slots = Slots()
    confidence: float = 0.0
    """0 to 1, for the policy to weigh; not a probability that was ever measured."""
    questions: tuple[Question, ...] = ()
    time_alternatives: tuple[datetime.time, ...] = ()
    """The other reading of an hour said without am or pm, or the times that were offered for choice."""
    date_alternatives: tuple[datetime.date, ...] = ()
    part_of_day: PartOfDay | None = None
    """Narrows what is offered; it is no time."""
    speaks_of_another: bool = False
    """Whether the message went on to a second table, of which nothing stands in the slots."""
    people_added: int | None = None
    """"Two more": how many join, or leave when below zero, where the message does not say how many there will be."""


class Context(Struct, frozen=True, kw_only=True):
    """What is known before the message is read."""

    now: datetime.datetime
    """Aware, in the restaurant's zone: its wall clock decides what "today" is."""
    language: Language = "es"
    """Assumed where the text is too short to tell."""
    region: str = ""
    """The restaurant's country (ISO 3166), empty when unknown: whether 3/4 in English is in March or in April, and which feast is when."""
    requested: Slot | None = None
    """What the last message to the guest asked for."""
    hours: tuple[OpenHours, ...] = ()
    """When the restaurant serves; empty when unknown, and then dinner is what people book."""
    draft: Slots = Slots()
    """What earlier messages of this conversation have said."""
    houses: tuple[str, ...] = ()
    """What the restaurants are called that the message may be about: "Casa Candela" cancels nothing, and "Las Siete" is no hour."""


class Engine(Protocol):
    """One way to understand guests: the built-in grammar, or a service behind the same signature."""

    async def understand(self, text: str, context: Context) -> Understanding:
        """Return what the text means. Total: a text that means nothing has an answer too."""
        ...
