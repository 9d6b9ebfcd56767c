"""`saveit doctor`: what is well, what is not, and what mends it. Changes nothing."""

import argparse
import asyncio
from collections.abc import Mapping

from saveit.commands.installation import Subcommands, add_data_dir, settings_of, show_json
from saveit.kernel.db import applied_migrations, migrations
from saveit.kernel.postgres import Finding, MigrationLevel, diagnose

_SIGNS = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("doctor", help="say what is wrong and how to mend it")
    add_data_dir(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(command=_doctor)


def _doctor(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings = settings_of(options, environment)
    findings = asyncio.run(diagnose(settings, migrations=_level))
    if options.json:
        show_json(findings)
    else:
        for finding in findings:
            _print(finding)
    return 1 if any(finding.state == "bad" for finding in findings) else 0


async def _level(dsn: str) -> MigrationLevel:
    applied = await applied_migrations(dsn)
    return MigrationLevel(applied=max(applied, default=0), known=max(each.number for each in migrations()))


def _print(finding: Finding) -> None:
    print(f"{_SIGNS[finding.state]}  {finding.name:<18} {finding.says}")
    if finding.mend:
        print(f"{'':24}→ {finding.mend}")
