"""Envelope encryption: a master key wraps each tenant's data key, and the data key's children do the work.

A stolen database holds wrapped keys only. Replacing the master key rewraps a few dozen octets per tenant and touches no sealed text.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from saveit.kernel.crypto.errors import Unreadable
from saveit.kernel.crypto.secret_key import SecretKey, derive_key
from saveit.kernel.ids import TenantId

_ROOT_OCTETS = 32
_NONCE_OCTETS = 12
_FORMAT = b"\x01"
# Four octets of a derived digest tell master keys apart; nobody has to number them, so nobody can number them wrongly.
_NAME_OCTETS = 4
_HEADER_OCTETS = len(_FORMAT) + _NAME_OCTETS
# A sealed text names its key's version in one octet.
_VERSION_MAX = 255


class Wrapper(Protocol):
    """Whoever keeps the master key: this process, or a key service that is never asked for the key itself.

    `bound_to` must be the same at both ends. An implementation may leave the process: call it in a thread, with a limit,
    and keep the answer.
    """

    def wrap(self, data_key: bytes, bound_to: bytes) -> bytes:
        """Return `data_key` encrypted under the current master key."""
        ...

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Return the data key. Raises: Unreadable."""
        ...

    def is_stale(self, wrapped: bytes) -> bool:
        """Say whether `wrapped` hangs on a master key that is no longer the current one."""
        ...


class MasterKey:
    """The `Wrapper` that lives in this process: keys derived from the installation's secret key, retired ones to unwrap only."""

    def __init__(self, secret: SecretKey, entropy: Callable[[int], bytes] = os.urandom) -> None:
        """Derive a wrapping key from each secret."""
        names = [name[:_NAME_OCTETS] for name in secret.derive_each("saveit master key name")]
        ciphers = [AESGCM(key) for key in secret.derive_each("saveit master key")]
        self._current_header = _FORMAT + names[0]
        self._current = ciphers[0]
        self._by_header = {_FORMAT + name: cipher for name, cipher in zip(names, ciphers, strict=True)}
        self._entropy = entropy

    def wrap(self, data_key: bytes, bound_to: bytes) -> bytes:
        """Return header, nonce and ciphertext of `data_key` under the current key."""
        nonce = self._entropy(_NONCE_OCTETS)
        header = self._current_header
        return header + nonce + self._current.encrypt(nonce, data_key, header + bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Return the data key. Raises: Unreadable, also when the secret it was wrapped under is not among ours."""
        header = wrapped[:_HEADER_OCTETS]
        cipher = self._by_header.get(header)
        if cipher is None:
            raise Unreadable("the key was wrapped under a secret that this process does not have")
        start = _HEADER_OCTETS + _NONCE_OCTETS
        try:
            return cipher.decrypt(wrapped[_HEADER_OCTETS:start], wrapped[start:], header + bound_to)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("the wrapped key was altered, or is another tenant's") from error

    def is_stale(self, wrapped: bytes) -> bool:
        """Say whether `wrapped` does not hang on the current secret."""
        return wrapped[:_HEADER_OCTETS] != self._current_header


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """A tenant's data key and the keys derived from it. `version` is 1 to 255 and stands in every text sealed under it.

    A derivation takes microseconds: derive once and keep what is made from it.
    """

    tenant_id: TenantId
    version: int
    root: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what could not have been a tenant's key: a bug of the caller."""
        if not 1 <= self.version <= _VERSION_MAX or len(self.root) != _ROOT_OCTETS:
            raise ValueError(
                f"a tenant's key has {_ROOT_OCTETS} octets and a version from 1 to {_VERSION_MAX}"
            )

    @property
    def data_key(self) -> bytes:
        """The key that seals."""
        return self.derive("saveit tenant data")

    @property
    def index_key(self) -> bytes:
        """The key of the blind indexes."""
        return self.derive("saveit tenant index")

    def derive(self, purpose: str) -> bytes:
        """Return the tenant's 32-octet key for one more purpose, for instance signing passes."""
        return derive_key(self.root, purpose=purpose, salt=self.tenant_id.bytes)


def new_wrapped_key(
    wrapper: Wrapper,
    tenant_id: TenantId,
    *,
    version: int = 1,
    entropy: Callable[[int], bytes] = os.urandom,
) -> bytes:
    """Make a tenant's data key and return it wrapped, which is the only form in which it is ever stored."""
    return wrapper.wrap(entropy(_ROOT_OCTETS), _owner(tenant_id, version))


def unwrap_key(wrapper: Wrapper, tenant_id: TenantId, wrapped: bytes, *, version: int = 1) -> TenantKeys:
    """Return the tenant's keys. Raises: Unreadable when the wrapped key is altered, another tenant's, or of another version."""
    return TenantKeys(tenant_id, version, wrapper.unwrap(wrapped, _owner(tenant_id, version)))


def rewrap_key(wrapper: Wrapper, tenant_id: TenantId, wrapped: bytes, *, version: int = 1) -> bytes:
    """Return the same data key under the current master key; what was sealed with it stays readable. Raises: Unreadable."""
    owner = _owner(tenant_id, version)
    return wrapper.wrap(wrapper.unwrap(wrapped, owner), owner)


def _owner(tenant_id: TenantId, version: int) -> bytes:
    return tenant_id.bytes + bytes([version])
