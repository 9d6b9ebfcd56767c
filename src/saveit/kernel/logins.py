"""Why PostgreSQL does not let us work with a login or database, and what mends it: said once, for every command and the doctor."""

from typing import Final, NamedTuple


class DatabaseUnusable(Exception):
    """PostgreSQL is there and does not let us work as we are set up; the message says why, and what mends it."""


class Word(NamedTuple):
    """What PostgreSQL said, and what mends it."""

    says: str
    mend: str

    def __str__(self) -> str:
        """Say both, as one line for a terminal."""
        return f"PostgreSQL says: {self.says}. {self.mend}"


_CHECK_LOGIN: Final = "Put the right user and password into SAVEIT_DATABASE_URL; saveit never prints them."
ROLES_MEND: Final = (
    "An administrator mends it with `ALTER ROLE … CREATEROLE` for this login, or you run `saveit migrate` once with "
    "SAVEIT_MIGRATE_DATABASE_URL set to a login that may make roles."
)
# SQLSTATEs of PostgreSQL's manual, appendix A.
_MENDS: Final = {
    "28P01": _CHECK_LOGIN,
    "28000": _CHECK_LOGIN,
    "3D000": "Make it, with `createdb` or CREATE DATABASE, or put the right name into SAVEIT_DATABASE_URL.",
    "42501": "Give this login the right to it, or run `saveit migrate` with the login that owns the tables (SAVEIT_MIGRATE_DATABASE_URL).",
    "42704": "`saveit migrate` makes the roles that are missing.",
    "22023": "`saveit migrate` makes the roles that are missing, and lets this login take them.",
    "0A000": "The server cannot do this; SaveIt needs PostgreSQL 15 or newer.",
}


def word_of(error: BaseException) -> Word | None:
    """Return why PostgreSQL did not let us in and what mends it; None for what has nothing to do with logins and rights."""
    sqlstate: object = getattr(error, "sqlstate", None)
    mend = _MENDS.get(sqlstate) if isinstance(sqlstate, str) else None
    return None if mend is None else Word(str(error), mend)
