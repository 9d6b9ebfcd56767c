"""Calls to Amazon, signed: Signature Version 4."""

import hashlib
import hmac
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
    key: AwsKey, *, service: str, region: str, url: str, body: bytes, now: datetime, method: str = "POST"
) -> tuple[tuple[str, str], ...]:
    """Return the headers that sign a call of JSON to one of Amazon's services for this moment; they are good for five minutes."""
    at = now.astimezone(UTC)
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    parts = urlsplit(url)
    signed = {"content-type": "application/json", "host": parts.netloc, "x-amz-date": stamp}
    if key.session_token:
        signed["x-amz-security-token"] = key.session_token
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        (
            method,
            quote(parts.path or "/", safe="/-_.~"),
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
    sent = [(name, value) for name, value in signed.items() if name not in {"host", "content-type"}]
    return (*sent, ("authorization", grant))
