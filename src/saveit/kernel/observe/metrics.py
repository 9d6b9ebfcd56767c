"""The numbers an operator watches, each by name. What is worth an alarm says so.

Metrics are the one kind of state that a module may hold: a number that is only counted up and read from outside decides nothing.
With several web processes on one port a scrape reaches any of them, so the composition root gives them a shared directory in
PROMETHEUS_MULTIPROC_DIR before they start; this module then adds their numbers up.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Our own promise is 50 ms for half of all and 100 ms for nearly all: the steps are finest there.
_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 5.0)
_BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)

registry = CollectorRegistry()

http_requests = Counter(
    "saveit_http_requests",
    "Requests answered, by route template, method and status.",
    ("route", "method", "status"),
    registry=registry,
)
http_request_seconds = Histogram(
    "saveit_http_request_seconds",
    "Time from a request's first byte to its answer's last.",
    ("route", "method"),
    buckets=_REQUEST_SECONDS,
    registry=registry,
)
bookings = Counter(
    "saveit_bookings",
    "Bookings decided, by outcome: `booked`, or the code of the refusal.",
    ("outcome", "channel"),
    registry=registry,
)
combiner_batch_size = Histogram(
    "saveit_combiner_batch_size",
    "Acts committed together by the combiner.",
    buckets=_BATCH_SIZES,
    registry=registry,
)
retries = Counter(
    "saveit_retries",
    "Acts tried again after a serialization failure, a deadlock or a lost connection.",
    ("act", "reason"),
    registry=registry,
)
facts_lag_s = Gauge(
    "saveit_facts_lag_seconds",
    "Age of the oldest fact that a consumer has not yet taken. Alarm: above 30.",
    ("consumer",),
    registry=registry,
    multiprocess_mode="livemax",
)
facts_parked = Gauge(
    "saveit_facts_parked",
    "Facts that a consumer could not take and a person must look at. Alarm: above 0.",
    ("consumer",),
    registry=registry,
    multiprocess_mode="livemax",
)
double_bookings = Gauge(
    "saveit_double_bookings",
    "Overlapping occupancies found by the detector, which reads the facts and not the constraint. Alarm: above 0.",
    registry=registry,
    multiprocess_mode="livemax",
)
timer_runs = Counter(
    "saveit_timer_runs",
    "Runs of a timer's job, by outcome: `done`, or `failed`. Alarm: any `failed` for ten minutes.",
    ("job", "outcome"),
    registry=registry,
)
timer_acts = Counter(
    "saveit_timer_acts",
    "What timers did: holds expired, no-shows marked, rows retired; `failed` are acts that go on being due.",
    ("job", "outcome"),
    registry=registry,
)
default_partition_rows = Gauge(
    "saveit_default_partition_rows",
    "Rows that lie outside the months that have a partition. Alarm: above 0 and growing.",
    registry=registry,
    multiprocess_mode="livemax",
)
message_outcomes = Counter(
    "saveit_message_outcomes",
    "Calls to providers that send a message, by what came of them: `accepted`, `retry_line`, `undeliverable`, `unknown` and so on.",
    ("channel", "outcome"),
    registry=registry,
)
messages_lag_s = Gauge(
    "saveit_messages_lag_seconds",
    "Age of the oldest message that could be sent and is not. Alarm: above 60.",
    registry=registry,
    multiprocess_mode="livemax",
)
dead_letters = Gauge(
    "saveit_dead_letters",
    "Messages that were given up, or whose fate nobody knows, and that a person must look at. Alarm: above 0.",
    registry=registry,
    multiprocess_mode="livemax",
)
lines_stopped = Gauge(
    "saveit_lines_stopped",
    "Lines that a provider has stopped: wrong credentials, or an account in trouble. Alarm: above 0.",
    registry=registry,
    multiprocess_mode="livemax",
)
history_found = Counter(
    "saveit_history_found",
    "Messages of guests that no webhook brought, found in a provider's history. Alarm: it rises; something was not reached.",
    ("channel",),
    registry=registry,
)
media_copies = Counter(
    "saveit_media_copies",
    "Files of guests that were copied from their providers, are tried again, or were given up.",
    ("channel", "outcome"),
    registry=registry,
)
sounds_heard = Counter(
    "saveit_sounds_heard",
    "Voice notes of guests that were put into words, are tried again, or could not be.",
    ("engine", "outcome"),
    registry=registry,
)
line_words = Counter(
    "saveit_line_words",
    "What providers said about a line or its templates; `for` is who it is for. Alarm: person, above 0.",
    ("channel", "for"),
    registry=registry,
)
webhooks_sent = Counter(
    "saveit_webhooks_sent",
    "Calls to restaurants' own systems, by outcome: `delivered` or `failed`.",
    ("outcome",),
    registry=registry,
)
line_lookups = Counter(
    "saveit_line_lookups",
    "Queries for a line by its address, by outcome: `found` or `unknown`. One a line and day in steady state.",
    ("outcome",),
    registry=registry,
)
webhook_events = Counter(
    "saveit_webhook_events",
    "Events that providers delivered, by channel and outcome: `stored`, `duplicate`, `forged`, `line_unknown`, `line_inactive`, "
    "`line_ambiguous`, `unreadable`. Alarm: `forged` or `line_unknown` for ten minutes.",
    ("channel", "outcome"),
    registry=registry,
)
advisor_events = Counter(
    "saveit_advisor_events",
    "Events kept for the lines of an advisor.",
    ("advisor_id", "channel"),
    registry=registry,
)
inbox_batch_size = Histogram(
    "saveit_inbox_batch_size",
    "Events kept together by one statement.",
    buckets=_BATCH_SIZES,
    registry=registry,
)
inbox_lag_s = Gauge(
    "saveit_inbox_lag_seconds",
    "Age of the oldest event that waits to be read. Alarm: above 30.",
    registry=registry,
    multiprocess_mode="mostrecent",
)
inbox_parked = Gauge(
    "saveit_inbox_parked",
    "Events that could not be read and a person must look at. Alarm: above 0.",
    registry=registry,
    multiprocess_mode="mostrecent",
)

sockets_open = Gauge(
    "saveit_sockets_open",
    "Sockets that are open: `chat` of guests, `staff` of screens.",
    ("kind",),
    registry=registry,
    multiprocess_mode="livesum",
)
sockets_closed = Counter(
    "saveit_sockets_closed",
    "Sockets that were closed, by kind and closing code. Alarm: 4409 or 1011 for ten minutes.",
    ("kind", "code"),
    registry=registry,
)
socket_frames = Counter(
    "saveit_socket_frames",
    "Frames sent: facts to screens, and what is numbered to web chats.",
    ("kind",),
    registry=registry,
)
socket_frames_dropped = Counter(
    "saveit_socket_frames_dropped",
    "Frames that waited for a reader who was cut off; they are sent again when it comes back.",
    registry=registry,
)


def render_metrics() -> bytes:
    """Return all metrics in Prometheus's text format, those of sibling processes included; its type is CONTENT_TYPE."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(registry)
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return generate_latest(together)
