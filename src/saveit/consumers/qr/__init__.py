"""Check-in passes: what a guest shows at the door, and whether the door opens.

A pass is signed with its tenant's key, so a scanner that has the key can tell a true pass from a forged one without asking anyone. Showing
it twice changes nothing; checking in with it twice is refused.
"""

from saveit.consumers.qr.image import pass_png, pass_svg
from saveit.consumers.qr.model import (
    CheckInPass,
    PassDocument,
    PassExpired,
    PassForged,
    PassHolderStatus,
    PassMalformed,
    PassOfAnotherRestaurant,
    PassRevoked,
    PassTooEarly,
    PassTooLate,
    PassUnconfirmed,
    PassUsed,
    judge_pass,
    new_pass,
    pass_document,
    pass_key,
    read_document,
    read_pass,
    sign_pass,
)

__all__ = [
    "CheckInPass",
    "PassDocument",
    "PassExpired",
    "PassForged",
    "PassHolderStatus",
    "PassMalformed",
    "PassOfAnotherRestaurant",
    "PassRevoked",
    "PassTooEarly",
    "PassTooLate",
    "PassUnconfirmed",
    "PassUsed",
    "judge_pass",
    "new_pass",
    "pass_document",
    "pass_key",
    "pass_png",
    "pass_svg",
    "read_document",
    "read_pass",
    "sign_pass",
]
