"""Twilio: messages by form and Basic login, signed callbacks, and calls whose answers are TwiML."""

import base64
import hashlib
import hmac
import re
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.utils import format_datetime
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from saveit.messages import HttpCall
from saveit.sandbox.model import Incoming, Line, Receipt, Said, Shown, Taken
from saveit.sandbox.providers.base import Event, answered, header
from saveit.sandbox.providers.files import store_file
from saveit.sandbox.world import World, digits_of

_FORM = "application/x-www-form-urlencoded"
_MESSAGES = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-zA-Z]+)/Messages\.json", re.ASCII)
_TYPING = "/v3/Indicators/Typing.json"
_CONTENT = re.compile(r"HX[0-9a-fA-F]{32}", re.ASCII)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_WINDOW = timedelta(hours=24)
_BODY_MAX = 1600
_REMEMBERED_MAX = 1000
_RATES_S = {"whatsapp_twilio": 80.0, "sms_twilio": 10.0}
# Not "CANCELAR": the carrier's words are English, and a guest's are about the booking.
_STOP_WORDS = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
_START_WORDS = frozenset({"START", "YES", "UNSTOP"})
_MESSAGES_OF_ERRORS: Mapping[int, str] = {
    20_003: "Authenticate",
    20_404: "The requested resource was not found",
    20_429: "Too Many Requests",
    21_211: "Invalid 'To' Phone Number",
    21_602: "Message body is required.",
    21_606: "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination.",
    21_610: "Attempt to send to unsubscribed recipient",
    21_617: "The concatenated message body exceeds the 1600 character limit",
    21_656: "The ContentVariables Parameter is invalid.",
    21_910: "Invalid From and To pair. From and To should be of the same channel",
}


