"""The shape of a job."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec

Run: TypeAlias = Callable[[], Awaitable[int]]
"""Does what is due, at most one batch of it, and returns how many acts it did."""


class Job(msgspec.Struct, frozen=True):
    """Something to be done over and over. `cron` has five fields, or six, the last for seconds; in UTC."""

    name: str
    cron: str
    run: Run
