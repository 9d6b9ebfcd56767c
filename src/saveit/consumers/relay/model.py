"""The words of outgoing webhooks, and their signature (Standard Webhooks 1.0). Pure."""

import base64
import hmac
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from saveit.kernel.errors import Refusal
from saveit.kernel.ids import RestaurantId

# The standard's own schedule: at once, then after so many seconds, the last about three days later.
RETRIES_S: tuple[int, ...] = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
SECRET_PREFIX = "whsec_"  # noqa: S105 - the mark of a secret, none itself.
_SECRET_OCTETS = 24
_URL_LENGTH_MAX = 2000


class EndpointInvalid(Refusal):
    """This cannot be called: not https, or not an address at all."""

    code: ClassVar[str] = "endpoint_invalid"


class EndpointUnknown(Refusal):
    """There is no such endpoint."""

    code: ClassVar[str] = "endpoint_unknown"


class DeliveryUnknown(Refusal):
    """There is no such delivery, or it is still under way."""

    code: ClassVar[str] = "delivery_unknown"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A system that wants to hear; `kinds` are facts' kinds, none for all."""

    id: UUID
    restaurant_id: RestaurantId | None
    url: str
    kinds: tuple[str, ...]
    active: bool
    stopped_why: str
    created_at: datetime


def new_secret(entropy: Callable[[int], bytes] = os.urandom) -> str:
    """Return a secret as the standard writes it."""
    return SECRET_PREFIX + base64.b64encode(entropy(_SECRET_OCTETS)).decode()


def signed_headers(
    message_id: str, body: bytes, secrets: Sequence[str], now: datetime
) -> tuple[tuple[str, str], ...]:
    """Return the headers that prove a body is ours, with one signature for each secret in use."""
    stamp = str(int(now.timestamp()))
    content = f"{message_id}.{stamp}.".encode() + body
    signatures = [
        base64.b64encode(
            hmac.digest(base64.b64decode(secret.removeprefix(SECRET_PREFIX)), content, "sha256")
        ).decode()
        for secret in secrets
    ]
    return (
        ("content-type", "application/json"),
        ("user-agent", "SaveIt-Webhooks/1.0"),
        ("webhook-id", message_id),
        ("webhook-timestamp", stamp),
        ("webhook-signature", " ".join(f"v1,{signature}" for signature in signatures)),
    )


def check_url(url: str, *, plain_allowed: bool) -> str:
    """Return an address that may be called. Where it leads is looked at again at each call. Refuses: EndpointInvalid."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EndpointInvalid(url=url[:200]) from error
    schemes = {"https", "http"} if plain_allowed else {"https"}
    if parts.scheme not in schemes or not parts.hostname or parts.username is not None or port == 0:
        raise EndpointInvalid(url=url[:200])
    if len(url) > _URL_LENGTH_MAX or not url.isascii() or any(letter <= " " for letter in url):
        raise EndpointInvalid(url=url[:200])
    return url
