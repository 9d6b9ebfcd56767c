"""The front of the skin: what is done for every request, whoever answers it.

It reads the headers, bounds what may be sent and how often, finds out who is calling, hands the request to a hot path or to the
router, turns what is raised into a problem document, counts, and writes one line without a word of a guest's.
"""

from saveit.web.edge.bodies import BODY_OCTETS_MAX, BODY_TIMEOUT_S, Reader, read_body, require_json
from saveit.web.edge.buckets import Buckets, Verdict
from saveit.web.edge.call import Call
from saveit.web.edge.front import Asked, Front, HotPath, reply_to
from saveit.web.edge.heads import Heads, read_heads
from saveit.web.edge.replies import JSON, Kept, Reply
from saveit.web.edge.server import RequestProtocol
from saveit.web.edge.tallies import Tally
from saveit.web.edge.traced import Traced

__all__ = [
    "BODY_OCTETS_MAX",
    "BODY_TIMEOUT_S",
    "JSON",
    "Asked",
    "Buckets",
    "Call",
    "Front",
    "Heads",
    "HotPath",
    "Kept",
    "Reader",
    "Reply",
    "RequestProtocol",
    "Tally",
    "Traced",
    "Verdict",
    "read_body",
    "read_heads",
    "reply_to",
    "require_json",
]
