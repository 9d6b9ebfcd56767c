"""`saveit worker`: consumers and timers without the web, beside web processes that are busy enough."""

import argparse
from collections.abc import Mapping

from saveit.app import run, set_up_process, tear_down_process, work
from saveit.commands.installation import Subcommands, add_data_dir, database_of, settings_of


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("worker", help="run consumers and timers, and serve nobody")
    add_data_dir(parser)
    parser.set_defaults(command=_worker)


def _worker(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings = settings_of(options, environment)
    set_up_process(settings)
    with database_of(settings) as logins:
        run(work(settings, logins.application))
    tear_down_process()
    return 0
