"""`python -m tests.browser.chromium` sees to it that there is a Chromium, or says what is missing and how it is had."""

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MISSING = """\
The tests of the pages need a Chromium, and there is none on this machine.
Install one (Debian: sudo apt-get install chromium), and run the same command again.
"""


def find_chromium() -> str | None:
    """Return where the machine's Chromium is."""
    return next((found for name in _NAMES if (found := shutil.which(name)) is not None), None)


def install_chromium() -> bool:
    """Install one where this is Debian's kind and we may; say whether there is one now."""
    if find_chromium() is None and shutil.which("apt-get") is not None:
        may = [] if os.geteuid() == 0 else ["sudo", "-n"]
        if not may or shutil.which("sudo") is not None:
            install = [*may, "apt-get", "install", "-y", "--no-install-recommends", "chromium"]
            sys.stderr.write("Installing Chromium for the tests of the pages\n")
            for command in ([*may, "apt-get", "update"], install):
                subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return find_chromium() is not None


if __name__ == "__main__":
    if not install_chromium():
        sys.exit(_MISSING)
