"""`saveit doctor`: what is well, what is not, and what mends it. Changes nothing."""

import argparse
import asyncio
from collections.abc import Mapping

from saveit.app import open_core
from saveit.commands.installation import Subcommands, add_data_dir, secret_file, settings_of, show_json
from saveit.kernel.crypto import SecretKeyRefused
from saveit.kernel.db import applied_migrations, migrations
from saveit.kernel.postgres import Finding, MigrationLevel, diagnose
from saveit.kernel.settings import Settings

_SIGNS = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("doctor", help="say what is wrong and how to mend it")
    add_data_dir(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(command=_doctor)


def _doctor(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings = settings_of(options, environment)

    async def opens(dsn: str) -> Finding:
        return await _look_at_sealed(settings, dsn)

    findings = asyncio.run(diagnose(settings, migrations=_level, sealed=opens))
    if options.json:
        show_json(findings)
    else:
        for finding in findings:
            _print(finding)
    return 1 if any(finding.state == "bad" for finding in findings) else 0


async def _level(dsn: str) -> MigrationLevel:
    applied = await applied_migrations(dsn)
    return MigrationLevel(frozenset(applied), frozenset(each.number for each in migrations()))


async def _look_at_sealed(settings: Settings, dsn: str) -> Finding:
    """Say whether what is sealed in the database can be opened with the secret key that is here."""
    if settings.secret_key is None and not secret_file(settings).exists():
        return Finding("sealed data", "ok", "nothing is known of it: there is no secret key here")
    try:
        async with open_core(settings, dsn):
            return Finding("sealed data", "ok", "the secret key opens it")
    except SecretKeyRefused as error:
        return Finding(
            "sealed data", "bad", str(error), "Until then the guests' names and phones cannot be read."
        )


def _print(finding: Finding) -> None:
    print(f"{_SIGNS[finding.state]}  {finding.name:<18} {finding.says}")
    if finding.mend:
        print(f"{'':24}→ {finding.mend}")
