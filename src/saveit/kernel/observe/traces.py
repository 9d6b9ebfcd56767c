"""Traces by OpenTelemetry, sent only where an endpoint is set; without one a span costs next to nothing and goes nowhere."""

from opentelemetry import trace

# Asks for the provider at each span: rooms may hold it before `configure_tracing` is called.
tracer = trace.get_tracer("saveit")

# An act ends before its spans are sent, so a dead collector costs memory and not time: this many spans, then they are dropped.
# Only the last ones are waited for, when the process stops, and no longer than this.
_SPANS_WAITING_MAX = 2048
_SEND_TIMEOUT_S = 2


def configure_tracing(endpoint: str | None) -> None:
    """Send spans to `endpoint`, the base URL of an OTLP collector over HTTP; with None nothing is sent. Once per process."""
    if endpoint is None:
        return
    # Imported here because it takes longer to import than the rest of the product, and most installations never send a span.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "saveit"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_SEND_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=_SPANS_WAITING_MAX))
    trace.set_tracer_provider(provider)


def stop_tracing() -> None:
    """Send what is left, and stop; does nothing where nothing was sent."""
    shutdown = getattr(trace.get_tracer_provider(), "shutdown", None)
    if callable(shutdown):
        shutdown()


def trace_id() -> str:
    """Return the present trace's id as 32 hexadecimal digits, or an empty text where nothing is traced."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else ""
