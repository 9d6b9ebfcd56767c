"""Lex V2: the bot's intents and slots are named as ours, in capitals: MakeReservation, PartySize."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Final, get_args

import msgspec
from msgspec import Struct

from saveit.dialogue.engines.model import CannotUnderstand, Proposal
from saveit.dialogue.engines.models import called, decoded
from saveit.dialogue.nlu import Context, Intent
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import AwsKey, signature_v4
from saveit.kernel.http import HttpClient

# Of one message, by the service's own limit.
_TEXT_LENGTH_MAX: Final = 1_024
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NUMBER: Final = re.compile(r"\d{1,3}")
_BUILT_IN: Final[Mapping[str, Intent]] = {
    "AMAZON.CancelIntent": "cancel",
    "AMAZON.YesIntent": "confirm",
    "AMAZON.NoIntent": "deny",
    "AMAZON.StopIntent": "goodbye",
    "AMAZON.HelpIntent": "info",
}
_SLOTS: Final = {
    "date": "Date",
    "time": "Time",
    "party_size": "PartySize",
    "name": "GuestName",
    "phone": "Phone",
    "email": "Email",
}


class _Value(Struct, frozen=True, rename="camel"):
    interpreted_value: str | None = None
    original_value: str | None = None


class _Slot(Struct, frozen=True):
    value: _Value | None = None


class _Intent(Struct, frozen=True):
    name: str
    slots: dict[str, _Slot | None] | None = None


class _Score(Struct, frozen=True):
    score: float = 0.0


class _Interpretation(Struct, frozen=True, rename="camel"):
    intent: _Intent | None = None
    nlu_confidence: _Score | None = None


class _Recognized(Struct, frozen=True):
    interpretations: tuple[_Interpretation, ...] = ()


class Lex:
    """RecognizeText, each message in a session of its own: what was said before is ours to remember, and goes in as attributes."""

    name = "lex"

    def __init__(
        self, http: HttpClient, clock: Clock, *, key: AwsKey, bot: str, alias: str, region: str, url: str
    ) -> None:
        self._http, self._clock, self._key, self._region, self._url = http, clock, key, region, url
        self._path = f"/bots/{bot}/botAliases/{alias}/botLocales/"

    async def propose(self, text: str, context: Context) -> Proposal:
        """Return the form as Lex's best interpretation fills it in. Raises: CannotUnderstand."""
        locale = "es_ES" if context.language == "es" else "en_GB" if context.region == "GB" else "en_US"
        url = f"{self._url}{self._path}{locale}/sessions/{_session_id(text, context)}/text"
        body = msgspec.json.encode(
            {"text": text[:_TEXT_LENGTH_MAX], "sessionState": _session(context), "requestAttributes": {}}
        )
        headers = signature_v4(
            self._key,
            service="lex",
            region=self._region,
            url=url,
            headers={"content-type": "application/json"},
            body=body,
            now=self._clock.now(),
        )
        answer = await called(self._http, url, headers, body)
        recognized = decoded(answer, _Recognized)
        if not recognized.interpretations or recognized.interpretations[0].intent is None:
            raise CannotUnderstand("no interpretation", again=False)
        return _proposal(recognized.interpretations[0], recognized.interpretations[0].intent, context)


def _session_id(text: str, context: Context) -> str:
    """Return a session that no other message has; one that comes twice at the same moment may share it."""
    return hashlib.sha256(f"{context.now.isoformat()} {text}".encode()).hexdigest()[:32]


def _session(context: Context) -> dict[str, object]:
    """Return the session that Lex is told of: what we know, and the slot that was asked for."""
    attributes = {
        "today": context.now.date().isoformat(),
        "now": f"{context.now:%H:%M}",
        "timeZone": str(context.now.tzinfo),
    }
    session: dict[str, object] = {"sessionAttributes": attributes}
    asked = _SLOTS.get(context.requested or "")
    if asked is not None:
        session["intent"] = {"name": "MakeReservation", "state": "InProgress", "slots": {}}
        session["dialogAction"] = {"type": "ElicitSlot", "slotToElicit": asked}
    return session


def _proposal(found: _Interpretation, intent: _Intent, context: Context) -> Proposal:
    said = {
        name: slot.value.interpreted_value or slot.value.original_value
        for name, slot in (intent.slots or {}).items()
        if slot is not None and slot.value is not None
    }
    size, at = said.get("PartySize") or "", said.get("Time") or ""
    wanted = _intent(intent.name)
    if context.requested is not None and wanted == "make_reservation":
        # The intent that it was told to be in the middle of: the message only fills a slot.
        wanted = None
    return Proposal(
        intent=wanted,
        language=context.language,
        date=_date(said.get("Date")),
        time=at if _TIME.fullmatch(at) else None,
        party_size=int(size) if _NUMBER.fullmatch(size) and int(size) > 0 else None,
        name=said.get("GuestName"),
        phone=said.get("Phone"),
        email=said.get("Email"),
        area=None,
        confidence=0.5 if found.nlu_confidence is None else min(max(found.nlu_confidence.score, 0.0), 1.0),
    )


def _intent(name: str) -> Intent | None:
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    ours = _CAMEL.sub("_", name).lower()
    return next((each for each in get_args(Intent) if each == ours), None)


def _date(written: str | None) -> date | None:
    """Return a day; Lex also answers with months, weeks and weekends, which are none."""
    try:
        return (
            None
            if written is None
            else date.fromisoformat(written)
            if len(written) == len("2026-01-01")
            else None
        )
    except ValueError:
        return None
