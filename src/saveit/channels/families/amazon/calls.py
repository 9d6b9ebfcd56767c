"""Calls to Amazon, signed (Signature Version 4), and what its errors mean."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import msgspec

from saveit.channels.families.reading import API_BASE, Loose, decoded, word
from saveit.kernel.crypto import AwsKey, signature_v4
from saveit.messages import (
    Credentials,
    HttpCall,
    Need,
    Outcome,
    RefusalKind,
    Refused,
    Response,
    RetryAfter,
    Unknown,
)

ACCOUNT = Need(
    name="account",
    meaning="The number of the Amazon account, twelve digits",
    meaning_es="El número de la cuenta de Amazon, doce cifras",
)
NEEDS = (
    Need(
        name="region",
        meaning="The Amazon region, such as us-east-1",
        meaning_es="La región de Amazon, como us-east-1",
    ),
    Need(
        name="access_key_id",
        meaning="The key with which calls are signed",
        meaning_es="La clave con la que se firman las llamadas",
    ),
    Need(name="secret_access_key", meaning="Its secret", meaning_es="Su secreto", secret=True),
    Need(
        name="session_token",
        meaning="The token of a temporary key",
        meaning_es="El token de una clave temporal",
        secret=True,
        required=False,
    ),
    Need(
        name="configuration_set",
        meaning="The configuration set that reports what became of messages",
        meaning_es="El conjunto de configuración que dice qué fue de los mensajes",
        required=False,
    ),
    API_BASE,
)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
# SES takes mails of up to 40 MB; one with a few photos is within this, and each is held in memory once.
_STORED_OCTETS_MAX = 26_214_400
_STORED_TIMEOUT_S = 30.0
_TOO_MANY, _SERVER_ERROR, _FORBIDDEN = 429, 500, 403
_THROTTLING = frozenset(
    {
        "LimitExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
# The clock of whoever called was wrong, or the call was late: nothing was sent, and a new signature will do.
_STALE = frozenset({"RequestExpired", "ExpiredTokenException", "RequestTimeTooSkewed"})


class _Error(msgspec.Struct, frozen=True, rename={"type_": "__type", "reason": "Reason"}):
    type_: Loose = None
    code: Loose = None
    reason: Loose = None


def signed_call(
    credentials: Credentials,
    *,
    service: str,
    host: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    method: str = "POST",
) -> HttpCall:
    """Describe a call to one of Amazon's services, signed for this moment; Amazon takes it for five minutes."""
    url = f"{credentials.value('api_base') or f'https://{host}'}{path}"
    sent = signature_v4(
        AwsKey(
            credentials.value("access_key_id"),
            credentials.value("secret_access_key"),
            credentials.value("session_token"),
        ),
        service=service,
        region=credentials.value("region"),
        url=url,
        headers=headers,
        body=body,
        now=now,
        method=method,
    )
    return HttpCall(method=method, url=url, headers=sent, body=body)


def stored_call(reference: str, credentials: Credentials, now: datetime) -> HttpCall | None:
    """Describe the call for what lies in a bucket, at `s3://BUCKET/NAME`; None where that is no bucket."""
    bucket, _, name = reference.removeprefix("s3://").partition("/")
    if not reference.startswith("s3://") or not _BUCKET.fullmatch(bucket) or not name:
        return None
    call = signed_call(
        credentials,
        service="s3",
        host=f"s3.{credentials.value('region')}.amazonaws.com",
        path=f"/{bucket}/{quote(name, safe='/-_.~')}",
        headers={"x-amz-content-sha256": hashlib.sha256(b"").hexdigest()},
        body=b"",
        now=now,
        method="GET",
    )
    return msgspec.structs.replace(
        call, timeout_s=_STORED_TIMEOUT_S, answer_octets_max=_STORED_OCTETS_MAX, repeatable=True
    )


def aws_failure(response: Response, known: Mapping[str, RefusalKind]) -> Outcome:
    """Return what an error of Amazon's means: by its reason or its name, of which the header may hold both name and address."""
    error = decoded(response.body, _Error) or _Error()
    told = response.headers.get("x-amzn-errortype", "") or word(error.type_) or word(error.code)
    name = told.partition(":")[0].rpartition("#")[2]
    reason = word(error.reason)
    code = "/".join(filter(None, (name, reason))) or str(response.status)
    if name in _THROTTLING or response.status == _TOO_MANY:
        return RetryAfter("line", code)
    if name in _STALE:
        return RetryAfter("call", code)
    kind = known.get(reason) or known.get(name)
    if kind is not None:
        return Refused(kind, code)
    if response.status >= _SERVER_ERROR or response.status < 400:  # noqa: PLR2004 - below 400 it is no error.
        return Unknown(code)
    return Refused("stop_line" if response.status == _FORBIDDEN else "bug", code)
