"""Waiting for something that another process does, and saying what it was when it does not come."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

_LOOK_EVERY_S = 0.02


def wait_until(condition: Callable[[], bool], what: str, *, within_s: float = 30.0) -> None:
    """Look again and again until `condition` holds.

    Raises: AssertionError naming `what` was waited for.
    """
    nobody = threading.Event()
    for _ in range(int(within_s / _LOOK_EVERY_S)):
        if condition():
            return
        nobody.wait(_LOOK_EVERY_S)
    raise AssertionError(f"within {within_s} s there was no sign of: {what}")


async def until(condition: Callable[[], Awaitable[bool]], what: str, *, within_s: float = 30.0) -> None:
    """Look again and again, letting everything else of this process go on, until `condition` holds.

    Raises: AssertionError naming `what` was waited for.
    """
    nobody = asyncio.Event()
    for _ in range(int(within_s / _LOOK_EVERY_S)):
        if await condition():
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(nobody.wait(), _LOOK_EVERY_S)
    raise AssertionError(f"within {within_s} s there was no sign of: {what}")
