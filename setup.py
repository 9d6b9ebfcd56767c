"""Builds the pages into the package, and leaves the channels' tests, which stand beside what they test, out of it.

Everything else is in pyproject.toml.
"""

import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildPagesWithoutTests(build_py):
    """The usual build, with the pages and without modules named `test_*`."""

    def run(self) -> None:
        """Build the pages first. In a checkout that is installed editable the Makefile does it, and only when one has changed."""
        if not self.editable_mode:
            subprocess.run([sys.executable, str(Path(__file__).parent / "ui" / "build.py")], check=True)
        super().run()

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """List a package's modules."""
        found = super().find_package_modules(package, package_dir)
        return [each for each in found if not each[1].startswith("test_")]


setup(cmdclass={"build_py": BuildPagesWithoutTests})
