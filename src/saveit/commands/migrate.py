"""`saveit migrate`: bring the database up to date, before new processes are started."""

import argparse
import asyncio
from collections.abc import Mapping

from saveit.app import set_up_process
from saveit.commands.installation import Subcommands, add_data_dir, database_of, quiet, settings_of
from saveit.kernel.db import migrate


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "migrate", help="bring the database up to date; `saveit up` does it by itself"
    )
    add_data_dir(parser)
    parser.set_defaults(command=_migrate)


def _migrate(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings = settings_of(options, quiet(environment))
    set_up_process(settings)
    with database_of(settings) as logins:
        ran = asyncio.run(migrate(logins.owner))
    print(
        "The database was up to date." if ran == 0 else f"The database is up to date: {ran} migrations ran."
    )
    return 0
