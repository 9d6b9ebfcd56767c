"""An email as staff sign in with it: one spelling, found by an index that is the platform's, because no tenant is known yet."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from saveit.kernel.crypto import BlindIndex, SecretKey

_PURPOSE = "saveit staff email index"
_KIND = "staff_email"
_ADDRESS_KIND = "staff_address"
# RFC 5321: what fits between the brackets of a mail command.
_LENGTH_MAX = 254


class EmailIndex:
    """Finds staff by email under the platform's key. While a secret is being replaced, under the retired ones too."""

    def __init__(self, secret: SecretKey) -> None:
        self._indexes = [BlindIndex(key) for key in secret.derive_each(_PURPOSE)]

    def current(self, email: str) -> bytes:
        """Return the index under which a user is stored; `email` in any spelling."""
        return self._indexes[0].of(_KIND, _key(email))

    def each(self, email: str) -> list[bytes]:
        """Return every index under which the user may stand, the current one first."""
        key = _key(email)
        return [index.of(_KIND, key) for index in self._indexes]

    def each_from(self, email: str, address: str) -> list[bytes]:
        """Return every index of an address as one that this email signs in from, the current one first; none for no address."""
        key = f"{_key(email)}\n{address}"
        return [index.of(_ADDRESS_KIND, key) for index in self._indexes] if address else []


def normal_email(text: str) -> str | None:
    """Return the address as it is written to, or None if mail cannot be addressed so. Nothing is asked of the network."""
    trimmed = text.strip()
    if len(trimmed) > _LENGTH_MAX:
        return None
    try:
        # .test is let through for demonstrations: RFC 6761 promises that it reaches nobody.
        return validate_email(trimmed, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


def _key(email: str) -> str:
    """Return what all spellings of one mailbox share: hardly any server tells capitals apart, and nobody who signs in does."""
    return unicodedata.normalize("NFC", email.strip().casefold())
