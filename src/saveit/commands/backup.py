"""`saveit backup` and `saveit restore`: the whole database in one file, and back."""

import argparse
import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from saveit.app import set_up_process
from saveit.commands.installation import (
    Logins,
    Subcommands,
    add_data_dir,
    database_of,
    quiet,
    secret_file,
    secret_text,
    settings_of,
    your_logins,
)
from saveit.kernel.db import Database, applied_migrations, migrate
from saveit.kernel.observe import logger
from saveit.kernel.postgres import (
    DataDirectoryUnusable,
    EmbeddedPostgres,
    Restored,
    backup,
    holds_database,
    restore,
)
from saveit.kernel.settings import Secret, Settings
from saveit.outbox import mend_restored_log


def add_to(commands: Subcommands) -> None:
    """Add both commands."""
    saving = commands.add_parser("backup", help="write the whole database into one new file, while it serves")
    saving.add_argument("file", type=Path)
    saving.add_argument(
        "--with-secret",
        action="store_true",
        help="put the secret key into it: whoever has the file can read everything",
    )
    saving.set_defaults(command=_backup)
    bringing = commands.add_parser("restore", help="fill an empty database from a backup")
    bringing.add_argument("file", type=Path)
    bringing.add_argument("--force", action="store_true", help="replace all that the database holds")
    bringing.set_defaults(command=_restore)
    for parser in (saving, bringing):
        add_data_dir(parser)


def _backup(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings = settings_of(options, quiet(environment))
    set_up_process(settings)
    target: Path = options.file.absolute()
    with_secret: bool = options.with_secret
    if settings.database_url is None and not holds_database(settings.data_dir):
        raise DataDirectoryUnusable(
            settings.data_dir, "there is no database in it", "Name the one of your `saveit up` by --data-dir"
        )
    with database_of(settings) as logins:

        async def saved() -> tuple[Path, tuple[str, ...]]:
            applied = await applied_migrations(logins.owner)
            made = await backup(
                logins.reader,
                target,
                secret_key=secret_text(settings),
                schema_level=max(applied, default=None),
                with_secret=with_secret,
            )
            return made.path, made.warnings

        path, warnings = asyncio.run(saved())
    print(f"{path}: {path.stat().st_size:,} bytes")
    for warning in warnings:
        print(warning)
    return 0


def _restore(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings = settings_of(options, quiet(environment))
    set_up_process(settings)
    source: Path = options.file
    force: bool = options.force
    if settings.database_url is not None:
        restored = _fill(settings, your_logins(settings, settings.database_url), source, force=force)
    else:
        # Its own server and no other: nothing may use the database meanwhile, so a running `saveit up` is refused.
        server = EmbeddedPostgres.start(settings.data_dir, log=logger("postgres"))
        try:
            logins = Logins(server.dsn(), server.dsn(), server.dsn(superuser=True))
            restored = _fill(settings, logins, source, force=force)
        finally:
            server.stop()
    print(f"Restored what was backed up at {restored.manifest.made_at:%Y-%m-%d %H:%M} UTC.")
    if not secret_file(settings).exists() and settings.secret_key is None:
        print(
            f"The guests' names and phones need the secret key {', '.join(restored.manifest.secret_key_fingerprints)}: "
            f"put it into {secret_file(settings)} (mode 600) or SAVEIT_SECRET_KEY before you start."
        )
    return 0


def _fill(settings: Settings, logins: Logins, source: Path, *, force: bool) -> Restored:
    """Load the backup, let its facts go on being read, bring it up to date, and keep its secret key where there is none."""

    async def filled() -> Restored:
        restored = await restore(logins.reader, source, secret_key=_known_secret(settings), force=force)
        await migrate(logins.owner)
        database = await Database.open(logins.application, node="restore")
        try:
            # Every start does this too, should we end before it is done; here nobody waits for it.
            await mend_restored_log(database)
        finally:
            await database.close()
        return restored

    restored = asyncio.run(filled())
    if restored.secret_key is not None and _known_secret(settings) is None:
        descriptor = os.open(secret_file(settings), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{restored.secret_key.reveal()}\n")
            file.flush()
            os.fsync(file.fileno())
    return restored


def _known_secret(settings: Settings) -> Secret | None:
    """Return this installation's secret key; none is made here, since the backup may bring its own."""
    return (
        secret_text(settings) if settings.secret_key is not None or secret_file(settings).exists() else None
    )
