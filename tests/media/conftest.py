"""Restaurants for files, all in one database; see tests/support/core."""

from tests.support.core import shared_database_dsn
from tests.support.core import shared_opening as opening

__all__ = ["opening", "shared_database_dsn"]
