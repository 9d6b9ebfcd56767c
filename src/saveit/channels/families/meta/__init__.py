"""What WhatsApp, Messenger and Instagram share at Meta: signed hooks, the graph's calls and errors; and the threads of the latter two."""

from saveit.channels.families.meta.channel import ThreadsChannel
from saveit.channels.families.meta.graph import (
    NEEDS,
    RECEIVED,
    Entry,
    GraphError,
    Hook,
    graph_headers,
    graph_outcome,
    graph_url,
    meta_failure,
    meta_handshake,
    verify_meta,
)

__all__ = [
    "NEEDS",
    "RECEIVED",
    "Entry",
    "GraphError",
    "Hook",
    "ThreadsChannel",
    "graph_headers",
    "graph_outcome",
    "graph_url",
    "meta_failure",
    "meta_handshake",
    "verify_meta",
]
