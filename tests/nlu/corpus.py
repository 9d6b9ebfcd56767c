"""Messages and what they mean: our own, a third of them held out, and the shared development set where it lies beside the checkout."""

import os
from collections.abc import Iterator
from datetime import datetime, time
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from saveit.dialogue import Context, OpenHours, Slot, Understanding, understand

ROOT = Path(__file__).parents[2]
OWN = Path(__file__).parent / "cases"
NOON_OF_A_MONDAY = "2026-03-02T12:00:00"
ZONES = {
    "es-ES": "Europe/Madrid",
    "es-MX": "America/Mexico_City",
    "es-CO": "America/Bogota",
    "es-AR": "America/Argentina/Buenos_Aires",
    "es-PE": "America/Lima",
    "es-CL": "America/Santiago",
    "es-DO": "America/Santo_Domingo",
    "es-EC": "America/Guayaquil",
    "es-VE": "America/Caracas",
    "en-US": "America/New_York",
    "en-GB": "Europe/London",
    "mixed": "Europe/Madrid",
}
# What the development set calls what we call otherwise, and what has no name with us.
INTENTS = {"check_reservation": "my_bookings", "bot_identity": "human"}
NOT_OURS = {"abort", "help", "repeat"}


class Known(Struct, frozen=True):
    """What the conversation knew before the message."""

    requested: tuple[Slot, ...] = ()
    hours: tuple[tuple[str, str], ...] = ()


class Frame(Struct, frozen=True, omit_defaults=True):
    """The slots that are measured."""

    date: str | None = None
    time: str | None = None
    party_size: int | None = None
    name: str | None = None


class Case(Struct, frozen=True):
    """One message and what it means; alternatives count as well."""

    id: str
    lang: str
    text: str
    expect: Frame
    intent: str | None = None
    locale: str = ""
    source: str = "own"
    reference: str | None = None
    intent_alternatives: tuple[str | None, ...] = ()
    asks: tuple[Slot, ...] = ()
    date_alternatives: tuple[str, ...] = ()
    time_alternatives: tuple[str, ...] = ()
    restaurant_time: str | None = None
    context: Known = field(default_factory=Known)
    held_out: bool = False

    def known(self) -> Context:
        """What is handed to the engine beside the text."""
        zone = ZoneInfo(ZONES.get(self.locale, "UTC"))
        return Context(
            now=datetime.fromisoformat(self.reference or NOON_OF_A_MONDAY).replace(tzinfo=zone),
            language="en" if self.lang == "en" else "es",
            region=self.locale[3:] if self.locale[:2] in {"es", "en"} else "",
            requested=next(iter(self.context.requested), None),
            hours=tuple(
                OpenHours(time.fromisoformat(opens), time.fromisoformat(closes))
                for opens, closes in self.context.hours
            ),
        )

    def understood(self) -> Understanding:
        """What the engine makes of it."""
        return understand(self.text, self.known())

    def is_whole(self, frame: Frame) -> bool:
        """Every slot as expected, and none beyond them."""
        return self.is_when(frame) and self.is_party(frame) and self.is_name(frame)

    def is_when(self, frame: Frame) -> bool:
        """Day and time as expected, with the restaurant's reading of open hours."""
        return (
            frame.date in {self.expect.date, *(self.date_alternatives if self.expect.date else ())}
            and frame.time in self._times()
        )

    def states_when(self, frame: Frame) -> bool:
        """The day and time that are expected are there; what else is, is not looked at."""
        return (self.expect.date is None or frame.date in {self.expect.date, *self.date_alternatives}) and (
            self.expect.time is None or frame.time in self._times()
        )

    def is_party(self, frame: Frame) -> bool:
        """As many people as expected."""
        return frame.party_size == self.expect.party_size

    def is_name(self, frame: Frame) -> bool:
        """The name as expected, whatever its capitals."""
        return (frame.name or "").lower() == (self.expect.name or "").lower()

    def is_intent(self, intent: str | None) -> bool:
        """The intent as expected, or one that serves as well."""
        return intent in {INTENTS.get(self.intent or "", self.intent), *self.intent_alternatives}

    def _times(self) -> set[str | None]:
        return {self.expect.time, self.restaurant_time, *self.time_alternatives} - (
            {None} if self.expect.time else set()
        )


def frame_of(understanding: Understanding) -> Frame:
    """The measured slots of an understanding."""
    slots = understanding.slots
    return Frame(
        date=None if slots.date is None else slots.date.isoformat(),
        time=None if slots.time is None else f"{slots.time:%H:%M}",
        party_size=slots.party_size,
        name=slots.name,
    )


def is_held_out(case_id: str) -> bool:
    """A third of all ids, by their hash: nobody chooses which."""
    return int(sha256(case_id.encode()).hexdigest(), 16) % 3 == 0


def own_cases() -> list[Case]:
    """Every case of ours, in the order of files and lines."""
    return [case for path in sorted(OWN.glob("*.jsonl")) for case in _read(path)]


def second_cases() -> list[Case]:
    """Every case of the second set, written at one time against an engine that had not met them; its third is held out too."""
    return [case for path in sorted((OWN / "second").glob("*.jsonl")) for case in _read(path)]


def third_cases() -> list[Case]:
    """Every case of the third set, written when the engine had been tuned on the others and had met none of these."""
    return [case for path in sorted((OWN / "third").glob("*.jsonl")) for case in _read(path)]


def fourth_cases() -> list[Case]:
    """Every case of the fourth set: all of it held out, written before its author had looked at a table or a mistake of the engine."""
    return [case for path in sorted((OWN / "fourth").glob("*.jsonl")) for case in _read(path)]


def lessons() -> list[Case]:
    """Messages from which only wants are learned; nothing is measured on them."""
    rows = [line.split("\t") for line in (OWN / "lessons.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    return [
        Case(
            id=f"lesson-{place:04}",
            lang=lang,
            text=text,
            expect=Frame(),
            intent=None if want == "nothing" else want,
            locale="en-GB" if lang == "en" else "es-ES",
        )
        for place, (want, lang, text) in enumerate(rows, 1)
    ]


def development_set() -> Path | None:
    """The shared set, if it lies where SAVEIT_NLU_DEV says, or beside the checkout."""
    named = os.environ.get("SAVEIT_NLU_DEV")
    places = (
        [Path(named)]
        if named
        else [up / "shared" / "fixtures" / "nlu" / "dev.jsonl" for up in (ROOT.parent, ROOT.parent.parent)]
    )
    return next((place for place in places if place.exists()), None)


def development_cases(path: Path) -> list[Case]:
    """Every case of the shared set."""
    return list(_read(path))


def _read(path: Path) -> Iterator[Case]:
    decoder = msgspec.json.Decoder(Case)
    for line in path.read_bytes().splitlines():
        yield decoder.decode(line)
