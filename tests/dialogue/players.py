"""Plays a script: builds what is given, says the guest's lines to the policy, and collects what comes of each."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from saveit.dialogue.model import (
    Answer,
    Book,
    Cancel,
    Change,
    Decision,
    Done,
    Guest,
    HandOver,
    Heard,
    Manners,
    Note,
    OptInEffect,
    OptOutEffect,
    Question,
    Situation,
    Spoken,
    State,
    Tapped,
    Unread,
    Venue,
    Wait,
)
from saveit.dialogue.nlu.grammar import understand
from saveit.dialogue.nlu.model import Context, OpenHours, Slots
from saveit.dialogue.policy import QUESTIONS_MAX, decide
from saveit.seating import Table
from saveit.venues import Rules
from tests.dialogue.core_in_memory import CoreInMemory, plain_rules
from tests.dialogue.scripts import Script

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
_SLOTS = frozenset({"date", "time", "party_size", "name", "phone", "email", "code"})


@dataclass
class Came:
    """What came of one message."""

    text: str
    buttons: list[str]
    asked: str | None
    done: list[str]


@dataclass
class Player:
    """One guest talking to the policy over a core in memory."""

    core: CoreInMemory
    guest: Guest
    state: State = field(default_factory=State)

    def say(self, line: str) -> Came:
        heard = self._heard(line)
        situation = Situation(
            state=self.state, heard=heard, now=self.core.now, venues=self.core.venues, guest=self.guest
        )
        before = len(self.core.acts)
        decision = think(situation, self.core)
        # A state is kept as JSON between turns.
        self.state = msgspec.json.decode(msgspec.json.encode(decision.state), type=State)
        texts = [reply.text for reply in decision.replies]
        buttons = [button.title for reply in decision.replies for button in reply.buttons]
        done = [_told(act) for act in self.core.acts[before:]]
        for effect in decision.effects:
            match effect:
                case HandOver():
                    done.append("hands over")
                case OptOutEffect():
                    done.append("opts out")
                case OptInEffect():
                    done.append("opts in")
        return Came("\n".join(texts), buttons, self.state.asked, done)

    def _heard(self, line: str) -> Heard:
        if line.startswith("[") and line.endswith("]"):
            title = line[1:-1]
            found = next((each for each in self.state.offered if each.title == title), None)
            return Tapped(title if found is None else found.payload, title)
        if line.startswith("(") and line.endswith(")"):
            return Unread(line[1:-1])  # type: ignore[arg-type]
        return Spoken(line, understand(line, self._context()))

    def _context(self) -> Context:
        venue = next(
            (each for each in self.core.venues if each.id == self.state.restaurant_id), self.core.venues[0]
        )
        return context_of(self.state, venue, self.core.now)


def context_of(state: State, venue: Venue, now: datetime) -> Context:
    draft = state.draft
    hours = {
        (each.opens, each.closes) for weekday in range(7) for each in venue.rules.business_hours.of(weekday)
    }
    return Context(
        now=now.astimezone(ZoneInfo(venue.timezone)),
        language=state.language or venue.language,
        region=venue.region,
        requested=state.asked if state.asked in _SLOTS else None,  # type: ignore[arg-type]
        hours=tuple(
            OpenHours(time.fromisoformat(opens), time.fromisoformat(closes))
            for opens, closes in sorted(hours)
        ),
        draft=Slots(
            date=draft.date,
            time=None if draft.time is None else time.fromisoformat(draft.time),
            party_size=draft.party_size,
            name=draft.name,
        ),
    )


def think(situation: Situation, core: CoreInMemory) -> Decision:
    """Let the policy ask until it decides."""
    answers: list[Answer] = []
    for _ in range(QUESTIONS_MAX):
        found = decide(situation, answers)
        if isinstance(found, Decision):
            return found
        answers.append(core.answer(found))
    raise AssertionError("asks and asks")


def player_of(script: Script) -> Player:  # noqa: C901, PLR0912 - one word of a script, one meaning.
    """Return the guest of a script, before a core as it is given."""
    english = script.language == "en"
    rules: dict[str, object] = {}
    manners: dict[str, object] = {}
    guest = Guest(name="Ana" if not english else "Anne", phone="+34600111222")
    venues = 1
    late: list[list[str]] = []
    for given in script.given:
        words = given.split()
        match words:
            case ["formal"]:
                manners["formal"] = True
            case ["books", "at", "once"]:
                manners["ask_before_booking"] = False
            case ["stranger"]:
                guest = Guest(phone=guest.phone)
            case ["no", "phone"]:
                guest = Guest(name=guest.name)
            case ["known", "as", *name]:
                guest = Guest(name=" ".join(name), phone=guest.phone)
            case ["deposit", amount]:
                rules["requirements"] = {
                    "requires_deposit": True,
                    "deposit_amount_minor": int(amount),
                    "deposit_per_guest": True,
                }
            case ["phone", "code"]:
                rules["requirements"] = {"requires_phone_verification": True}
            case ["manual"]:
                rules["confirmation"] = {"mode": "manual"}
            case ["penalty", amount]:
                rules["cancellation_policy"] = {
                    "no_show_penalty": True,
                    "penalty_amount_minor": int(amount),
                    "free_cancellation_hours": 24,
                }
            case ["closed", day]:
                rules["special_dates"] = [{"date": day, "type": "closed"}]
            case ["menu"]:
                manners["menu_url"] = "https://bistro.example/carta"
            case ["answer", topic, *text]:
                manners.setdefault("answers", {})[topic] = " ".join(text)  # type: ignore[union-attr, index]
            case ["two", "restaurants"]:
                venues = 2
            case _:
                late.append(words)
    core = _core(
        english=english, rules=plain_rules(**rules), manners=msgspec.convert(manners, Manners), venues=venues
    )
    for words in late:
        _happen(core, words)
    core.vouched = guest.phone
    return Player(core, guest)


def _core(*, english: bool, rules: Rules, manners: Manners, venues: int) -> CoreInMemory:
    names = ("La Brasa Centro", "La Brasa Puerto")[:venues] if venues > 1 else ("Casa Lola",)
    made: list[Venue] = []
    tables: dict[UUID, tuple[Table, ...]] = {}
    for number, name in enumerate(names, 1):
        restaurant_id, terrace, inside = (
            UUID(int=1000 + number),
            UUID(int=2000 + number),
            UUID(int=3000 + number),
        )
        made.append(
            Venue(
                id=restaurant_id,
                name=name,
                timezone="Europe/London" if english else "Europe/Madrid",
                language="en" if english else "es",
                region="GB" if english else "ES",
                currency="GBP" if english else "EUR",
                address="calle Mayor 12" if not english else "12 High Street",
                phone="+34 910 000 000" if not english else "+44 20 7946 0000",
                rules=rules,
                areas=(
                    (inside, "Salón" if not english else "Dining room"),
                    (terrace, "Terraza" if not english else "Terrace"),
                ),
                manners=manners,
            )
        )
        sizes = ((1, 2, inside), (1, 2, inside), (3, 4, inside), (3, 4, terrace), (5, 8, inside))
        tables[restaurant_id] = tuple(
            Table(
                UUID(int=4000 + 10 * number + place), str(place), fewest, most, area, online=True, priority=0
            )
            for place, (fewest, most, area) in enumerate(sizes)
        )
    return CoreInMemory(NOW, tuple(made), tables)


def _happen(core: CoreInMemory, words: list[str]) -> None:
    venue = core.venues[0]
    match words:
        case ["full", day, clock]:
            _fill(core, venue, date.fromisoformat(day), clock)
        case ["full", day]:
            for clock in ("13:00", "14:30", "20:00", "21:30", "23:00"):
                _fill(core, venue, date.fromisoformat(day), clock)
        case ["booking", day, clock, size, *name]:
            made = core.book(venue.id, date.fromisoformat(day), clock, int(size), " ".join(name) or "Ana")
            assert isinstance(made, Done), made
        case ["elsewhere", day, clock, size]:
            made = core.book(venue.id, date.fromisoformat(day), clock, int(size), "Ana", mine=False)
            assert isinstance(made, Done), made
            core.elsewhere.append(made.booking.id)
        case ["late", "fee", amount]:
            for each in core.bookings.values():
                each.known = msgspec.structs.replace(each.known, fee_minor=int(amount))
        case ["now", *moment]:
            core.now = datetime.fromisoformat(" ".join(moment)).astimezone(UTC)
        case _:
            raise AssertionError(words)


def _fill(core: CoreInMemory, venue: Venue, on: date, clock: str) -> None:
    for size in (2, 2, 4, 4, 8):
        made = core.book(venue.id, on, clock, size, "otro", mine=False)
        assert isinstance(made, Done) or clock, made


def _told(act: Question) -> str:
    match act:
        case Book(wanted=wanted):
            return f"books {wanted.date} {wanted.time} x{wanted.party_size}"
        case Change(on=on, time=clock, party_size=size):
            return f"changes {on} {clock} x{size}"
        case Note(text=text, name=name):
            return f"notes {name or text}"
        case Cancel():
            return "cancels"
        case Wait(wanted=wanted, earliest=earliest, latest=latest):
            return f"waits {wanted.date} {earliest}-{latest} x{wanted.party_size}"
        case _:
            return type(act).__name__.lower()
