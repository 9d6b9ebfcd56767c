"""A database for each test: whoever copies takes what waits of all customers, so another test's file would be in the way."""

from tests.support.core import opening

__all__ = ["opening"]
