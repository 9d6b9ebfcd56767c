"""How the product is seen from outside: logs without personal words, metrics and, where an endpoint is set, traces.

The door: `logger`, `log_fields` and `configure_logging`; `metrics` and `render_metrics`; `tracer`, `trace_id`, `configure_tracing` and
`stop_tracing`. It owns no tables. It will never write a guest's name, phone or email, nor the body of a message, wherever its output goes,
and it never decides anything.
"""

from saveit.kernel.observe import metrics
from saveit.kernel.observe.logs import Logger, configure_logging, log_fields, logger
from saveit.kernel.observe.metrics import render_metrics
from saveit.kernel.observe.traces import configure_tracing, stop_tracing, trace_id, tracer

__all__ = [
    "Logger",
    "configure_logging",
    "configure_tracing",
    "log_fields",
    "logger",
    "metrics",
    "render_metrics",
    "stop_tracing",
    "trace_id",
    "tracer",
]
