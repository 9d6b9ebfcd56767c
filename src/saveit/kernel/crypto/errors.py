"""What cryptography can fail at: a text that does not open, and a secret key that nobody should start with."""

from saveit.kernel.errors import Fault


class Unreadable(Fault):
    """Something encrypted or hashed cannot be read: it was altered, belongs to someone else, or its key is not here.

    Which of the three is not said, because the cipher does not know either.
    """


class SecretKeyRefused(Fault):
    """The installation's secret key is missing, too weak or open to others; the message says how to mend it."""
