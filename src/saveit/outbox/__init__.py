"""What happened, written once, in the transaction in which it happened, and read forward by whoever cares.

Promises: a fact and the act it tells of are committed together or not at all; a consumer reads every fact, in the order of the
transactions, and skips nothing that commits late; a fact that keeps failing is parked where a person sees it and the rest go on.

It owns `facts`, `consumer_cursors` and `parked_facts`. It will never change a fact, nor hold personal data.
"""

from saveit.outbox.actions import (
    append,
    changes_of_others,
    facts_after,
    history,
    latest,
    list_parked,
    mend_restored_log,
    present,
    rewind,
    tenant_of_subject,
    unpark,
)
from saveit.outbox.model import Change, Consumer, Fact, Handle, ParkedFact, Place, RecordedFact
from saveit.outbox.runner import Runner, Step

__all__ = [
    "Change",
    "Consumer",
    "Fact",
    "Handle",
    "ParkedFact",
    "Place",
    "RecordedFact",
    "Runner",
    "Step",
    "append",
    "changes_of_others",
    "facts_after",
    "history",
    "latest",
    "list_parked",
    "mend_restored_log",
    "present",
    "rewind",
    "tenant_of_subject",
    "unpark",
]
