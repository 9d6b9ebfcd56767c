"""`saveit up`: everything, in one command. And `web-process`, which it starts when there are to be several."""

import argparse
import asyncio
import contextlib
import errno
import importlib
import os
import signal
import socket
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import msgspec

from saveit.app import open_core, open_reservations, sandbox_secret, serve, set_up_process, tear_down_process
from saveit.commands.fleet import Fleet, hear_of_death
from saveit.commands.installation import (
    CannotBeDone,
    Logins,
    Subcommands,
    add_data_dir,
    settings_of,
    your_logins,
)
from saveit.demo import DemoTools, prepare_demo, read_demo, what_to_try
from saveit.kernel import cycles
from saveit.kernel.crypto import new_api_key
from saveit.kernel.db import migrate
from saveit.kernel.observe import logger
from saveit.kernel.postgres import DataDirectoryBusy, EmbeddedPostgres, owner_of
from saveit.kernel.settings import Secret, Settings

_log = logger("up")

_BACKLOG = 2048
_IMPORTED_MEANWHILE = ("saveit.web", "saveit.timers", "uvicorn")


def add_to(commands: Subcommands) -> None:
    """Add both commands."""
    parser = commands.add_parser(
        "up", help="start SaveIt, with a PostgreSQL of its own unless you give it one"
    )
    parser.add_argument("--demo", action="store_true", help="with three restaurants to try")
    parser.add_argument("--host", help="the address to listen on; wins over SAVEIT_HOST")
    parser.add_argument("--port", help="the port to listen on; wins over SAVEIT_PORT")
    parser.add_argument("--workers", metavar="N", help="web processes; wins over SAVEIT_WORKERS")
    add_data_dir(parser)
    parser.set_defaults(command=_up)
    # Not for people, so it is in no list.
    process = commands.add_parser("web-process")
    process.add_argument("--socket", type=int, required=True)
    process.add_argument("--ready", type=int, required=True)
    process.add_argument("--parent", type=int, required=True)
    process.set_defaults(command=_web_process)


