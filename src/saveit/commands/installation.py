"""What the commands share: the settings with options laid over them, the database whether or not it runs, and a core to work with."""

import argparse
import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from saveit.app import Core, open_core, set_up_process
from saveit.kernel.crypto import load_secret
from saveit.kernel.db import Actor, migrate
from saveit.kernel.ids import RestaurantId
from saveit.kernel.observe import logger
from saveit.kernel.postgres import serving
from saveit.kernel.settings import Secret, Settings
from saveit.venues import DirectoryEntry, find_slug, tenant_of

Result = TypeVar("Result")

_OPTIONS = {
    "data_dir": "SAVEIT_DATA_DIR",
    "host": "SAVEIT_HOST",
    "port": "SAVEIT_PORT",
    "workers": "SAVEIT_WORKERS",
}


class CannotBeDone(Exception):
    """What was asked for on the command line cannot be done; the message says why, and what can."""


class Subcommands(Protocol):
    """Where a command is added. The standard library has a class for it, and keeps it private."""

    def add_parser(self, name: str, *, help: str = ...) -> argparse.ArgumentParser:  # noqa: A002 - the library's word.
        """Add a command."""
        ...


class Logins(msgspec.Struct, frozen=True):
    """The ways into the database: as the application, as the owner of its tables, and as one who sees every row."""

    application: str
    owner: str
    reader: str

    def __repr__(self) -> str:
        """Say nothing: each holds a password."""
        return "Logins(***)"


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """Let the command be told where the data is."""
    parser.add_argument("--data-dir", metavar="DIR", help="where the data is kept; wins over SAVEIT_DATA_DIR")


def settings_of(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """Lay the options over the environment and read the settings from both.

    Raises: SettingsRefusedError.
    """
    given: dict[str, object] = vars(options)
    laid = {
        variable: str(given[option]) for option, variable in _OPTIONS.items() if given.get(option) is not None
    }
    return Settings.from_environment({**environment, **laid})


@contextmanager
def database_of(settings: Settings) -> Generator[Logins]:
    """Lend the ways into the database: yours, or the embedded one, started for the length of the block unless it runs.

    Refuses: DataDirectoryBusy. Raises: as EmbeddedPostgres.start.
    """
    if settings.database_url is not None:
        yield your_logins(settings, settings.database_url)
        return
    log = logger("postgres")
    with (
        serving(settings.data_dir, log=log) as owner,
        serving(settings.data_dir, log=log, superuser=True) as reader,
    ):
        yield Logins(owner, owner, reader)


def your_logins(settings: Settings, url: Secret) -> Logins:
    """Return the logins of a database that is not ours; the owner of its tables is also the one who may back it up."""
    owner = settings.migrate_database_url or url
    return Logins(url.reveal(), owner.reveal(), owner.reveal())


def quiet(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Log warnings only, unless more is asked for: what a command prints it prints on purpose."""
    return {"SAVEIT_LOG": "warning", "SAVEIT_LOG_FORMAT": "text", **environment}


def with_core(
    options: argparse.Namespace,
    environment: Mapping[str, str],
    work: Callable[[Core], Awaitable[Result]],
) -> Result:
    """Open what a command needs, its database up to date, and await `work` with it."""
    settings = settings_of(options, quiet(environment))
    set_up_process(settings)
    with database_of(settings) as logins:

        async def worked() -> Result:
            await migrate(logins.owner)
            async with open_core(settings, logins.application) as core:
                return await work(core)

        return asyncio.run(worked())


def secret_text(settings: Settings) -> Secret:
    """Return the secret key as it was written. Raises: SecretKeyRefused when it is gone."""
    if settings.secret_key is not None:
        return settings.secret_key
    path = secret_file(settings)
    load_secret(path, None, sealed_already=True)
    return Secret(path.read_text(encoding="ascii").strip())


def secret_file(settings: Settings) -> Path:
    """Return where the secret key is kept when nobody gives it."""
    return settings.data_dir / "secret.key"


def at_the_keyboard() -> Actor:
    """Return who gives the command, as facts name them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have a number and no name.
        name = str(os.getuid())
    return Actor("admin", name, "command_line")


async def find_place(core: Core, slug_or_id: str) -> DirectoryEntry:
    """Return the restaurant with this slug or id, and whose it is.

    Raises: CannotBeDone.
    """
    async with core.database.gate() as gate_tx:
        entry = await find_slug(gate_tx, slug_or_id)
        if entry is not None:
            return entry
        try:
            restaurant_id = RestaurantId(UUID(slug_or_id))
        except ValueError:
            restaurant_id = None
        tenant_id = None if restaurant_id is None else await tenant_of(gate_tx, restaurant_id)
    if restaurant_id is None or tenant_id is None:
        raise CannotBeDone(
            f"There is no restaurant {slug_or_id!r}; `saveit restaurant list` shows those there are."
        )
    return DirectoryEntry(tenant_id, restaurant_id)


def show(rows: list[tuple[str, ...]], heads: tuple[str, ...]) -> None:
    """Print a table, as wide as it needs to be."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    for row in (heads, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def show_json(value: object) -> None:
    """Print a value as JSON, for programs."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
