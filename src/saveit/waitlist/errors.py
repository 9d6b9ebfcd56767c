"""What the waitlist refuses."""

from typing import ClassVar

from saveit.kernel.errors import Refusal


class EntryUnknown(Refusal):
    """The caller has no such entry."""

    code: ClassVar[str] = "waitlist_entry_not_found"


class EntryOver(Refusal):
    """The entry was booked, has passed or was given up; `status` says which."""

    code: ClassVar[str] = "waitlist_entry_over"


class NothingOffered(Refusal):
    """No table is kept for the entry yet."""

    code: ClassVar[str] = "waitlist_nothing_offered"


class AlreadyWaiting(Refusal):
    """The guest waits for a table on this day already."""

    code: ClassVar[str] = "waitlist_already_waiting"


class WaitlistFull(Refusal):
    """As many parties wait on this day as are taken down."""

    code: ClassVar[str] = "waitlist_full"


class NoSuchStart(Refusal):
    """The restaurant takes no party of this size within the times wished; `reason` says why."""

    code: ClassVar[str] = "waitlist_no_such_start"
