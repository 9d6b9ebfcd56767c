"""What WhatsApp, Instagram and Messenger share: Meta's handshake, its signature over raw bytes, its envelope and its errors."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

import msgspec

from saveit.channels.families.reading import Loose, Several, decoded, query, same, word
from saveit.messages import (
    Answer,
    Credentials,
    Failure,
    Forged,
    Need,
    Outcome,
    Refused,
    Request,
    Response,
    RetryAfter,
    Unknown,
    Verdict,
    Verified,
)

RECEIVED = Answer(body=b"EVENT_RECEIVED")
GRAPH_VERSION: Final = "v23.0"
_SIGNATURE_PREFIX = "sha256="
_TOO_MANY = 429
_SERVER_ERROR = 500
_CLIENT_ERROR = 400

NEEDS = (
    Need(
        name="app_secret",
        meaning="The app's secret, which signs what Meta sends",
        meaning_es="El secreto de la app, con el que Meta firma lo que envía",
        secret=True,
    ),
    Need(
        name="app_secret_previous",
        meaning="The app's secret before the last change, while both are in use",
        meaning_es="El secreto anterior de la app, mientras se usen los dos",
        secret=True,
        required=False,
    ),
    Need(
        name="verify_token",
        meaning="The word agreed with Meta for registering the webhook",
        meaning_es="La palabra acordada con Meta para dar de alta el webhook",
        secret=True,
    ),
    Need(
        name="access_token",
        meaning="The token with which messages are sent",
        meaning_es="El token con el que se envían los mensajes",
        secret=True,
    ),
    Need(
        name="graph_version",
        meaning=f"The Graph API's version; {GRAPH_VERSION} if empty",
        meaning_es=f"La versión de la Graph API; si se deja vacía, {GRAPH_VERSION}",
        required=False,
    ),
)


class Hook(msgspec.Struct, frozen=True):
    """The outermost envelope: which product, and its accounts' news, each read by itself so that a bad one spoils no other."""

    object: Loose = None
    entry: Several = None


class Entry(msgspec.Struct, frozen=True):
    """One account's news. A page has `messaging`, or `standby` when another application owns the thread; `changes` are all else."""

    id: Loose = None
    time: Loose = None
    changes: Several = None
    messaging: Several = None
    standby: Several = None


class GraphError(msgspec.Struct, frozen=True):
    """An error of the Graph API. The code tells what happened; the HTTP status does not."""

    code: Loose = None
    error_subcode: Loose = None
    title: Loose = None
    type: Loose = None


class GraphFailure(msgspec.Struct, frozen=True):
    """An answer that is an error."""

    error: GraphError


def meta_handshake(request: Request, credentials: Credentials) -> Answer | None:
    """Answer Meta's question whether this address is ours. It carries no signature, only the word agreed on.

    Only plain digits and letters are echoed: the challenge is a number, and an echo of anything else could be made to speak HTML.
    """
    if request.method != "GET":
        return None
    asked = dict(query(request.url))
    challenge = asked.get("hub.challenge", "")
    agreed = same(credentials.value("verify_token"), asked.get("hub.verify_token", ""))
    if asked.get("hub.mode") == "subscribe" and agreed and challenge.isalnum():
        return Answer(body=challenge.encode())
    return Answer(status=403)


def verify_meta(request: Request, credentials: Credentials) -> Verdict:
    """Check `X-Hub-Signature-256` over the bytes as they came: Meta signs its own escaping of letters, which no re-encoding gives back."""
    shown = request.header("x-hub-signature-256")
    if not shown:
        return Forged("signature_missing")
    if not shown.startswith(_SIGNATURE_PREFIX):
        return Forged("signature_malformed")
    secrets = [
        secret for name in ("app_secret", "app_secret_previous") if (secret := credentials.value(name))
    ]
    if not secrets:
        return Forged("secret_missing")
    given = shown.removeprefix(_SIGNATURE_PREFIX)
    for secret in secrets:
        if same(hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest(), given):
            return Verified()
    return Forged("signature_wrong")


def graph_headers(credentials: Credentials) -> tuple[tuple[str, str], ...]:
    """Return the headers of a call to the Graph API."""
    return (
        ("authorization", f"Bearer {credentials.value('access_token')}"),
        ("content-type", "application/json"),
    )


def graph_url(credentials: Credentials, base: str, path: str) -> str:
    """Return a Graph API address under the line's version."""
    version = credentials.value("graph_version") or GRAPH_VERSION
    return f"{credentials.value('api_base') or base}/{version}/{path}"


def graph_outcome(
    response: Response, known: Mapping[int, Failure], known_subcodes: Mapping[int, Failure] | None = None
) -> Outcome:
    """Return what an error of the Graph API means for the message: by its code first, since a rate limit comes as 400, 403 and 429.

    An answer that is no error of theirs came from something in between, which may have passed our call on: that is unknown, and the
    status callback, which carries our own id back, settles it.
    """
    failed = decoded(response.body, GraphFailure)
    if failed is None:
        return _by_status(response.status)
    failure = meta_failure(failed.error, known, known_subcodes)
    if failure is not None:
        return failure
    code = word(failed.error.code)
    if response.status == _TOO_MANY:
        return RetryAfter("line", code)
    return (
        Unknown(code) if response.status >= _SERVER_ERROR else Refused("bug", code, word(failed.error.type))
    )


def meta_failure(
    error: GraphError, known: Mapping[int, Failure], known_subcodes: Mapping[int, Failure] | None = None
) -> Failure | None:
    """Return what the error means, by its subcode where that is known, or None where neither is."""
    subcode, code = word(error.error_subcode), word(error.code)
    if known_subcodes and subcode.isdecimal() and (found := known_subcodes.get(int(subcode))):
        return found
    return known.get(int(code)) if code.isdecimal() and code.isascii() else None


def _by_status(status: int) -> Outcome:
    if status == _TOO_MANY:
        return RetryAfter("line", str(status))
    if _CLIENT_ERROR <= status < _SERVER_ERROR:
        return Refused("bug", str(status))
    return Unknown(str(status))
