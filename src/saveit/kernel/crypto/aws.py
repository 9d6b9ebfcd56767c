"""Calls to Amazon, signed: Signature Version 4."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit

from msgspec import Struct

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


class AwsKey(Struct, frozen=True):
    """A key with which calls are signed; `session_token` belongs to a temporary one."""

    id: str
    secret: str
    session_token: str = ""

    def __repr__(self) -> str:
        """Say nothing."""
        return "AwsKey(***)"


def signature_v4(
    key: AwsKey,
    *,
    service: str,
    region: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    method: str = "POST",
) -> tuple[tuple[str, str], ...]:
    """Return the headers that go with a call to one of Amazon's services: `headers` and those that sign them for this moment.

    They are good for five minutes. The host is signed and not among them: any client names the one that it calls. An object's
    path in S3 is signed as it is called; elsewhere it is quoted once more, as Amazon does.
    """
    at = now.astimezone(UTC)
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    parts = urlsplit(url)
    signed = {name.lower(): value for name, value in headers.items()}
    signed |= {"host": parts.netloc, "x-amz-date": stamp}
    if key.session_token:
        signed["x-amz-security-token"] = key.session_token
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        (
            method,
            parts.path or "/" if service == "s3" else quote(parts.path or "/", safe="/-_.~"),
            parts.query,
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join((_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    step = f"AWS4{key.secret}".encode()
    for each in (day, region, service, "aws4_request"):
        step = hmac.new(step, each.encode(), hashlib.sha256).digest()
    signature = hmac.new(step, text.encode(), hashlib.sha256).hexdigest()
    grant = f"{_ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    sent = [(name, value) for name, value in signed.items() if name != "host"]
    return (*sent, ("authorization", grant))
