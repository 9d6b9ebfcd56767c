"""demo.json: what is needed to try the demo, readable by its owner alone. Its field names are promised to outside checks."""

import os
from pathlib import Path

import msgspec


class DemoKey(msgspec.Struct, frozen=True):
    """One restaurant and the API key that opens it."""

    id: str
    slug: str
    name: str
    timezone: str
    api_key: str


class DemoLogin(msgspec.Struct, frozen=True):
    """Someone who can sign in. `role` is what they are in every restaurant they work in, `restaurants` are the slugs of those."""

    email: str
    password: str
    role: str
    restaurants: tuple[str, ...]


class Demo(msgspec.Struct, frozen=True):
    """All of demo.json."""

    url: str
    admin_key: str
    restaurants: tuple[DemoKey, ...]
    staff: tuple[DemoLogin, ...]
    sandbox_url: str

    def __repr__(self) -> str:
        """Say nothing: it is made of keys and passwords."""
        return "Demo(***)"


def demo_file(data_dir: Path) -> Path:
    """Return where demo.json is."""
    return data_dir / "demo.json"


def read_demo(data_dir: Path) -> Demo | None:
    """Return what demo.json says; None when there is none, or it is none of ours any more."""
    try:
        return msgspec.json.decode(demo_file(data_dir).read_bytes(), type=Demo)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_demo(data_dir: Path, demo: Demo) -> None:
    """Put demo.json in place whole, mode 600 from its first byte on."""
    path = demo_file(data_dir)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(demo), indent=2) + b"\n")
    draft.replace(path)
