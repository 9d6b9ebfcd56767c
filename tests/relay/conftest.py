"""A restaurant with a system of its own, which the tests play."""

from tests.support.core import opening

__all__ = ["opening"]
