"""The form that a provider fills in, how it is checked, and what it means."""

import re
from datetime import date, time, timedelta
from typing import Annotated, ClassVar, Final, Protocol

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from saveit.dialogue.nlu import Area, Context, Intent, Language, Slots, Understanding, understand
from saveit.kernel.errors import Fault

_AHEAD_MAX: Final = timedelta(days=400)
_DIGITS: Final = re.compile(r"\D")
_SPACES: Final = re.compile(r"\s+")


class CannotUnderstand(Fault):
    """A provider had no answer to give. `again` says whether asking once more may help."""

    code: ClassVar[str] = "cannot_understand"

    def __init__(self, why: str, *, again: bool) -> None:
        """Say why, in a word of ours."""
        super().__init__(why)
        self.again = again


class Provider(Protocol):
    """A service that fills in the form."""

    name: str

    async def propose(self, text: str, context: Context) -> "Proposal":
        """Return the form as filled in. Raises: CannotUnderstand."""
        ...


Party = Annotated[int, Meta(ge=1, le=500)]
Short = Annotated[str, Meta(max_length=80)]
Share = Annotated[float, Meta(ge=0, le=1)]


class Proposal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form. Every field is there, null where the message does not say; a field that we do not know refuses the whole."""

    intent: Intent | None
    language: Language
    date: date | None
    time: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None
    party_size: Party | None
    name: Short | None
    phone: Short | None
    email: Short | None
    area: Area | None
    confidence: Share

    def __repr__(self) -> str:
        """Say nothing: it is what a guest said."""
        return "Proposal(***)"


def checked(filled_in: bytes) -> Proposal:
    """Return the form, if it is one. Raises: CannotUnderstand."""
    try:
        return msgspec.json.decode(filled_in, type=Proposal)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotUnderstand("no form", again=False) from error


def meant(text: str, context: Context, proposal: Proposal) -> Understanding:
    """Return the understanding that a form stands for.

    A name, a phone or a mail address that the message does not have was made up, or put there by somebody; it is left out. Doubts, the
    other reading of an hour and the guest's own words on allergies are the built-in engine's: a form has no room for them.
    """
    base = understand(text, context)
    today = context.now.date()
    on = proposal.date if proposal.date and today <= proposal.date <= today + _AHEAD_MAX else None
    at = None if proposal.time is None else time.fromisoformat(proposal.time)
    slots = Slots(
        date=on,
        time=at,
        party_size=proposal.party_size,
        name=proposal.name if _is_said(proposal.name, text) else base.slots.name,
        phone=proposal.phone if _is_dialled(proposal.phone, text) else base.slots.phone,
        email=proposal.email if _is_said(proposal.email, text) else base.slots.email,
        area=proposal.area,
        code=base.slots.code,
        special_requests=base.slots.special_requests,
    )
    stated = {"date": on, "time": at, "party_size": proposal.party_size}
    return replace(
        base,
        lang=proposal.language,
        intent=proposal.intent,
        slots=slots,
        confidence=proposal.confidence,
        questions=tuple(each for each in base.questions if stated.get(each.slot) is None),
        time_alternatives=base.time_alternatives if at is not None and at == base.slots.time else (),
        date_alternatives=base.date_alternatives if on is not None and on == base.slots.date else (),
        people_added=None if proposal.party_size is not None else base.people_added,
    )


def _is_said(words: str | None, text: str) -> bool:
    return bool(words) and _SPACES.sub(" ", words or "").casefold() in _SPACES.sub(" ", text).casefold()


def _is_dialled(phone: str | None, text: str) -> bool:
    digits = _DIGITS.sub("", phone or "")
    return bool(digits) and digits in _DIGITS.sub("", text)
