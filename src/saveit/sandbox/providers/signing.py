"""Amazon's signature of a call, checked as Amazon does: by working it out anew."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from saveit.messages import HttpCall
from saveit.sandbox.providers.base import header

_GRANT: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<scope>[^,]+), *SignedHeaders=(?P<names>[^,]+), *Signature=(?P<signature>[0-9a-f]{64})"
)
# Amazon takes a signature for five minutes.
_SKEW: Final = timedelta(minutes=5)


class NotSigned(Exception):
    """Amazon would refuse the call, under this name."""


def signer_of(call: HttpCall, secrets: Mapping[str, str], now: datetime) -> str:
    """Return the id of the key that signed the call, one of `secrets`. Raises: NotSigned."""
    grant = _GRANT.fullmatch(header(call, "authorization"))
    if grant is None:
        raise NotSigned("MissingAuthenticationTokenException")
    if grant["key"] not in secrets:
        raise NotSigned("UnrecognizedClientException")
    parts = urlsplit(call.url)
    stamp = header(call, "x-amz-date")
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise NotSigned("IncompleteSignatureException") from None
    if abs(at - now) > _SKEW:
        raise NotSigned("RequestExpired")
    names = grant["names"].split(";")
    values = {name: parts.netloc if name == "host" else header(call, name) for name in names}
    canonical = "\n".join(
        (
            call.method,
            parts.path or "/",
            parts.query,
            *(f"{name}:{values[name].strip()}" for name in names),
            "",
            grant["names"],
            hashlib.sha256(call.body).hexdigest(),
        )
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{grant['scope']}\n{hashed}"
    key = f"AWS4{secrets[grant['key']]}".encode()
    for step in grant["scope"].split("/"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, grant["signature"]):
        raise NotSigned("InvalidSignatureException")
    return grant["key"]
