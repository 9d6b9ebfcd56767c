"""The addresses that a guest is given with a reservation: the pass's picture and the calendar entry.

Each carries a pass, signed by the customer's key, instead of a login: whoever was given the link is the guest. It is worked out from the
reservation alone, the same each time, so that nothing is written when a reservation is merely shown. It opens these links and no door: the
door wants a pass that was issued.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from saveit.consumers.qr import PassExpired, new_pass, pass_key, sign_pass
from saveit.kernel.crypto import TenantKeys
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.reservations import Desk, Reservation
from saveit.waitlist import Entry, EntryId

# Receipts are asked for, and calendars read, for some days after the meal.
_LASTS_AFTER_LEAVING = timedelta(days=7)
_KEYS_KEPT = 1_000
# 120 bits: no guess ever hits, and base64 needs no filling.
_SEAL_OCTETS = 15
# Seconds since 1970, for the next eight thousand years.
_SECONDS_DIGITS_MAX = 11
# Two ids; base64 of them needs one sign of filling, which the link leaves out.
_PLACE_OCTETS = 32


class Links:
    """Makes and opens links. Keeps the customers' pass keys, which take longer to derive than a pass to sign."""

    def __init__(self, desk: Desk, public_url: str) -> None:
        self._desk = desk
        self._url = f"{public_url}/api/v1"
        self._keys: OrderedDict[TenantId, tuple[TenantKeys, bytes]] = OrderedDict()

    async def of(self, reservation: Reservation) -> tuple[str, str]:
        """Return where the pass's picture and the calendar entry of a reservation are."""
        token = guest_token(reservation, await self.key(reservation.tenant_id))
        return self.picture(token), f"{self._url}/calendar/{reservation.id}?pass={token}"

    def picture(self, token: str, kind: str = "png") -> str:
        """Return where a pass's picture is."""
        return f"{self._url}/qr/{token}.{kind}"

    async def manage(self, reservation: Reservation, slug: str) -> str:
        """Return where a guest changes or cancels a reservation. What opens it stands behind a # that browsers send to nobody."""
        token = guest_token(reservation, await self.key(reservation.tenant_id))
        seal = await self.seal(reservation.tenant_id, token)
        return f"{self._url.removesuffix('/api/v1')}/r/{slug}#{token}.{seal}"

    async def seal(self, tenant_id: TenantId, token: str) -> str:
        """Return what proves that a guest may change what `token` shows: a picture that is passed on lets friends in, and no more."""
        made = hmac.digest(await self.key(tenant_id), b"manage " + token.encode(), "sha256")
        return urlsafe_b64encode(made[:_SEAL_OCTETS]).decode()

    async def phone_proof(self, tenant_id: TenantId, phone: str, until: datetime) -> str:
        """Return what proves, until then, that whoever shows it holds a phone (E.164)."""
        over_at = int(until.timestamp())
        made = hmac.digest(await self.key(tenant_id), f"phone {over_at} {phone}".encode(), "sha256")
        return f"{over_at}.{urlsafe_b64encode(made[:_SEAL_OCTETS]).decode()}"

    async def proves_phone(self, tenant_id: TenantId, phone: str, proof: str, now: datetime) -> bool:
        """Say whether a proof is of this phone, and still good."""
        over_at, _, _ = proof.partition(".")
        if not (over_at.isascii() and over_at.isdigit() and len(over_at) <= _SECONDS_DIGITS_MAX):
            return False
        until = datetime.fromtimestamp(int(over_at), UTC)
        made = await self.phone_proof(tenant_id, phone, until)
        return now < until and hmac.compare_digest(made.encode(), proof.encode())

    async def caller(self, tenant_id: TenantId, address: str) -> str:
        """Return a name for whoever calls from an address, which says nothing of it without the customer's key."""
        return hmac.digest(await self.key(tenant_id), b"caller " + address.encode(), "sha256").hex()[:24]

    async def waiting(self, entry: Entry, slug: str) -> str:
        """Return where a guest who waits sees their place, takes the table that is kept, or leaves."""
        place = urlsafe_b64encode(entry.restaurant_id.bytes + entry.id.bytes).decode().rstrip("=")
        seal = await self.waiting_seal(entry.tenant_id, place)
        return f"{self._url.removesuffix('/api/v1')}/w/{slug}#{place}.{seal}"

    async def waiting_seal(self, tenant_id: TenantId, place: str) -> str:
        """Return what proves that a guest was given the link of a place in the queue."""
        made = hmac.digest(await self.key(tenant_id), b"wait " + place.encode(), "sha256")
        return urlsafe_b64encode(made[:_SEAL_OCTETS]).decode()

    async def key(self, tenant_id: TenantId) -> bytes:
        """Return the key that signs a customer's passes."""
        keys = await self._desk.keys.keys(self._desk.database, tenant_id)
        known = self._keys.get(tenant_id)
        if known is not None and known[0] is keys:
            return known[1]
        key = pass_key(keys)
        self._keys[tenant_id] = (keys, key)
        if len(self._keys) > _KEYS_KEPT:
            self._keys.popitem(last=False)
        return key


def claimed_place(place: str) -> tuple[RestaurantId, EntryId] | None:
    """Return what the link of a place in the queue says that it is of, before anything is proved; None when it says nothing."""
    try:
        octets = urlsafe_b64decode(f"{place}=")
    except ValueError:
        return None
    if len(octets) != _PLACE_OCTETS:
        return None
    return RestaurantId(UUID(bytes=octets[:16])), EntryId(UUID(bytes=octets[16:]))


def require_open(reservation: Reservation, now: datetime) -> None:
    """Return if a guest's link still opens: until a week after the stay's present end, whatever end stood in the link when it was made.

    Refuses: PassExpired.
    """
    closed_at = reservation.leaves_at + _LASTS_AFTER_LEAVING
    if now >= closed_at:
        raise PassExpired(expired_at=closed_at.isoformat())


def guest_token(reservation: Reservation, key: bytes) -> str:
    """Return the pass that stands in a guest's links."""
    nonce = hashlib.sha256(reservation.id.bytes).digest()
    link = new_pass(
        reservation.id,
        reservation.restaurant_id,
        now=reservation.created_at,
        expires_at=reservation.leaves_at + _LASTS_AFTER_LEAVING,
        entropy=lambda octets: nonce[:octets],
    )
    return sign_pass(link, key)
