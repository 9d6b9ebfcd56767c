"""Telephone calls: what is spoken on the answer to each request, and what the caller says next."""

import asyncio
import base64
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias
from urllib.parse import urljoin
from xml.etree import ElementTree

import msgspec

from saveit.messages import Response
from saveit.sandbox.model import Direction, Incoming, Line, Said, Shown
from saveit.sandbox.providers import signed_by_twilio
from saveit.sandbox.world import World, digits_of

Deliver: TypeAlias = Callable[[Incoming], Awaitable[Response]]

# How often the product may say "wait a moment" before a real caller hangs up; Twilio itself follows more redirects.
_WAITS_MAX = 10
# A flow or a `<Pause>` waits a second; half of it is enough for a demo.
_WAIT_S = 0.5
_DIGITS = re.compile(r"[0-9*#]{1,20}", re.ASCII)
_OK = 200


class _Call:
    """A call under way."""

    def __init__(self, call_id: str, path: str) -> None:
        self.call_id = call_id
        self.path = path


class _Flat(msgspec.Struct, frozen=True):
    """The flat map of words that a Connect flow takes."""

    text: str = ""
    ends_call: str = "false"
    wait: str = "false"


class Calls:
    """The calls of Twilio and Connect. A guest who speaks without a call begins one."""

    channels = ("voice_twilio", "voice_connect")

    def __init__(self, world: World, deliver: Deliver) -> None:
        self._world = world
        self._deliver = deliver
        # By channel, guest and the number that was called.
        self._calls: dict[tuple[str, str, str], _Call] = {}

    async def say(self, line: Line, said: Said) -> str:
        """Let the guest say it, in the call under way or a new one, and note what is answered. Returns the call's id."""
        place = (line.channel, said.guest, line.key.address)
        if place not in self._calls:
            path = f"/webhooks/{line.channel}"
            self._calls[place] = _Call(_call_id(line.channel, self._world), path)
            await self._ask(line, said, {})
        call = self._calls.get(place)
        words = said.text or said.button
        if call is None or not words:
            return "" if call is None else call.call_id
        self._note(line, said, call, heard=words)
        heard = (
            {"Digits": words} if _DIGITS.fullmatch(words) else {"SpeechResult": words, "Confidence": "0.93"}
        )
        await self._ask(line, said, heard)
        return call.call_id

    async def hang_up(self, line: Line, guest: str) -> None:
        """End the guest's call."""
        await self._ask(line, Said(guest=guest), {"CallStatus": "completed"})
        self._calls.pop((line.channel, guest, line.key.address), None)

    async def _ask(self, line: Line, said: Said, heard: Mapping[str, str]) -> None:
        """Make the provider's request, follow it while it says to wait, and note what is spoken."""
        place = (line.channel, said.guest, line.key.address)
        for _ in range(_WAITS_MAX):
            call = self._calls[place]
            response = await self._deliver(self._request(line, said, heard, call))
            if response.status != _OK:
                self._calls.pop(place, None)
                return
            spoken, again, over = (
                _twiml(response.body, call) if line.channel == "voice_twilio" else _flat(response.body)
            )
            if spoken:
                self._note(line, said, call, spoken=spoken)
            if over:
                self._calls.pop(place, None)
            if over or not again:
                return
            await asyncio.sleep(_WAIT_S)
            heard = {}

    def _note(self, line: Line, said: Said, call: _Call, *, heard: str = "", spoken: str = "") -> None:
        direction: Direction = "in" if heard else "out"
        self._world.conversations[line.channel, said.guest].add(
            direction,
            Shown(text=heard or spoken),
            address=line.key.address,
            message_id=call.call_id,
            at=self._world.now(),
        )

    def _request(self, line: Line, said: Said, heard: Mapping[str, str], call: _Call) -> Incoming:
        number = f"+{digits_of(said.guest, 11)}"
        if line.channel == "voice_connect":
            return _asked_by_connect(line, heard, call, number=number, world=self._world)
        fields = {
            "CallSid": call.call_id,
            "AccountSid": line.key.account,
            "From": number,
            "Caller": number,
            "To": line.key.address,
            "Called": line.key.address,
            "Direction": "inbound",
            "CallStatus": "in-progress" if heard else "ringing",
            "ApiVersion": "2010-04-01",
            **heard,
        }
        return signed_by_twilio(line, {"path": call.path, "fields": fields}, self._world.public_url)


def _twiml(body: bytes, call: _Call) -> tuple[str, bool, bool]:
    """Return what TwiML says, whether it wants another request at once, and whether the call is over; move the call on."""
    root = ElementTree.fromstring(body)  # noqa: S314 - the product's own answer, in a demo.
    spoken = " ".join("".join(say.itertext()).strip() for say in root.iter("Say"))
    gather, redirect = root.find("Gather"), root.find("Redirect")
    if gather is not None:
        call.path = urljoin(call.path, gather.get("action") or call.path)
        return spoken, False, False
    if redirect is not None:
        call.path = urljoin(call.path, (redirect.text or "").strip())
        return spoken, True, False
    return spoken, False, True


def _flat(body: bytes) -> tuple[str, bool, bool]:
    told = msgspec.json.decode(body, type=_Flat)
    return told.text, told.wait == "true", told.ends_call == "true"


def _call_id(channel: str, world: World) -> str:
    if channel == "voice_twilio":
        return f"CA{world.hex_id(32)}"
    return "-".join(world.hex_id(length) for length in (8, 4, 4, 4, 12))


def _asked_by_connect(
    line: Line, heard: Mapping[str, str], call: _Call, *, number: str, world: World
) -> Incoming:
    """Return what the Lambda hands in, signed with the line's Standard Webhooks secret."""
    contact = {
        "ContactId": call.call_id,
        "InitialContactId": call.call_id,
        "Channel": "VOICE",
        "InstanceARN": f"arn:aws:connect:us-east-1:{line.key.account}:instance/1",
        "CustomerEndpoint": {"Address": number, "Type": "TELEPHONE_NUMBER"},
        "SystemEndpoint": {"Address": line.key.address, "Type": "TELEPHONE_NUMBER"},
        "Attributes": {},
    }
    told: dict[str, str] = {}
    if "SpeechResult" in heard:
        told = {"text": heard["SpeechResult"], "confidence": heard["Confidence"]}
    elif "Digits" in heard:
        told = {"digits": heard["Digits"]}
    elif heard.get("CallStatus") == "completed":
        told = {"event": "ended"}
    body = msgspec.json.encode(
        {"Name": "ContactFlowEvent", "Details": {"ContactData": contact, "Parameters": told}}
    )
    message_id, stamp = f"msg_{world.hex_id(24)}", str(int(world.now().timestamp()))
    secret = base64.b64decode(line.credentials.value("webhook_secret").removeprefix("whsec_"))
    signed = f"{message_id}.{stamp}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }
    return Incoming(path="/webhooks/voice_connect", headers=headers, body=body)
