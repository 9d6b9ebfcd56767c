"""Asking Twilio what we missed: it tries a webhook once, and knows no idempotency key, but it remembers every message."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import parse_qs, urlencode

import msgspec
from msgspec import Raw

from saveit.channels.families.media import fetch_failure
from saveit.channels.families.reading import Loose, Several, decoded, whole, word, words
from saveit.channels.families.twilio.calls import API, twilio_get
from saveit.channels.families.twilio.messages import cut_apart
from saveit.messages import (
    Credentials,
    Envelope,
    Failure,
    History,
    HttpCall,
    Outcome,
    Request,
    Response,
    RetryAfter,
    Sent,
    Unknown,
)

_OK = 200
_PAGE_ROWS = 100
# Nothing in a form depends on when it came.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Prefix = Literal["", "whatsapp:"]


class _Page(msgspec.Struct, frozen=True):
    messages: Several = None
    next_page_uri: Loose = None


class _Remembered(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    sid: Loose = None
    account_sid: Loose = None
    from_: Loose = None
    to: Loose = None
    body: Loose = None
    direction: Loose = None
    date_sent: Loose = None
    num_media: Loose = None


def history_call(credentials: Credentials, since: datetime, prefix: _Prefix) -> HttpCall:
    """Describe the call for what came to the line's number. Twilio counts by days (UTC), so some of it is known already."""
    asked = {"To": f"{prefix}{credentials.line.address}"}
    return _list_call(credentials, asked, since)


def look_up_call(recipient: str, credentials: Credentials, since: datetime, prefix: _Prefix) -> HttpCall:
    """Describe the call for what went to one guest."""
    return _list_call(credentials, {"To": f"{prefix}{recipient}"}, since)


def read_history(response: Response, credentials: Credentials, since: datetime) -> History | Failure:
    """Return the messages of one page as the forms that their webhooks would have been, the newest first as they come.

    Twilio lists whole days; what was sent before `since` is left out, and what does not say when is not.
    """
    page = decoded(response.body, _Page) if response.status == _OK else None
    if page is None:
        return fetch_failure(response)
    found: list[Envelope] = []
    for raw in page.messages or ():
        message = _of(raw)
        if message is None or word(message.direction) != "inbound":
            continue
        sent_at = _instant(words(message.date_sent))
        if sent_at is None or sent_at >= since:
            found += cut_apart(_as_webhook(message))
    path = words(page.next_page_uri)
    older = twilio_get(credentials, path) if path.startswith("/") else None
    return History(envelopes=tuple(found), older=older)


def read_look_up(sent: HttpCall, response: Response) -> Outcome:
    """Return whether the list holds what `sent` would have made: the same words to the same number.

    Two equal messages of one day would be taken for one, which errs on the side of saying a thing once. A list without it, when it is the
    whole list, means that it was never made. A content template's words are not ours to compare, so of those nothing can be told.
    """
    page = decoded(response.body, _Page) if response.status == _OK else None
    if page is None:
        return Unknown(str(response.status))
    wanted = {name: values[0] for name, values in parse_qs(sent.body.decode()).items()}
    if "Body" not in wanted:
        return Unknown("no_words")
    for raw in page.messages or ():
        message = _of(raw)
        if message is not None and _is_it(message, wanted):
            return Sent(word(message.sid))
    return Unknown("more_pages") if words(page.next_page_uri) else RetryAfter("call", "not_found")


def _list_call(credentials: Credentials, asked: Mapping[str, str], since: datetime) -> HttpCall:
    fields = {**asked, "DateSent>": f"{since.astimezone(UTC):%Y-%m-%d}", "PageSize": str(_PAGE_ROWS)}
    path = f"/2010-04-01/Accounts/{credentials.line.account}/Messages.json?{urlencode(fields)}"
    return twilio_get(credentials, path)


def _of(raw: Raw) -> _Remembered | None:
    message = decoded(raw, _Remembered)
    return message if message is not None and word(message.sid) else None


def _instant(told: str) -> datetime | None:
    """Return when Twilio says that it was, as mails say it; None where it does not."""
    try:
        found = parsedate_to_datetime(told)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _as_webhook(message: _Remembered) -> Request:
    form = {
        "MessageSid": word(message.sid),
        "AccountSid": word(message.account_sid),
        "From": word(message.from_),
        "To": word(message.to),
        "Body": words(message.body),
        "NumMedia": str(whole(message.num_media) or 0),
        "SmsStatus": "received",
    }
    return Request(method="POST", url=API, body=urlencode(form).encode(), received_at=EPOCH)


def _essence(text: str) -> str:
    """Return letters and digits alone: Twilio may write other quotes and dashes than it was given, to save a part."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _is_it(message: _Remembered, wanted: Mapping[str, str]) -> bool:
    return (
        word(message.direction).startswith("outbound")
        and word(message.to) == wanted.get("To")
        and _essence(words(message.body)) == _essence(wanted["Body"])
    )
