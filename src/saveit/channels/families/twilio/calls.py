"""What Twilio's products share: its signature, its form, its errors and its call for sending."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

import msgspec

from saveit.channels.families.media import file_call
from saveit.channels.families.reading import API_BASE, NUMBER, Loose, decoded, form, query, same, word
from saveit.messages import (
    Answer,
    Credentials,
    Failure,
    Forged,
    HttpCall,
    Need,
    Outcome,
    Refused,
    Request,
    Response,
    RetryAfter,
    Sent,
    Unknown,
    Verdict,
    Verified,
    clean,
)

API = "https://api.twilio.com"
EMPTY_TWIML = Answer(media_type="text/xml; charset=utf-8", body=b"<Response/>")
_FORM = "application/x-www-form-urlencoded"
_DEFAULT_PORTS = {"https": "443", "http": "80"}
_PORT = re.compile(r":[0-9]+$", re.ASCII)
# The name under which our own reference travels in a status callback's address, and then beside the form.
REFERENCE = "saveit_ref"
_REFERENCE = re.compile(r"[0-9a-f-]{36}", re.ASCII)
_CREATED, _OK = 201, 200
_UNAUTHORIZED, _TOO_MANY, _SERVER_ERROR = 401, 429, 500

NAMES = (
    Need(
        name="account", meaning="The Account SID of Twilio, AC…", meaning_es="El Account SID de Twilio, AC…"
    ),
    NUMBER,
)
NEEDS = (
    Need(
        name="auth_token",
        meaning="The account's primary auth token, which signs its webhooks",
        meaning_es="El Auth Token principal de la cuenta, con el que firma sus webhooks",
        secret=True,
    ),
    Need(
        name="auth_token_secondary",
        meaning="The secondary auth token, while tokens are being changed",
        meaning_es="El Auth Token secundario, mientras se cambian",
        secret=True,
        required=False,
    ),
    Need(
        name="messaging_service_sid",
        meaning="The messaging service to send from instead of the number",
        meaning_es="El servicio de mensajería desde el que enviar en lugar del número",
        required=False,
    ),
    Need(
        name="status_callback",
        meaning="Where Twilio tells what became of a message: this installation's own webhook",
        meaning_es="Dónde dice Twilio qué fue de un mensaje: el webhook de esta instalación",
        required=False,
    ),
    API_BASE,
)

FAILURES: Mapping[int, Failure] = MappingProxyType(
    {
        **{code: RetryAfter("line", str(code)) for code in (20_429, 21_611, 30_001, 63_017, 63_018)},
        **{
            code: Refused("undeliverable", str(code))
            for code in (
                21_211,
                21_408,
                21_614,
                30_003,
                30_004,
                30_005,
                30_006,
                30_007,
                63_003,
                63_013,
                63_024,
                63_032,
            )
        },
        20_003: Refused("stop_line", "20003"),
        21_610: Refused("opted_out", "21610"),
        21_617: Refused("bug", "21617"),
        63_016: Refused("window_closed", "63016"),
    }
)


class _Accepted(msgspec.Struct, frozen=True):
    sid: Loose = None
    error_code: Loose = None


class _Error(msgspec.Struct, frozen=True):
    code: Loose = None


def verify_twilio(request: Request, credentials: Credentials) -> Verdict:
    """Check `X-Twilio-Signature`: over the public address with its query, then each form name and value, sorted.

    A body that is no form is covered by its hash in the query, and by nothing when the hash is missing: an old signed address would then
    let any body in. So the hash is asked for, where Twilio's own library lets its absence pass.
    """
    shown = request.header("x-twilio-signature")
    if not shown:
        return Forged("signature_missing")
    tokens = [token for name in ("auth_token", "auth_token_secondary") if (token := credentials.value(name))]
    if not tokens:
        return Forged("secret_missing")
    covered = ""
    if request.body:
        if request.header("content-type").partition(";")[0].strip().lower() == _FORM:
            fields = form(request.body)
            if fields is None:
                return Forged("unreadable")
            covered = _concatenated(fields)
        elif not _hash_covers(request):
            return Forged("body_not_covered")
    for token in tokens:
        for url in _spellings(request.url):
            signed = hmac.new(token.encode(), (url + covered).encode("utf-8", "replace"), hashlib.sha1)
            if same(base64.b64encode(signed.digest()).decode(), shown):
                return Verified()
    return Forged("signature_wrong")


def fields_of(body: bytes) -> dict[str, str]:
    """Return a form's fields by name, clean, the first of each; Twilio repeats none that we read."""
    found: dict[str, str] = {}
    for name, value in form(body) or ():
        found.setdefault(clean(name), clean(value))
    return found


