"""Restaurants for turns, all in one database, each a customer of its own; see tests/support/core."""

from tests.support.core import opening as own_opening
from tests.support.core import shared_database_dsn
from tests.support.core import shared_opening as opening

__all__ = ["opening", "own_opening", "shared_database_dsn"]
