"""Finds the machine's own PostgreSQL, if there is one that we promise to work with. As a command: exits 0 and says where, or 1."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

VERSION_MIN = 15
_VERSION_TIMEOUT_S = 10
_KEPT_IN = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)


def find_system_postgres() -> Path | None:
    """Return the folder of the oldest PostgreSQL of this machine that is new enough and complete, since newer ones are embedded."""
    folders = {folder for pattern in _KEPT_IN for folder in Path("/").glob(pattern.lstrip("/"))}
    on_path = shutil.which("postgres")
    if on_path is not None:
        folders.add(Path(on_path).resolve().parent)
    found = {folder: _version_of(folder) for folder in sorted(folders) if (folder / "initdb").exists()}
    fit = [folder for folder, version in found.items() if version >= VERSION_MIN]
    return min(fit, key=lambda folder: found[folder], default=None)


def _version_of(folder: Path) -> int:
    server = folder / "postgres"
    if not server.exists():
        return 0
    said = subprocess.run(
        [server, "--version"], capture_output=True, text=True, check=False, timeout=_VERSION_TIMEOUT_S
    )
    version = re.search(r"\) (\d+)", said.stdout)
    return int(version[1]) if version else 0


def main() -> int:
    """Say what was found."""
    folder = find_system_postgres()
    if folder is None:
        sys.stderr.write(
            f"No PostgreSQL {VERSION_MIN} or newer on this machine: its part of the tests is left out.\n"
        )
        return 1
    sys.stderr.write(f"The machine's own PostgreSQL is in {folder}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
