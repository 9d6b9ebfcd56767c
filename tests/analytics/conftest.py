"""Restaurants for these tests; what they promise stands in tests/support/core."""

from tests.support.core import opening

__all__ = ["opening"]