class TwilioMessages:
    """SMS and WhatsApp at Twilio. A message's callback goes to the address that came with the message; nothing is repeated."""

    channels: tuple[str, ...] = ("whatsapp_twilio", "sms_twilio")
    retries_s: tuple[float, ...] = ()

    def __init__(self) -> None:
        """Remember nothing yet."""
        # What its lists tell, the newest first.
        self._remembered: deque[dict[str, str]] = deque(maxlen=_REMEMBERED_MAX)

    def hears(self, call: HttpCall) -> bool:
        """Its two hosts."""
        return urlsplit(call.url).hostname in {"api.twilio.com", "messaging.twilio.com"}

    def alias(self, channel: str, guest: str) -> str:
        """Return a phone with its plus."""
        del channel
        return f"+{digits_of(guest, 11)}"

    def take(self, call: HttpCall, world: World) -> Taken:  # noqa: PLR0911 - one return for each of its refusals.
        """Judge a call: the login, the form, the two addresses, the length, the opt-outs."""
        parts = urlsplit(call.url)
        login = _login(call)
        if parts.path == _TYPING:
            known = any(_login_of(line) == login for line in world.lines)
            if not known:
                return _refused("whatsapp_twilio", 401, 20_003)
            response = answered(200, {"success": True})
            return Taken(channel="whatsapp_twilio", response=response, verdict="accepted: typing")
        found = _MESSAGES.fullmatch(parts.path)
        if found is None:
            return _refused("sms_twilio", 404, 20_404)
        if call.method == "GET":
            return self._list(call, found[1], login, world)
        fields = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
        channel = "whatsapp_twilio" if fields.get("To", "").startswith("whatsapp:") else "sms_twilio"
        if not login or login[0] != found[1]:
            return _refused(channel, 401, 20_003)
        account = [line for line in world.lines if _login_of(line) == login]
        if not account:
            return _refused(channel, 401, 20_003)
        line = _sender(fields, account, channel)
        if line is None:
            return _refused(channel, 400, 21_606 if "From" in fields else 21_910)
        taken = _take_message(fields, line, channel, world)
        if taken.message_id:
            self._remember(fields | {"MessageSid": taken.message_id}, line, "outbound-api", world)
        return taken

    def said(self, line: Line, said: Said, world: World) -> tuple[str, Event]:
        """Return the form of one message."""
        channel, alias = line.channel, self.alias(line.channel, said.guest)
        sid = f"SM{world.hex_id(32)}"
        fields = {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "AccountSid": line.key.account,
            "From": alias,
            "To": line.key.address,
            "Body": "" if said.media == "audio" else said.text,
            "NumSegments": "1",
            "NumMedia": "0",
            "ApiVersion": "2010-04-01",
        }
        if channel == "whatsapp_twilio":
            fields |= {"From": f"whatsapp:{alias}", "To": f"whatsapp:{line.key.address}"}
            fields |= {"ProfileName": said.name, "WaId": alias.removeprefix("+"), "MessageType": "text"}
        if said.media:
            file_id, stored = store_file(line, said.media, said, world, file_id=f"ME{world.hex_id(32)}")
            kind = stored.media_type
            url = f"https://api.twilio.com/2010-04-01/Accounts/{line.key.account}/Messages/{sid}/Media/{file_id}"
            fields |= {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": kind}
        if said.button:
            tapped = world.tapped(channel, said.guest, said.button)
            fields |= {"Body": tapped.title}
            if channel == "whatsapp_twilio" and tapped.source == "list":
                fields |= {"ListId": tapped.id, "ListTitle": tapped.title, "MessageType": "interactive"}
            elif channel == "whatsapp_twilio":
                fields |= {"ButtonPayload": tapped.id, "ButtonText": tapped.title, "MessageType": "button"}
        word = said.text.strip().upper()
        if channel == "sms_twilio" and word in _STOP_WORDS:
            world.opted_out.add((channel, alias))
            fields["OptOutType"] = "STOP"
        if channel == "sms_twilio" and word in _START_WORDS:
            world.opted_out.discard((channel, alias))
            fields["OptOutType"] = "START"
        self._remember(fields, line, "inbound", world)
        return sid, {"path": f"/webhooks/{channel}", "fields": fields}

    def _remember(self, fields: Mapping[str, str], line: Line, direction: str, world: World) -> None:
        self._remembered.appendleft(
            {
                "sid": fields["MessageSid"],
                "account_sid": line.key.account,
                "from": fields.get("From", ""),
                "to": fields.get("To", ""),
                "body": fields.get("Body", ""),
                "direction": direction,
                "date_sent": format_datetime(world.now()),
                "num_media": fields.get("NumMedia", "0"),
            }
        )

    def _list(self, call: HttpCall, account: str, login: tuple[str, str], world: World) -> Taken:
        """Tell what went to a number, whole days of it and a page at most."""
        asked = dict(parse_qsl(urlsplit(call.url).query))
        channel = "whatsapp_twilio" if asked.get("To", "").startswith("whatsapp:") else "sms_twilio"
        if login[0] != account or not any(_login_of(line) == login for line in world.lines):
            return _refused(channel, 401, 20_003)
        rows = [
            row for row in self._remembered if row["account_sid"] == account and row["to"] == asked.get("To")
        ]
        response = answered(200, {"messages": rows[:100], "next_page_uri": None})
        return Taken(channel=channel, response=response, verdict="accepted: list")

    def status(self, receipt: Receipt, world: World) -> Event | None:
        """Return the form of one callback, for the address that the message named; none when it named none."""
        del world
        channel = receipt.line.channel
        if not receipt.callback or (receipt.progress == "read" and channel == "sms_twilio"):
            return None
        prefix = "whatsapp:" if channel == "whatsapp_twilio" else ""
        told = "undelivered" if receipt.progress == "failed" else receipt.progress
        fields = {
            "MessageSid": receipt.message_id,
            "SmsSid": receipt.message_id,
            "MessageStatus": told,
            "SmsStatus": told,
            "AccountSid": receipt.line.key.account,
            "From": f"{prefix}{receipt.line.key.address}",
            "To": f"{prefix}{self.alias(channel, receipt.guest)}",
            "ApiVersion": "2010-04-01",
        }
        if receipt.code:
            fields["ErrorCode"] = receipt.code
        parts = urlsplit(receipt.callback)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return {"path": path, "fields": fields}

    def wrap(self, line: Line, events: Sequence[Event], world: World) -> tuple[Incoming, ...]:
        """Each form is a request of its own."""
        return tuple(signed_by_twilio(line, event, world.public_url) for event in events)


def signed_by_twilio(line: Line, event: Event, public_url: str) -> Incoming:
    """Return the request as Twilio signs it: the public address, then the form's names and values in order."""
    path, fields = cast("str", event["path"]), cast("dict[str, str]", event["fields"])
    signed = public_url + path + "".join(name + fields[name] for name in sorted(fields))
    token = line.credentials.value("auth_token")
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    headers = {
        "content-type": f"{_FORM}; charset=UTF-8",
        "user-agent": "TwilioProxy/1.1",
        "x-twilio-signature": base64.b64encode(digest).decode(),
    }
    return Incoming(path=path, headers=headers, body=urlencode(fields).encode())


def _take_message(  # noqa: PLR0911 - one return for each of its refusals.
    fields: Mapping[str, str], line: Line, channel: str, world: World
) -> Taken:
    alias = fields.get("To", "").removeprefix("whatsapp:")
    if not _NUMBER.fullmatch(alias):
        return _refused(channel, 400, 21_211)
    body, content = fields.get("Body", ""), fields.get("ContentSid", "")
    if not body and not content and not fields.get("MediaUrl"):
        return _refused(channel, 400, 21_602)
    if content and not _CONTENT.fullmatch(content):
        return _refused(channel, 400, 21_656)
    if len(body) > _BODY_MAX:
        return _refused(channel, 400, 21_617)
    if (channel, alias) in world.opted_out:
        return _refused(channel, 400, 21_610)
    if world.throttled((channel, line.key.address, ""), _RATES_S[channel], _RATES_S[channel]):
        return _refused(channel, 429, 20_429)
    outside = channel == "whatsapp_twilio" and not world.window_open(channel, line, alias, _WINDOW)
    later = "63016" if outside and not content else ""
    if (channel, alias) in world.blocked:
        later = "63024" if channel == "whatsapp_twilio" else "30003"
    sid = f"SM{world.hex_id(32)}"
    response = {
        "sid": sid,
        "status": "queued",
        "error_code": None,
        "to": fields["To"],
        "from": fields.get("From"),
        "body": body,
        "num_media": "1" if fields.get("MediaUrl") else "0",
    }
    files = ({"kind": "file", "url": fields["MediaUrl"]},) if fields.get("MediaUrl") else ()
    text = body or (f"[{content}] {fields.get('ContentVariables', '')}" if content else "")
    progress = ("sent", "delivered", "read") if channel == "whatsapp_twilio" else ("sent", "delivered")
    return Taken(
        channel=channel,
        response=answered(201, response),
        verdict=f"accepted, fails later: {later}" if later else "accepted",
        line=line,
        guest=world.guest_of(channel, alias),
        message_id=sid,
        shown=None if later else Shown(text=text, attachments=files),
        progress=("failed",) if later else progress,
        callback=fields.get("StatusCallback", ""),
        later=later,
    )


def _sender(fields: Mapping[str, str], account: Sequence[Line], channel: str) -> Line | None:
    service = fields.get("MessagingServiceSid", "")
    sender = fields.get("From", "")
    if sender and sender.startswith("whatsapp:") != (channel == "whatsapp_twilio"):
        return None
    number = sender.removeprefix("whatsapp:")
    for line in account:
        if line.channel != channel:
            continue
        if number == line.key.address or (
            service and service == line.credentials.value("messaging_service_sid")
        ):
            return line
    return None


def _login(call: HttpCall) -> tuple[str, str]:
    try:
        plain = base64.b64decode(header(call, "authorization").removeprefix("Basic ")).decode()
    except ValueError:
        return ("", "")
    account, _, token = plain.partition(":")
    return account, token


def _login_of(line: Line) -> tuple[str, str]:
    return line.key.account, line.credentials.value("auth_token")


def _refused(channel: str, status: int, code: int) -> Taken:
    body = {
        "code": code,
        "message": _MESSAGES_OF_ERRORS[code],
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return Taken(channel=channel, response=answered(status, body), verdict=f"refused: {code}")
