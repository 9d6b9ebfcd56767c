import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Generator
from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
import structlog

from saveit.kernel.observe import (
    configure_logging,
    log_fields,
    logger,
    metrics,
    render_metrics,
    span,
    trace_id,
)


class Guest(msgspec.Struct):
    name: str
    phone: str


def look_up(guest: str) -> None:
    try:
        os.environ[guest]
    except KeyError as missing:
        raise ValueError(f"no guest {guest}") from missing


class Output(io.StringIO):
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def output() -> Generator[Output]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = Output()
    configure_logging("info", json=True, stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_one_json_object_with_room_level_and_instant(output: Output) -> None:
    logger("reservations").info(
        "reservation booked", reservation_id=UUID(int=7), service_on=date(2026, 3, 2), ms=3.5
    )

    (line,) = output.lines()
    assert str(line.pop("at")).endswith("Z")
    assert line == {
        "event": "reservation booked",
        "room": "reservations",
        "level": "info",
        "reservation_id": "00000000-0000-0000-0000-000000000007",
        "service_on": "2026-03-02",
        "ms": 3.5,
    }


def test_lines_below_the_level_are_not_written(output: Output) -> None:
    logger("web").debug("cache missed")

    assert output.getvalue() == ""


def test_fields_of_a_task_are_in_each_of_its_lines(output: Output) -> None:
    with log_fields(trace_id="abc"):
        logger("web").info("request answered")
    logger("web").info("request answered")

    assert [line.get("trace_id") for line in output.lines()] == ["abc", None]


@pytest.mark.parametrize(
    "field",
    ["name", "guest_name", "first_name", "phone", "guest_phone", "Email", "authorization", "Authorization-Header",
     "api_token", "password", "secret_key", "guest", "body", "special_requests"],
)  # fmt: skip
def test_what_speaks_of_a_person_is_blanked(output: Output, field: str) -> None:
    logger("web").info("guest found", **{field: "Rosa Díaz"}, nested={"list": [{field: "Rosa Díaz"}]})

    assert "Rosa" not in output.getvalue()


def test_ids_counts_and_names_of_things_are_kept(output: Output) -> None:
    logger("web").info(
        "job done", table_name="facts", guest_id="g1", token_count=3, constraint="table_held_once", phone=None
    )

    (line,) = output.lines()
    assert (line["table_name"], line["guest_id"], line["token_count"], line["phone"]) == (
        "facts",
        "g1",
        3,
        None,
    )


def test_a_struct_is_reduced_to_its_type(output: Output) -> None:
    logger("guests").info("person linked", person=Guest(name="Rosa", phone="+573001234567"))

    assert output.lines()[0]["person"] == "<Guest>"


@pytest.mark.parametrize(
    "text", ["from rosa.diaz+x@example.co.uk today", "call +57 (300) 123-4567 now", "+573001234567"]
)
def test_addresses_inside_a_text_are_blanked(output: Output, text: str) -> None:
    logger("gateway").warning("signature refused", detail=text)

    detail = str(output.lines()[0]["detail"])
    assert "***" in detail
    assert "rosa" not in detail
    assert "4567" not in detail


def test_an_instant_or_an_id_inside_a_text_is_kept(output: Output) -> None:
    text = "2026-03-02T12:00:00+00:00 017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    logger("timers").info("reminder due", detail=text)

    assert output.lines()[0]["detail"] == text


def test_an_exception_is_logged_by_type_and_place_without_what_it_says(output: Output) -> None:
    try:
        look_up("Rosa")
    except ValueError:
        logger("web").exception("request failed")

    (line,) = output.lines()
    assert line["exception"] == ["ValueError", "KeyError"]
    assert "test_observe.py" in str(line["frames"])
    assert "Rosa" not in output.getvalue()


def test_what_libraries_log_takes_the_same_way(output: Output) -> None:
    logging.getLogger("some.library").warning("could not send to %s", "rosa@example.test")

    (line,) = output.lines()
    assert (line["room"], line["level"], line["event"]) == (
        "some.library",
        "warning",
        "could not send to ***",
    )


def test_an_exception_in_a_library_is_logged_without_what_it_says(output: Output) -> None:
    try:
        look_up("Rosa")
    except ValueError:
        logging.getLogger("some.library").exception("task failed")

    assert output.lines()[0]["exception"] == ["ValueError", "KeyError"]
    assert "Rosa" not in output.getvalue()


def test_the_access_log_which_would_quote_addresses_is_silent(output: Output) -> None:
    logging.getLogger("uvicorn.access").info("GET /reservations?phone=300")

    assert output.getvalue() == ""


def test_a_terminal_gets_the_whole_traceback() -> None:
    program = """
from saveit.kernel.observe import configure_logging, logger
configure_logging("info", json=False)
try:
    1 / 0
except ZeroDivisionError:
    logger("web").exception("request failed", guest_phone="+573001234567")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "ZeroDivisionError: division by zero" in ended.stderr
    assert "573001234567" not in ended.stderr


def test_metrics_are_rendered_by_name() -> None:
    # Counted nowhere else, whatever ran before in this process.
    metrics.bookings.labels(outcome="booked", channel="the test of metrics").inc()
    metrics.double_bookings.set(0)

    text = render_metrics().decode()
    assert 'saveit_bookings_total{channel="the test of metrics",outcome="booked"} 1.0' in text
    assert "saveit_double_bookings 0.0" in text


def test_metrics_of_sibling_processes_are_added_up(tmp_path: Path) -> None:
    count = "from saveit.kernel.observe import metrics, render_metrics; metrics.bookings.labels('booked', 'api').inc()"
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", count], env=environment, check=True)
    second = subprocess.run(
        [sys.executable, "-c", count + "; print(render_metrics().decode())"],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert 'saveit_bookings_total{channel="api",outcome="booked"} 2.0' in second.stdout


def test_nothing_is_traced_where_no_endpoint_is_set() -> None:
    with span("reservations.book"):
        assert trace_id() == ""


def test_a_dead_collector_stops_nobody() -> None:
    program = """
from saveit.kernel.observe import configure_tracing, span, stop_tracing, trace_id
configure_tracing("http://127.0.0.1:9")
with span("reservations.book"):
    print(len(trace_id()))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert ended.stdout.strip() == "32"
