"""`saveit` and `python -m saveit`: hands the command line and the environment to `saveit.commands`."""

import os
import sys

from saveit.commands import run


def main() -> None:
    """Run one command and exit with its code."""
    sys.exit(run(sys.argv[1:], os.environ))


if __name__ == "__main__":
    main()
