"""Check-in passes: what a guest shows at the door, and whether the door opens.

A pass is signed with its tenant's key, so a scanner that has the key can tell a true pass from a forged one without asking anyone. Showing
it twice changes nothing; checking in with it twice is refused. A reservation has one pass that counts while it stands, another one once it
is moved to another time, and none when it is cancelled or missed. The reservation itself has the last word at the door.

It owns `check_in_passes`. It will never seat a party but through `saveit.reservations`.
"""

from saveit.consumers.qr.actions import (
    DayPass,
    IssuedPass,
    check_in,
    day_passes,
    forget_old_passes,
    generate,
    validate,
)
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
    claimed_restaurant,
    judge_pass,
    new_pass,
    pass_document,
    pass_key,
    read_document,
    read_pass,
    sign_pass,
)
from saveit.consumers.qr.reader import pass_consumer

__all__ = [
    "CheckInPass",
    "DayPass",
    "IssuedPass",
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
    "check_in",
    "claimed_restaurant",
    "day_passes",
    "forget_old_passes",
    "generate",
    "judge_pass",
    "new_pass",
    "pass_consumer",
    "pass_document",
    "pass_key",
    "pass_png",
    "pass_svg",
    "read_document",
    "read_pass",
    "sign_pass",
    "validate",
]
