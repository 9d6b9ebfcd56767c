"""`python -m saveit.web.describe` prints the OpenAPI document without a server: the pages' own client is made from it."""

import sys
from typing import cast

from saveit.reservations import Desk
from saveit.web.hot.document import document_of
from saveit.web.hot.memory import Memory
from saveit.web.router import make_router
from saveit.web.wire import Alternative


def main() -> None:
    """Print it."""
    # Nobody is asked anything: the routes are only described.
    nobody = cast("Desk", None)
    sys.stdout.buffer.write(
        document_of(make_router(Memory[tuple[Alternative, ...]](nobody), documented=True))
    )


if __name__ == "__main__":
    main()
