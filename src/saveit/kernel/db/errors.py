"""What PostgreSQL says, in our words: a constraint said no, two acts collided, it was too slow, or it is not there."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import asyncpg

from saveit.kernel.errors import Fault, Refusal
from saveit.kernel.logins import DatabaseUnusable, word_of


class ConstraintBroken(Exception):
    """A constraint refused a write. The room that owns the constraint turns its name into a refusal; unturned, it is a bug."""

    def __init__(self, constraint: str, sqlstate: str) -> None:
        super().__init__(constraint, sqlstate)
        self.constraint = constraint
        self.sqlstate = sqlstate


class DatabaseUnreachable(Fault):
    """PostgreSQL is not there, went away during the act, or gave no connection in time. Whether a commit took place is unknown."""


class Collision(Fault):
    """PostgreSQL undid the transaction because of another one (40001, 40P01). Nothing is written; trying again is safe."""


class TooSlow(Fault):
    """A statement or a lock took longer than its limit. Nothing is written."""


@contextmanager
def refused_by(refusals: Mapping[str, type[Refusal]], **facts: object) -> Generator[None]:
    """Turn a broken constraint into the refusal of its name with these facts; one that has none stays what it is."""
    try:
        yield
    except ConstraintBroken as broken:
        refusal = refusals.get(broken.constraint)
        if refusal is None:
            raise
        raise refusal(**facts) from broken


@contextmanager
def translated() -> Generator[None]:
    """Turn the driver's exceptions into ours, chained to their cause."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise ConstraintBroken(_text(error, "constraint_name"), _text(error, "sqlstate")) from error
    except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError) as error:
        raise Collision(_text(error, "sqlstate")) from error
    except (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError) as error:
        raise TooSlow(_text(error, "sqlstate")) from error
    except (
        asyncpg.PostgresConnectionError,
        asyncpg.CannotConnectNowError,
        asyncpg.AdminShutdownError,
        asyncpg.CrashShutdownError,
        asyncpg.TooManyConnectionsError,
        asyncpg.InterfaceError,
        # What the driver raises when the connection is cut at the wrong moment; it is no kind of InterfaceError.
        asyncpg.InternalClientError,
        OSError,
        TimeoutError,
    ) as error:
        raise DatabaseUnreachable(type(error).__name__) from error


@contextmanager
def let_in() -> Generator[None]:
    """Say in words why PostgreSQL does not let us in. For connecting alone: what an act of ours meets later is a bug, not a setting."""
    try:
        with translated():
            yield
    except asyncpg.PostgresError as error:
        word = word_of(error)
        if word is None:
            raise
        raise DatabaseUnusable(str(word)) from error


def _text(error: asyncpg.PostgresError, field: str) -> str:
    """Read a field of the error response; absent ones are empty."""
    value: object = getattr(error, field, None)
    return value if isinstance(value, str) else ""