def bare(address: str) -> str:
    """Return an address without its channel: `whatsapp:+57…` and `+57…` are the same, and prefixless ones do come."""
    return address.removeprefix("whatsapp:").strip()


def with_reference(request: Request) -> bytes:
    """Return the form with our own reference beside it, which came back in the signed address of the callback."""
    reference = dict(query(request.url)).get(REFERENCE, "")
    if not _REFERENCE.fullmatch(reference):
        return request.body
    return request.body + f"&{REFERENCE}={reference}".encode()


def send_call(credentials: Credentials, fields: Mapping[str, str], *, reference: str) -> HttpCall:
    """Describe the call that creates a message. Twilio knows no idempotency key, so it must not be made twice."""
    account = credentials.line.account
    sent = dict(fields)
    if callback := credentials.value("status_callback"):
        joint = "&" if urlsplit(callback).query else "?"
        sent["StatusCallback"] = f"{callback}{joint}{REFERENCE}={reference}"
    return twilio_call(credentials, API, f"/2010-04-01/Accounts/{account}/Messages.json", fields=sent)


def twilio_call(
    credentials: Credentials, base: str, path: str, *, fields: Mapping[str, str], repeatable: bool = False
) -> HttpCall:
    """Describe a call to Twilio, with the account's own credentials."""
    return HttpCall(
        method="POST",
        url=f"{credentials.value('api_base') or base}{path}",
        headers=(
            _login(credentials),
            ("content-type", _FORM),
        ),
        body=urlencode(fields).encode(),
        # Twilio itself waits fifteen seconds for others.
        timeout_s=15.0,
        repeatable=repeatable,
    )


def twilio_get(credentials: Credentials, path: str) -> HttpCall:
    """Describe a question to Twilio, with the account's own credentials; a list of a hundred messages is below a megabyte."""
    return HttpCall(
        method="GET",
        url=f"{credentials.value('api_base') or API}{path}",
        headers=(_login(credentials),),
        timeout_s=15.0,
        repeatable=True,
    )


def twilio_file_call(url: str, credentials: Credentials) -> HttpCall | None:
    """Describe the call for a file. The account's password goes to Twilio's own host, and to no address that a message may name."""
    return file_call(
        url,
        headers=(_login(credentials),),
        own_hosts=("api.twilio.com",),
        own_base=credentials.value("api_base"),
    )


def twilio_outcome(response: Response) -> Outcome:
    """Say what became of a send. After a 5xx nobody knows: the message is looked up before it is ever sent again."""
    if response.status in {_CREATED, _OK}:
        accepted = decoded(response.body, _Accepted)
        sid = "" if accepted is None else word(accepted.sid)
        failure = None if accepted is None else twilio_failure(word(accepted.error_code))
        return failure or (Sent(sid) if sid else Unknown("no_id"))
    error = decoded(response.body, _Error)
    code = "" if error is None else word(error.code)
    failure = twilio_failure(code)
    if failure is not None:
        return failure
    if response.status == _TOO_MANY:
        return RetryAfter("line", code or str(response.status))
    if response.status == _UNAUTHORIZED:
        return Refused("stop_line", code or str(response.status))
    if response.status >= _SERVER_ERROR or response.status < _OK:
        return Unknown(code or str(response.status))
    return Refused("bug", code or str(response.status))


def twilio_failure(code: str) -> Failure | None:
    """Return what an error code means, or None where we do not know it."""
    return FAILURES.get(int(code)) if code.isdecimal() and code.isascii() else None


def _login(credentials: Credentials) -> tuple[str, str]:
    login = f"{credentials.line.account}:{credentials.value('auth_token')}".encode()
    return ("authorization", f"Basic {base64.b64encode(login).decode()}")


def _concatenated(fields: tuple[tuple[str, str], ...]) -> str:
    """Return names and values as they are signed: blank ones too, and of equal values of one name only one."""
    values: dict[str, set[str]] = {}
    for name, value in fields:
        values.setdefault(name, set()).add(value)
    return "".join(name + value for name in sorted(values) for value in sorted(values[name]))


def _hash_covers(request: Request) -> bool:
    given = dict(query(request.url)).get("bodySHA256", "")
    return same(hashlib.sha256(request.body).hexdigest(), given.lower())


def _spellings(url: str) -> Iterator[str]:
    """Yield the address as it is, without its port and with the usual one: which of them Twilio signs is inconsistent on its side."""
    yield url
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    without = _PORT.sub("", parts.netloc)
    if without != parts.netloc:
        yield _joined(parts, without)
    elif parts.scheme in _DEFAULT_PORTS:
        yield _joined(parts, f"{without}:{_DEFAULT_PORTS[parts.scheme]}")


def _joined(parts: SplitResult, netloc: str) -> str:
    return urlunsplit(parts._replace(netloc=netloc))
