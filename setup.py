"""Leaves the channels' tests, which stand beside what they test, out of the built package; everything else is in pyproject.toml."""

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithoutTests(build_py):
    """The usual build, without modules named `test_*`."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """List a package's modules."""
        found = super().find_package_modules(package, package_dir)
        return [each for each in found if not each[1].startswith("test_")]


setup(cmdclass={"build_py": BuildWithoutTests})
