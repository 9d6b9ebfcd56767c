"""Processor time: what a neighbour on a shared machine does not change, where it changes every rate.

Only Linux tells it for other processes; elsewhere there is none to tell.
"""

import os
from pathlib import Path

_PROC = Path("/proc")
# The fields of /proc/<pid>/stat after the name: user and system time of its own, and of the children that it has buried.
_OWN, _BURIED = slice(11, 13), slice(13, 15)


def labour_s(pid: int) -> float | None:
    """Return the processor seconds that a process and all below it have had so far, with those that are gone."""
    if not _PROC.exists():
        return None
    return sum(_seconds(one, alone=one != pid) for one in _family(pid))


def _family(pid: int) -> list[int]:
    try:
        children = (_PROC / str(pid) / "task" / str(pid) / "children").read_text(encoding="ascii").split()
    except OSError:
        children = []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _seconds(pid: int, *, alone: bool) -> float:
    try:
        told = (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    ticks = [*told[_OWN], *([] if alone else told[_BURIED])]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
