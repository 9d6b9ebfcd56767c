"""Reads the project's own files for the house rules, whatever is built and whatever is not yet."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "saveit"
_MADE = {"node_modules", "results", "build", "built", "dist", "htmlcov", "test-results"}


class Source(NamedTuple):
    """One Python file, parsed."""

    path: str
    module: str
    text: str
    tree: ast.Module


def python_files(*folders: str) -> Iterator[Source]:
    """Read every Python file below these folders of the project."""
    for folder in folders:
        yield from _parsed(folder)


@cache
def _parsed(folder: str) -> tuple[Source, ...]:
    """Parse a folder once for all rules: parsing it is most of what each of them takes."""
    sources: list[Source] = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        sources.append(Source(str(path.relative_to(ROOT)), _module_of(path), text, ast.parse(text)))
    return tuple(sources)


def text_files() -> Iterator[tuple[str, str]]:
    """Read every text file of the project that is not made by a tool, with its path."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not _is_made(name))
        # In a second work tree `.git` is a file, which says where the first one is.
        for name in sorted(set(names) - {".git"}):
            path = Path(folder, name)
            try:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def _is_made(part: str) -> bool:
    hidden = part.startswith(".") and part not in {".ci", ".gitignore", ".github"}
    return hidden or part in _MADE or part == "__pycache__" or part.endswith(".egg-info")


def _module_of(path: Path) -> str:
    relative = path.relative_to(ROOT / "src" if path.is_relative_to(PACKAGE) else ROOT).with_suffix("")
    return ".".join(part for part in relative.parts if part != "__init__")
