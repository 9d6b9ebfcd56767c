"""From another room only its door may be imported. import-linter holds the direction; this holds the door."""

import ast

import pytest

from tests.house.sources import PACKAGE, ROOT, python_files

# Their children are rooms of their own; all other packages are one room however deep.
GROUPS = ("saveit.kernel", "saveit.consumers", "saveit.channels", "saveit.channels.families")


def room_of(module: str) -> str:
    """Return the door of the room that a module is in."""
    parts = module.split(".")
    depth = 2
    while ".".join(parts[:depth]) in GROUPS and depth < len(parts):
        depth += 1
    return ".".join(parts[:depth])


def is_module(name: str) -> bool:
    path = (ROOT / "src").joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def is_shown(module: str) -> bool:
    """Tell whether the door of a module's room hands the module out by name, as observe does with `metrics`."""
    door, _, name = module.rpartition(".")
    source = (ROOT / "src").joinpath(*door.split("."), "__init__.py")
    listed = [
        node.value
        for node in ast.parse(source.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    return any(name in ast.literal_eval(names) for names in listed)


def imported(tree: ast.Module, module: str, *, is_package: bool) -> list[tuple[int, str]]:
    """List what a file imports from us, as (line, module), submodules taken through `from` included."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = module.split(".")
                kept = len(up) - node.level + (1 if is_package else 0)
                base = ".".join([*up[:kept], *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            found += [
                (node.lineno, name if is_module(name) and not is_shown(name) else base) for name in names
            ]
    return [(line, name) for line, name in found if name.split(".")[0] == "saveit"]


def intrusions(tree: ast.Module, module: str, *, is_package: bool = False) -> list[tuple[int, str]]:
    """List the imports that go past another room's door."""
    own = room_of(module)
    return [
        (line, target)
        for line, target in imported(tree, module, is_package=is_package)
        if room_of(target) != own and target != room_of(target)
    ]


def test_rooms_are_entered_by_their_doors() -> None:
    found = [
        f"{source.path}:{line} goes past the door of {room_of(target)} to {target}"
        for source in python_files("src", "bench")
        for line, target in intrusions(
            source.tree, source.module, is_package=source.path.endswith("__init__.py")
        )
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "import saveit.kernel.observe.logs",
        "from saveit.kernel.observe.logs import logger",
        "from saveit.kernel.observe import logs",
        "from ..kernel.observe import logs",
        "def late():\n    from saveit.kernel.observe.metrics import registry",
    ],
)
def test_each_way_past_a_door_is_seen(line: str) -> None:
    assert len(intrusions(ast.parse(line), "saveit.venues.actions")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "from saveit.kernel.observe import logger",
        "from saveit.kernel.observe import metrics",
        "from saveit.kernel import faults",
        "from saveit.kernel.settings import Settings",
        "from saveit.venues.model import Rules",
        "from .model import Rules",
        "import asyncio",
    ],
)
def test_doors_and_ones_own_room_are_open(line: str) -> None:
    assert intrusions(ast.parse(line), "saveit.venues.actions") == []


def test_every_room_says_at_its_door_what_it_promises() -> None:
    silent = [
        source.path
        for source in python_files("src")
        if source.path.endswith("__init__.py") and len(ast.get_docstring(source.tree) or "") < 60
    ]

    assert silent == []


def test_every_folder_with_code_has_a_door() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}

    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
