"""The code that a guest is told, and says at the door or on the phone: six signs, none of which is taken for another."""

from typing import Final

CODE_OCTETS: Final = 6
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def code_of(octets: bytes) -> str:
    """Return the code of so many random octets: five bits of each are used."""
    return "".join(_LETTERS[octet & 31] for octet in octets)
