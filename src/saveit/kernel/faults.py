"""Named places where the product can be made to fail, so that tests prove what a crash at exactly that place leaves behind.

A room says `await faults.reach("reservations.book.before_commit")`. Nothing happens there unless the point is armed: from outside by
SAVEIT_FAULTS (only in a sandbox), or by a test in the same process.

This module keeps state, which no other may: a fault point that had to be handed down through every call would change the code it is to
test. The state is the armed points of this process and is empty in production.
"""

import os
import signal
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Literal, TypeAlias

from saveit.kernel.errors import Fault

FaultAction: TypeAlias = Literal["kill", "raise"]
Reaction: TypeAlias = Callable[[], Awaitable[None]]

_armed: dict[str, FaultAction | Reaction] = {}


class FaultPointReached(Fault):
    """An armed fault point was reached; what it stands for is any failure of the world at that place."""


class WrongFaultPoints(ValueError):
    """A text that should list fault points does not."""


def parse_fault_points(text: str) -> tuple[tuple[str, FaultAction], ...]:
    """Read `name=kill;name2=raise`.

    Raises: WrongFaultPoints naming the first piece that is not of this form.
    """
    points: list[tuple[str, FaultAction]] = []
    for piece in filter(None, (piece.strip() for piece in text.split(";"))):
        name, _, action = piece.partition("=")
        match action.strip():
            case "kill":
                points.append((name.strip(), "kill"))
            case "raise":
                points.append((name.strip(), "raise"))
            case _:
                message = f"{piece!r} is not of the form point=kill or point=raise"
                raise WrongFaultPoints(message)
    return tuple(points)


def arm(name: str, action: FaultAction | Reaction) -> None:
    """Let `name` fail from now on: `kill` ends the process as a power cut would, `raise` raises FaultPointReached.

    A reaction is awaited at the point instead, so that a test can hold an act there while another overtakes it.
    """
    _armed[name] = action


def disarm(name: str) -> None:
    """Let `name` pass again."""
    _armed.pop(name, None)


@contextmanager
def armed(name: str, action: FaultAction | Reaction) -> Generator[None]:
    """Arm `name` for the length of a block."""
    arm(name, action)
    try:
        yield
    finally:
        disarm(name)


async def reach(name: str) -> None:
    """Pass the point `name`, or fail there if it is armed."""
    if not _armed:
        return
    match _armed.get(name):
        case None:
            return
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise":
            raise FaultPointReached(name)
        case reaction:
            await reaction()
