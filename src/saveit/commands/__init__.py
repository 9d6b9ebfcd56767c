"""The command line: `saveit up` and what is given beside it.

Promises that an option wins over the variable of the same name and is checked alike; that what cannot be done is said in words, on standard
error, with exit code 1; and that every command works beside a running `saveit up` or without one. It owns no tables and decides nothing:
each command opens what it needs through `saveit.app` and knocks at a room's door.
"""

from saveit.commands.line import run

__all__ = ["run"]
