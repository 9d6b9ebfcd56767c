"""Standard Webhooks 1.0, by which our own programs elsewhere (a Lambda beside Amazon Connect) sign what they hand in."""

import base64
import binascii
import hashlib
import hmac

from saveit.channels.families.reading import same
from saveit.messages import Credentials, Forged, Need, Request, Verdict, Verified

_PREFIX = "whsec_"
_VERSION = "v1,"
# The standard's own tolerance: a request that was overheard is worth nothing after it.
_TOLERANCE_S = 300

NEEDS = (
    Need(
        name="webhook_secret",
        meaning="The key agreed with whoever hands requests in, `whsec_` and base64",
        meaning_es="La clave acordada con quien entrega las llamadas, `whsec_` y base64",
        secret=True,
    ),
    Need(
        name="webhook_secret_previous",
        meaning="The key before the last change, while both are in use",
        meaning_es="La clave anterior, mientras se usen las dos",
        secret=True,
        required=False,
    ),
)


def verify_standard(request: Request, credentials: Credentials) -> Verdict:
    """Check that one of the signatures shown is made with one of our keys, and not long ago."""
    message_id, stamp = request.header("webhook-id"), request.header("webhook-timestamp")
    shown = request.header("webhook-signature")
    if not (message_id and stamp and shown):
        return Forged("signature_missing")
    names = ("webhook_secret", "webhook_secret_previous")
    keys = [key for name in names if (key := _key(credentials.value(name)))]
    if not keys:
        return Forged("secret_missing")
    if not (stamp.isdecimal() and stamp.isascii()) or len(stamp) > 12:  # noqa: PLR2004 - seconds until the year 33658.
        return Forged("signature_malformed")
    if abs(request.received_at.timestamp() - int(stamp)) > _TOLERANCE_S:
        return Forged("too_old")
    signed = f"{message_id}.{stamp}.".encode("utf-8", "replace") + request.body
    given = [part.removeprefix(_VERSION) for part in shown.split() if part.startswith(_VERSION)]
    for key in keys:
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if any(same(expected, signature) for signature in given):
            return Verified()
    return Forged("signature_wrong")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (ValueError, binascii.Error):
        return b""
