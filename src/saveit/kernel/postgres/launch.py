"""Become PostgreSQL: give up root, ask to be told when the parent dies, and exec. Run as a script by `process.launch`, never imported.

A script, and not a function between fork and exec, since our process has threads: Python code that runs there after a fork can wait for
ever for a lock that a thread held at that moment.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PARENT_IS_GONE = 3


def become(uid: int, gid: int, parent: int, command: list[str]) -> None:
    """Replace this process by `command`, run as uid and gid and told of its parent's death by SIGINT, a fast shutdown."""
    os.umask(0o077)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # Only now: a change of uid forgets the wish. The parent may have died before it was made, hence the look.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(_PARENT_IS_GONE)
    os.execv(command[0], command)  # noqa: S606 - no shell is the point.


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
