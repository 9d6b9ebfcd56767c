"""Advisors and lines: who attends guests through numbers of their own, and every business address at which guests reach us.

Promises that an address belongs to one line, over all customers; that a wrong description is refused with every error in it; that a line's
credentials are sealed, and shown to nobody once they are stored; that a line or an advisor switched off is off in every process within half
a second; and that finding a known line costs a process at most one query a day.

Owns `advisors` and `lines`. It knows a channel only by its name and by what a line of it must be told, and never speaks to a provider.
"""

from saveit.advisors.actions import (
    add_advisor,
    add_line,
    change_advisor,
    change_line,
    find_advisor,
    find_line,
    lines_of_house,
    list_advisors,
    list_lines,
)
from saveit.advisors.directory import LineDirectory, Sealers
from saveit.advisors.errors import (
    AdvisorInvalid,
    AdvisorRevisionConflict,
    AdvisorTaken,
    AdvisorUnknown,
    LineInvalid,
    LineTaken,
    LineUnknown,
    LineUnreadable,
    PlaceUnknown,
    TooManyUnknownLines,
    line_message_keys,
)
from saveit.advisors.model import (
    Advisor,
    AdvisorChange,
    AdvisorDraft,
    Line,
    LineChange,
    LineDraft,
    Route,
)
from saveit.advisors.store import advisor_of_user

__all__ = [
    "Advisor",
    "AdvisorChange",
    "AdvisorDraft",
    "AdvisorInvalid",
    "AdvisorRevisionConflict",
    "AdvisorTaken",
    "AdvisorUnknown",
    "Line",
    "LineChange",
    "LineDirectory",
    "LineDraft",
    "LineInvalid",
    "LineTaken",
    "LineUnknown",
    "LineUnreadable",
    "PlaceUnknown",
    "Route",
    "Sealers",
    "TooManyUnknownLines",
    "add_advisor",
    "add_line",
    "advisor_of_user",
    "change_advisor",
    "change_line",
    "find_advisor",
    "find_line",
    "line_message_keys",
    "lines_of_house",
    "list_advisors",
    "list_lines",
]
