"""What is being read just now, so that news that comes meanwhile is not lost.

A reading begins, a fact says that what it reads has changed, a second reading begins, and the first ends: it must not be kept, however the
two overlap. So each reading remembers how often its subject had been forgotten when it began.
"""

from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager


class _Subject:
    __slots__ = ("forgotten", "readers")

    def __init__(self) -> None:
        self.readers = 0
        self.forgotten = 0


class Readings:
    """The readings under way in one process, by their subject."""

    def __init__(self) -> None:
        self._subjects: dict[Hashable, _Subject] = {}

    def forget(self, key: Hashable) -> None:
        """Note that what is being read of this has changed."""
        subject = self._subjects.get(key)
        if subject is not None:
            subject.forgotten += 1

    def forget_everything(self) -> None:
        """Note that anything may have changed."""
        for subject in self._subjects.values():
            subject.forgotten += 1

    @contextmanager
    def of(self, *keys: Hashable) -> Generator[Callable[[Hashable], bool]]:
        """Note that these are read during the block; what is lent says of one of them whether it is still as it was at the beginning."""
        since: dict[Hashable, int] = {}
        for key in keys:
            subject = self._subjects.setdefault(key, _Subject())
            subject.readers += 1
            since[key] = subject.forgotten
        try:
            yield lambda key: self._subjects[key].forgotten == since[key]
        finally:
            for key in keys:
                subject = self._subjects[key]
                subject.readers -= 1
                if not subject.readers:
                    del self._subjects[key]
