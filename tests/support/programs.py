"""`python -m tests.support.programs chromium redis-server` sees to it that the machine has them, or says how they are had."""

import os
import shutil
import subprocess
import sys

_NAMES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "redis-server": ("redis-server", "valkey-server"),
}
_MISSING = """\
The tests need {names}, which this machine does not have.
Install what is missing (Debian: sudo apt-get install {names}), and run the same command again.
"""


def find_program(name: str) -> str | None:
    """Return where the machine has a program of this kind. `name` is one of those that this module knows."""
    return next((found for each in _NAMES[name] if (found := shutil.which(each)) is not None), None)


def install_programs(names: list[str]) -> list[str]:
    """Install those that are missing where this is Debian's kind and we may; return what is missing still."""
    missing = [name for name in names if find_program(name) is None]
    may = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not missing or shutil.which("apt-get") is None or (may and shutil.which("sudo") is None):
        return missing
    sys.stderr.write(f"Installing {', '.join(missing)} for the tests\n")
    # On a single user's runlevel no package starts a service of its own: the tests start what they need, and end it.
    install = [*may, "env", "RUNLEVEL=1", "apt-get", "install", "-y", "--no-install-recommends", *missing]
    for command in ([*may, "apt-get", "update"], install):
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return [name for name in missing if find_program(name) is None]


if __name__ == "__main__":
    left = install_programs(sys.argv[1:])
    if left:
        sys.exit(_MISSING.format(names=" ".join(left)))
