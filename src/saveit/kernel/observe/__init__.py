"""How the product is seen from outside: logs without personal words, metrics and, where an endpoint is set, traces.

The door: `logger`, `log_fields` and `configure_logging`; `metrics` and `render_metrics`; `span` and `traced`, and what starts, stops and
joins traces. It owns no tables. It will never write a guest's name, phone or email, nor the body of a message, wherever its output goes,
and it never decides anything.
"""

from saveit.kernel.observe import metrics
from saveit.kernel.observe.logs import Logger, configure_logging, log_fields, logger
from saveit.kernel.observe.metrics import render_metrics
from saveit.kernel.observe.traces import (
    Span,
    configure_tracing,
    is_tracing,
    mark_failed,
    present_span,
    span,
    span_of,
    start_tracing,
    stop_tracing,
    trace_id,
    traced,
    traceparent_of,
)

__all__ = [
    "Logger",
    "Span",
    "configure_logging",
    "configure_tracing",
    "is_tracing",
    "log_fields",
    "logger",
    "mark_failed",
    "metrics",
    "present_span",
    "render_metrics",
    "span",
    "span_of",
    "start_tracing",
    "stop_tracing",
    "trace_id",
    "traced",
    "traceparent_of",
]