def _up(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings = settings_of(options, environment)
    set_up_process(settings)
    if options.demo:
        settings = _as_demo(settings, environment)
    with _listening(settings) as listener, _database(settings) as logins:
        greeting = asyncio.run(_prepare(settings, logins, demo=options.demo))

        def ready() -> None:
            _log.info("up.ready", url=settings.public_url, workers=settings.workers)
            print(greeting, flush=True)

        if settings.workers == 1:
            serve(settings, logins.application, listener, owner_dsn=logins.owner, ready=ready)
        else:
            listener.listen(_BACKLOG)
            asyncio.run(_run_fleet(settings, logins, listener, environment, ready=ready))
    tear_down_process()
    return 0


def _web_process(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    hear_of_death(options.parent)
    settings = Settings.from_environment(environment)
    set_up_process(settings)
    assert settings.database_url is not None, "a web process is told where the database is"
    logins = your_logins(settings, settings.database_url)
    said: int = options.ready

    def ready() -> None:
        # Whoever reads it may have heard of another already, and be gone.
        with contextlib.suppress(BrokenPipeError):
            os.write(said, b"1")

    with socket.socket(fileno=options.socket) as listener:
        serve(settings, logins.application, listener, owner_dsn=logins.owner, ready=ready)
    tear_down_process()
    return 0


async def _run_fleet(
    settings: Settings,
    logins: Logins,
    listener: socket.socket,
    environment: Mapping[str, str],
    *,
    ready: Callable[[], None],
) -> None:
    await Fleet(settings, listener, environment={**environment, **_told(settings, logins)}, ready=ready).run()


def _told(settings: Settings, logins: Logins) -> dict[str, str]:
    """Return the settings that this process found out or was given as options, as its web processes are to read them."""
    told = {
        "SAVEIT_DATABASE_URL": logins.application,
        "SAVEIT_MIGRATE_DATABASE_URL": logins.owner,
        "SAVEIT_DATA_DIR": str(settings.data_dir),
        "SAVEIT_HOST": settings.host,
        "SAVEIT_PORT": str(settings.port),
        "SAVEIT_PUBLIC_URL": settings.public_url,
        "SAVEIT_WORKERS": str(settings.workers),
        "SAVEIT_SANDBOX": "on" if settings.sandbox else "off",
        "SAVEIT_RATE_LIMIT_KEY": str(settings.rate_limit_key_per_minute),
    }
    if settings.admin_key is not None:
        told["SAVEIT_ADMIN_KEY"] = settings.admin_key.reveal()
    return told


def _as_demo(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """Open the platform and the sandbox, and let the demo's keys be used as fast as anyone likes, unless it was said otherwise."""
    known = read_demo(settings.data_dir)
    text = new_api_key().text if known is None else known.admin_key
    limit = settings.rate_limit_key_per_minute if environment.get("SAVEIT_RATE_LIMIT_KEY") else 0
    return msgspec.structs.replace(
        settings,
        admin_key=settings.admin_key or Secret(text),
        sandbox=True,
        rate_limit_key_per_minute=limit,
    )


@contextmanager
def _listening(settings: Settings) -> Generator[socket.socket]:
    """Take the port before anything is started that would have to be stopped again; nobody is answered yet.

    Refuses: DataDirectoryBusy, before it complains of a port that its owner has. Raises: CannotBeDone.
    """
    owner = None if settings.database_url is not None else owner_of(settings.data_dir)
    if owner is not None:
        raise DataDirectoryBusy(settings.data_dir, owner.pid, owner.started_at)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotBeDone(_why_not(settings, error)) from error
        yield listener


def _why_not(settings: Settings, error: OSError) -> str:
    where = f"{settings.host} port {settings.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is taken by another program: choose another by --port or SAVEIT_PORT."
    return f"{where} cannot be listened on: {error.strerror}."


@contextmanager
def _database(settings: Settings) -> Generator[Logins]:
    """Lend the ways into the database, the embedded one for as long as the block takes.

    While the server starts, which takes no work of ours, the web is imported, which takes about as long.

    Refuses: DataDirectoryBusy, DataDirectoryUnusable. Raises: as EmbeddedPostgres.start; Unstartable when the server was given up.
    """
    if settings.database_url is not None:
        yield your_logins(settings, settings.database_url)
        return
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="saveit-start") as pool:
        starting = pool.submit(
            EmbeddedPostgres.start, settings.data_dir, log=logger("postgres"), given_up=_stop_ourselves
        )
        try:
            for name in _IMPORTED_MEANWHILE if settings.workers == 1 else ():
                importlib.import_module(name)
            cycles.leave_out_what_is_imported()
            server = starting.result()
            yield Logins(server.dsn(), server.dsn(), server.dsn(superuser=True))
            failure = server.failure()
            if failure is not None:
                raise failure
        finally:
            # Told to stop while it starts, we have a server to stop all the same, as soon as it is there.
            if starting.exception() is None:
                starting.result().stop()


def _stop_ourselves() -> None:
    """End as if told to: without its database this process is of no use, and whoever supervises it starts it anew."""
    os.kill(os.getpid(), signal.SIGTERM)


async def _prepare(settings: Settings, logins: Logins, *, demo: bool) -> str:
    """Bring the database up to date and make the demo if it is wanted; return the greeting."""
    ran = await migrate(logins.owner)
    if ran:
        _log.info("database.migrated", migrations=ran)
    if not demo:
        return f"SaveIt is running at {settings.public_url}"
    assert settings.admin_key is not None, "the demo has made one"
    async with open_core(settings, logins.application) as core, open_reservations(core) as desk:
        tools = DemoTools(
            core.database, core.clock, core.keys, core.emails, logger("demo"), sandbox_secret(core)
        )
        made = await prepare_demo(
            tools,
            data_dir=settings.data_dir,
            url=settings.public_url,
            admin_key=settings.admin_key.reveal(),
        )
        return await what_to_try(desk, made, data_dir=settings.data_dir)
