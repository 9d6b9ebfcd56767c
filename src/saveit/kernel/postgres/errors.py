"""What this room refuses, and how the world fails it. Each says who, why, and what mends it: a person reads it on a terminal."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from saveit.kernel.errors import Fault, Refusal


class DataDirectoryBusy(Refusal):
    """Another process owns this data directory; two would mean two servers on one database."""

    code: ClassVar[str] = "data_directory_busy"

    def __init__(self, directory: Path, pid: int | None, since: datetime | None) -> None:
        """Refuse, naming the owner where its lock file says who it is."""
        super().__init__(directory=str(directory), pid=pid, since=since)

    def __str__(self) -> str:
        """Say who owns it."""
        owner = "another process" if self.facts["pid"] is None else f"process {self.facts['pid']}"
        since = "" if self.facts["since"] is None else f" since {self.facts['since']}"
        return f"{self.facts['directory']} is in use by {owner}{since}: stop it first, or choose another SAVEIT_DATA_DIR"


class DataDirectoryUnusable(Refusal):
    """The data directory cannot hold a database as it is now."""

    code: ClassVar[str] = "data_directory_unusable"

    def __init__(self, directory: Path, why: str, mend: str) -> None:
        """Refuse, with what is wrong and what mends it."""
        super().__init__(directory=str(directory), why=why, mend=mend)

    def __str__(self) -> str:
        """Say what is wrong and what mends it."""
        return f"{self.facts['directory']}: {self.facts['why']}. {self.facts['mend']}"


class DatabaseNotEmpty(Refusal):
    """A backup is restored into an empty database, unless the loss of what it holds is asked for by name."""

    code: ClassVar[str] = "database_not_empty"

    def __str__(self) -> str:
        """Say what is in the way."""
        return f"the database already holds {self.facts['tables']} tables; --force replaces all of it by the backup"


class BackupNowhere(Refusal):
    """A backup is written into a folder that is there."""

    code: ClassVar[str] = "backup_nowhere"

    def __str__(self) -> str:
        """Name the folder."""
        return f"there is no folder {self.facts['folder']}: make it, or choose another"


class BackupExists(Refusal):
    """A backup never overwrites a file."""

    code: ClassVar[str] = "backup_exists"

    def __str__(self) -> str:
        """Name the file."""
        return f"{self.facts['target']} exists already: choose another name"


class BackupDamaged(Refusal):
    """This file is not a whole backup of ours."""

    code: ClassVar[str] = "backup_damaged"

    def __str__(self) -> str:
        """Say what is wrong with it."""
        return f"{self.facts['source']} is not a whole backup: {self.facts['why']}"


class BackupIncomplete(Refusal):
    """The login would not see every row, and a backup of some rows is worse than none."""

    code: ClassVar[str] = "backup_incomplete"

    def __str__(self) -> str:
        """Name the login and what it needs."""
        return (
            f"{self.facts['role']} is held to row-level security and would back up only part of the rows: "
            "use a login with BYPASSRLS, or a superuser"
        )


class SecretKeyDiffers(Refusal):
    """The backup's personal data was encrypted under another secret key, and could never be read here."""

    code: ClassVar[str] = "secret_key_differs"

    def __str__(self) -> str:
        """Say which key is needed."""
        return (
            f"the backup was made under the secret key {self.facts['theirs']}, but this installation has {self.facts['ours']}: "
            "bring that key back first (secret.key, or SAVEIT_SECRET_KEY); --force restores all but the personal data"
        )


class BinariesMissing(Fault):
    """There is no PostgreSQL on this machine that could be started."""


class BackupFailed(Fault):
    """A PostgreSQL tool failed, or took too long; what it said last is the message."""


class Unstartable(Fault):
    """PostgreSQL did not start; `log_tail` is what it said, `mend` what to do."""

    def __init__(self, why: str, *, log_tail: Sequence[str] = (), mend: str) -> None:
        """Fail, with the reason, the end of the server's log and what to do."""
        super().__init__(why)
        self.why = why
        self.log_tail = tuple(log_tail)
        self.mend = mend

    def __str__(self) -> str:
        """Say all three, a paragraph each."""
        return "\n".join(
            (f"PostgreSQL did not start: {self.why}.", *(f"  | {line}" for line in self.log_tail), self.mend)
        )


class Unstoppable(Fault):
    """PostgreSQL is still there after it was told to go at once; only the operating system can help."""
