"""Reads the command line, runs one command, and turns what it refuses into words and an exit code."""

import argparse
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from types import FrameType
from typing import TypeAlias

from saveit.commands import (
    api_key,
    backup,
    doctor,
    facts,
    lines,
    migrate,
    new_channel,
    nlu,
    restaurant,
    up,
    user,
    worker,
)
from saveit.commands.installation import CannotBeDone
from saveit.kernel.crypto import SecretKeyRefused, Unreadable
from saveit.kernel.db import DatabaseUnreachable, DatabaseUnusable, MigrationRefused
from saveit.kernel.errors import Fault, Refusal
from saveit.kernel.settings import SettingsRefusedError

_Command: TypeAlias = Callable[[argparse.Namespace, Mapping[str, str]], int]

_REFUSED = 1


class Stopped(KeyboardInterrupt):
    """The process was told to stop, by Ctrl-C or by whoever runs it."""


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command and return the exit code: 0 done, 1 refused or failed, 2 not understood."""
    options = _parser().parse_args(arguments)
    command: _Command = options.command
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        return command(options, environment)
    except Stopped:
        return 0
    except DatabaseUnreachable as fault:
        return _refuse(f"The database cannot be reached ({fault}). `saveit doctor` says more.")
    except (
        Refusal,
        Fault,
        # A file that is not there, or a directory that may not be written to: the system's own words say which.
        OSError,
        CannotBeDone,
        SettingsRefusedError,
        SecretKeyRefused,
        MigrationRefused,
        DatabaseUnusable,
        Unreadable,
    ) as refused:
        return _refuse(str(refused) or type(refused).__doc__ or type(refused).__name__)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="saveit",
        description="Restaurant reservations from every channel into one source of truth; a table is never booked twice.",
    )
    parser.add_argument("--version", action="version", version=f"saveit {version('saveit')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for each in (
        up,
        migrate,
        worker,
        doctor,
        backup,
        facts,
        restaurant,
        user,
        api_key,
        lines,
        nlu,
        new_channel,
    ):
        each.add_to(commands)
    return parser


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _refuse(why: str) -> int:
    print(f"saveit: {why}", file=sys.stderr)
    return _REFUSED
