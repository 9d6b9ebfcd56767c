"""Sealing: a text that only its tenant's key opens, and only in the place it was sealed for.

A sealed text is: format (1 octet), version of the tenant's key (1), nonce (12), ciphertext, tag (16).
"""

import os
from collections.abc import Callable, Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from saveit.kernel.crypto.errors import Unreadable
from saveit.kernel.crypto.indexes import BlindIndex
from saveit.kernel.crypto.keys import TenantKeys
from saveit.kernel.ids import TenantId

_FORMAT = 1
_HEADER_OCTETS = 2
_NONCE_OCTETS = 12
_BODY_AT = _HEADER_OCTETS + _NONCE_OCTETS
# A guest's details and wishes fill a few hundred octets; what is larger is a bug, or does not belong in a row.
_PLAINTEXT_OCTETS_MAX = 65_536


class Sealer:
    """Seals and opens a tenant's personal data by AES-256-GCM, and indexes it. Make one per tenant and keep it; threads may share it.

    Nonces are drawn from the system each time. A pool of them would save half a microsecond, but a forked process would draw the same ones
    again, and with this cipher two texts under one nonce give both away. Random nonces of 96 bits are safe for 2³² texts under one key
    (NIST SP 800-38D); a tenant that comes near gets a key of the next version.
    """

    def __init__(
        self,
        keys: TenantKeys,
        *,
        retired: Iterable[TenantKeys] = (),
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """Seal and index under `keys`; open also what an older version of the tenant's key has sealed.

        The index is of the newest key alone: whoever gives a tenant a new key writes its indexes anew.
        """
        self.tenant_id: TenantId = keys.tenant_id
        self._entropy = entropy
        self._ciphers: dict[bytes, tuple[AESGCM, bytes]] = {}
        for each in (*retired, keys):
            if each.tenant_id != keys.tenant_id:
                raise ValueError("a sealer holds the keys of one tenant")
            header = bytes((_FORMAT, each.version))
            # The header is authenticated too. All parts before `bound_to` have a fixed length, so no two owners read alike.
            self._ciphers[header] = (AESGCM(each.data_key), header + each.tenant_id.bytes)
        self._header = bytes((_FORMAT, keys.version))
        self._cipher, self._context = self._ciphers[self._header]
        self._index = BlindIndex(keys.index_key)

    def seal(self, plaintext: bytes, bound_to: bytes) -> bytes:
        """Return `plaintext` sealed for its tenant and for `bound_to`, for instance the id of the row that will hold it."""
        if len(plaintext) > _PLAINTEXT_OCTETS_MAX:
            raise ValueError(
                f"at most {_PLAINTEXT_OCTETS_MAX} octets are sealed at once, not {len(plaintext)}"
            )
        nonce = self._entropy(_NONCE_OCTETS)
        return self._header + nonce + self._cipher.encrypt(nonce, plaintext, self._context + bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Return what was sealed. Raises: Unreadable, when one bit, the tenant or the owner is another."""
        found = self._ciphers.get(sealed[:_HEADER_OCTETS])
        if found is None:
            raise Unreadable("sealed under a key that this sealer does not have")
        cipher, context = found
        try:
            return cipher.decrypt(sealed[_HEADER_OCTETS:_BODY_AT], sealed[_BODY_AT:], context + bound_to)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("the sealed text was altered, or is not this owner's") from error

    def blind_index(self, kind: str, value: str) -> bytes:
        """Return the 16 octets under which `value` is found within this tenant; `value` comes in its one written form."""
        return self._index.of(kind, value)
