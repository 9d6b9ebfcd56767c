"""A PostgreSQL of our own, so that SaveIt runs on a bare machine, and the tools that look after any PostgreSQL it runs on.

It promises: a first start in seconds, as root too; one owner per data directory; a server that dies with its owner, is started again
when it alone is killed, and loses nothing that was committed; no way in but a socket behind a private directory and a password. A
backup that restores, and a doctor that says what mends.

It owns no tables. It will never open a directory that is not ours, signal a process that it has not recognised, or delete a database.
"""

from saveit.kernel.postgres.binaries import Binaries, binaries, pgbench_path
from saveit.kernel.postgres.care.backup import Backup, Manifest, Restored, backup, restore
from saveit.kernel.postgres.care.doctor import Finding, MigrationLevel, diagnose
from saveit.kernel.postgres.errors import (
    BackupDamaged,
    BackupExists,
    BackupFailed,
    BackupIncomplete,
    BackupNowhere,
    BinariesMissing,
    DatabaseNotEmpty,
    DataDirectoryBusy,
    DataDirectoryUnusable,
    SecretKeyDiffers,
    Unstartable,
    Unstoppable,
)
from saveit.kernel.postgres.keeper import Log
from saveit.kernel.postgres.layout import holds_database
from saveit.kernel.postgres.server import EmbeddedPostgres, Owner, owner_of, running_dsn, serving

__all__ = [
    "Backup",
    "BackupDamaged",
    "BackupExists",
    "BackupFailed",
    "BackupIncomplete",
    "BackupNowhere",
    "Binaries",
    "BinariesMissing",
    "DataDirectoryBusy",
    "DataDirectoryUnusable",
    "DatabaseNotEmpty",
    "EmbeddedPostgres",
    "Finding",
    "Log",
    "Manifest",
    "MigrationLevel",
    "Owner",
    "Restored",
    "SecretKeyDiffers",
    "Unstartable",
    "Unstoppable",
    "backup",
    "binaries",
    "diagnose",
    "holds_database",
    "owner_of",
    "pgbench_path",
    "restore",
    "running_dsn",
    "serving",
]
