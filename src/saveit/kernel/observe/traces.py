"""Traces by OpenTelemetry, sent only where an endpoint is set; without one a span is a look at a variable and nothing else.

This module keeps state, as `metrics` does: the tracer of this process, or None. A tracer handed down through every call would be the
only argument that decides nothing. OpenTelemetry has a registry of its own for this; asking it for each span costs ten times as much
when there is nothing to send.
"""

from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeAlias, TypeVar

from opentelemetry import trace
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from saveit.kernel.errors import Refusal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

Attributes: TypeAlias = Mapping[str, str | int | float | bool]
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

# An act ends before its spans are sent, so a dead collector costs memory and not time: this many spans, then they are dropped.
# Only the last ones are waited for, when the process stops, and no longer than this.
_SPANS_WAITING_MAX = 2048
_SEND_TIMEOUT_S = 2


class _Tracing:
    """What this process traces with."""

    __slots__ = ("provider", "tracer")

    def __init__(self) -> None:
        self.provider: TracerProvider | None = None
        self.tracer: trace.Tracer | None = None


_tracing = _Tracing()
_propagator = TraceContextTextMapPropagator()
_NO_SPAN = nullcontext(trace.INVALID_SPAN)


def configure_tracing(endpoint: str | None) -> None:
    """Send spans to `endpoint`, the base URL of an OTLP collector over HTTP; with None nothing is sent. Once per process."""
    if endpoint is None:
        return
    # Imported here because it takes longer to import than the rest of the product, and most installations never send a span.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_SEND_TIMEOUT_S)
    start_tracing(BatchSpanProcessor(exporter, max_queue_size=_SPANS_WAITING_MAX))


def start_tracing(processor: "SpanProcessor") -> None:
    """Hand every span of this process to a processor, until `stop_tracing`."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource.create({"service.name": "saveit"}), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    _tracing.provider = provider
    _tracing.tracer = provider.get_tracer("saveit")


def stop_tracing() -> None:
    """Send what is left, and stop; does nothing where nothing was sent."""
    provider, _tracing.provider, _tracing.tracer = _tracing.provider, None, None
    if provider is not None:
        provider.shutdown()


def is_tracing() -> bool:
    """Say whether spans are sent at all."""
    return _tracing.tracer is not None


def trace_id() -> str:
    """Return the present trace's id as 32 hexadecimal digits, or an empty text where nothing is traced."""
    here = present_span()
    return "" if here is None else trace.format_trace_id(here.trace_id)


def present_span() -> SpanContext | None:
    """Return where in its trace this task is, to be named as `parent` or among the `links` of another's span."""
    if _tracing.tracer is None:
        return None
    context = trace.get_current_span().get_span_context()
    return context if context.is_valid else None


def span_of(traceparent: str) -> SpanContext | None:
    """Return the span that a W3C `traceparent` names, or None when it names none."""
    found = _propagator.extract({"traceparent": traceparent})
    context = trace.get_current_span(found).get_span_context()
    return context if context.is_valid else None


def traceparent_of(context: SpanContext) -> str:
    """Return the W3C `traceparent` that names a span."""
    return f"00-{trace.format_trace_id(context.trace_id)}-{trace.format_span_id(context.span_id)}-{context.trace_flags:02x}"


def span(
    name: str,
    attributes: Attributes | None = None,
    *,
    parent: SpanContext | None = None,
    links: Sequence[SpanContext] = (),
    of_server: bool = False,
) -> AbstractContextManager[Span]:
    """Open a span around a block. Attributes name no guest and repeat no words of one.

    A refusal is an answer and is noted by its code; any other exception marks the span as failed, by its type alone: what an exception
    says may be a guest's words.
    """
    tracer = _tracing.tracer
    if tracer is None:
        return _NO_SPAN
    kind = SpanKind.SERVER if of_server else SpanKind.INTERNAL
    return _opened(tracer, name, attributes, parent=parent, links=links, kind=kind)


def traced(
    name: str, act: Callable[_Arguments, Coroutine[object, object, _Result]]
) -> Callable[_Arguments, Coroutine[object, object, _Result]]:
    """Return the act with a span around it; where nothing is traced, the act's own coroutine is handed out as it is."""

    @wraps(act)
    def acting(
        *arguments: _Arguments.args, **options: _Arguments.kwargs
    ) -> Coroutine[object, object, _Result]:
        running = act(*arguments, **options)
        return running if _tracing.tracer is None else _within(name, running)

    return acting


async def _within(name: str, running: Coroutine[object, object, _Result]) -> _Result:
    with span(name):
        return await running


def mark_failed(here: Span, why: str = "") -> None:
    """Mark a span as failed; `why` is a type or a code, never what an exception says."""
    here.set_status(Status(StatusCode.ERROR, why or None))


@contextmanager
def _opened(
    tracer: trace.Tracer,
    name: str,
    attributes: Attributes | None,
    *,
    parent: SpanContext | None,
    links: Sequence[SpanContext],
    kind: SpanKind,
) -> Generator[Span]:
    with tracer.start_as_current_span(
        name,
        context=None if parent is None else trace.set_span_in_context(trace.NonRecordingSpan(parent)),
        kind=kind,
        attributes=attributes,
        links=[Link(link) for link in links],
        record_exception=False,
        set_status_on_exception=False,
    ) as here:
        try:
            yield here
        except Refusal as refusal:
            here.set_attribute("saveit.refusal", refusal.code)
            raise
        except BaseException as error:
            mark_failed(here, type(error).__name__)
            raise
