"""One event per line: a noun and a verb, with ids and durations as fields, and never a word of a guest's.

What tempts is to trust each caller to leave personal data out. One careless `guest=guest` would then be in every backup of every log
collector, beyond recall. So the last step before the line is written lets through only plain values, by name: a field whose name speaks of
a person is blanked, a struct is reduced to its type, and what looks like an email address or a phone number inside a text is blanked.
We pay some microseconds a line, and now and then a harmless value.
"""

import datetime as dt
import decimal
import enum
import logging
import pathlib
import re
import sys
import traceback
import uuid
from collections.abc import Mapping, MutableMapping
from typing import TextIO, TypeAlias, cast

import msgspec
import structlog
from structlog.typing import ExcInfo, FilteringBoundLogger, Processor

from saveit.kernel.observe.traces import trace_id

Logger: TypeAlias = FilteringBoundLogger
Event: TypeAlias = MutableMapping[str, object]

log_fields = structlog.contextvars.bound_contextvars
"""Give fields to every line that this task writes inside the block: `with log_fields(trace_id=...):`."""

_BLANK = "***"
# A field is personal when a word of its name is one of these: guest_phone, phone_number, email.
_PERSONAL_WORDS = frozenset(
    (
        "authorization",
        "birthday",
        "body",
        "cookie",
        "credential",
        "credentials",
        "email",
        "guest",
        "identification",
        "passport",
        "password",
        "phone",
        "secret",
        "text",
        "token",
    )
)
# A name alone may be a table's or a restaurant's; these are a person's.
_PERSONAL_NAMES = frozenset(
    (
        "name",
        "first_name",
        "last_name",
        "full_name",
        "family_name",
        "given_name",
        "display_name",
        "user_name",
        "person_name",
        "special_requests",
        "notes",
        "address",
    )
)
# An id tells nothing without the database: guest_id and token_id are what a log is for.
_HARMLESS_SUFFIXES = ("_id", "_count", "_ms", "_s", "_kind")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"\+\d[\d ().-]{6,18}\d")
_DEPTH_MAX = 4
_ITEMS_MAX = 50
# Long enough for a sentence of ours; whatever is longer is a body of something.
_TEXT_LENGTH_MAX = 500
_FRAMES_MAX = 30
_CAUSES_MAX = 8

# These write what they serve: addresses with what was searched for, SQL with its arguments.
_TALKATIVE_LOGGERS = ("uvicorn.access", "asyncpg", "httpx", "httpcore", "pgqueuer", "urllib3")


def logger(name: str) -> Logger:
    """Return the logger of a room; `name` is in every line as `room`."""
    return cast("Logger", structlog.get_logger(room=name))


def configure_logging(level: str, *, json: bool, stream: TextIO | None = None) -> None:
    """Let this process log from `level` on, one JSON object a line, or, for a terminal, one coloured line.

    What libraries log through the standard library takes the same way. A terminal also gets tracebacks with their messages; JSON gets
    only their types and places, since an exception's message may quote what a guest wrote. `stream` is standard error unless given.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    out = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _with_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        *([exception_without_words] if json else []),
        without_personal_words,
    ]
    rendered: Processor = structlog.processors.JSONRenderer(serializer=_as_json) if json else _terminal(out)
    structlog.configure(
        processors=[*shared, rendered],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=stream is None,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_with_room, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered],
        )
    )
    logging.basicConfig(level=max(threshold, logging.INFO), handlers=[handler], force=True)
    for talkative in _TALKATIVE_LOGGERS:
        logging.getLogger(talkative).setLevel(logging.WARNING)


def without_personal_words(_logger: object, _method: str, event: Event) -> Event:
    """Blank what speaks of a person; the last processor before the line is written."""
    for name, value in event.items():
        event[name] = (
            value if name in {"exc_info", "_record", "_from_structlog"} else _allowed(name, value, 0)
        )
    return event


def exception_without_words(_logger: object, _method: str, event: Event) -> Event:
    """Turn `exc_info` into the exception's types and places, causes last; what it says is left out."""
    raised = _raised(cast("ExcInfo | BaseException | bool | None", event.pop("exc_info", None)))
    causes: list[str] = []
    frames: list[str] = []
    while raised is not None and len(causes) < _CAUSES_MAX:
        causes.append(_kind(raised))
        places = traceback.extract_tb(raised.__traceback__, limit=-_FRAMES_MAX)
        frames.extend(f"{pathlib.Path(place.filename).name}:{place.lineno} {place.name}" for place in places)
        raised = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)
    if causes:
        event["exception"] = causes
        event["frames"] = frames[:_FRAMES_MAX]
    return event


def _raised(exc_info: "ExcInfo | BaseException | bool | None") -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case True:
            return sys.exception()
        case (_, BaseException() as raised, _):
            return raised
        case _:
            return None


def _kind(raised: BaseException) -> str:
    """Name an exception's type, and the constraint behind it where the database refused."""
    name = type(raised).__qualname__
    constraint = getattr(raised, "constraint_name", None)
    return f"{name}[{constraint}]" if isinstance(constraint, str) else name


def _allowed(name: str, value: object, depth: int) -> object:
    """Return `value` as far as it may be written, under a field of this name."""
    if value is not None and _is_personal(name):
        return _BLANK
    match value:
        case Mapping() if depth < _DEPTH_MAX:
            items = list(cast("Mapping[object, object]", value).items())[:_ITEMS_MAX]
            return {str(key): _allowed(str(key), inner, depth + 1) for key, inner in items}
        case list() | tuple() | set() | frozenset() if depth < _DEPTH_MAX:
            elements = list(cast("list[object]", value))[:_ITEMS_MAX]
            return [_allowed(name, element, depth + 1) for element in elements]
        case _:
            return _plain(value)


def _plain(value: object) -> object:
    match value:
        case enum.Enum():
            return value.name
        case None | bool() | int() | float():
            return value
        case str():
            return _without_addresses(value)
        case uuid.UUID() | dt.date() | dt.time() | dt.timedelta() | decimal.Decimal() | pathlib.PurePath():
            return str(value)
        case _:
            return f"<{type(value).__name__}>"


def _is_personal(name: str) -> bool:
    lowered = name.lower().replace("-", "_")
    if lowered.endswith(_HARMLESS_SUFFIXES):
        return False
    return lowered in _PERSONAL_NAMES or not _PERSONAL_WORDS.isdisjoint(lowered.split("_"))


def _without_addresses(text: str) -> str:
    return _PHONE.sub(_BLANK, _EMAIL.sub(_BLANK, text[:_TEXT_LENGTH_MAX]))


def _with_trace(_logger: object, _method: str, event: Event) -> Event:
    """Give a line the trace it was written in, unless it names one itself."""
    present = "" if "trace_id" in event else trace_id()
    if present:
        event["trace_id"] = present
    return event


def _with_room(_logger: object, _method: str, event: Event) -> Event:
    """Give a library's line its logger's name as room."""
    record = cast("logging.LogRecord | None", event.get("_record"))
    event["room"] = record.name if record is not None else "unknown"
    return event


def _as_json(event: Event, **_options: object) -> str:
    return msgspec.json.encode(event).decode()


def _terminal(out: TextIO) -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=out.isatty(), timestamp_key="at", exception_formatter=structlog.dev.plain_traceback
    )
