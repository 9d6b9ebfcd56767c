"""What an operator sees of a booking in a tracing tool: where it came from, what it did, and nothing of the guest."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from inspect import iscoroutinefunction
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, format_trace_id

from saveit import reservations
from saveit.kernel import faults
from saveit.kernel.clock import SettableClock
from saveit.kernel.observe import start_tracing, stop_tracing
from saveit.outbox import Runner, history
from saveit.timers import core_jobs, run_job
from saveit.waitlist import promotion_consumer
from tests.support.house import TESTER, World
from tests.web.conftest import Web, opened

CALLER = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{CALLER}-b7ad6b7169203331-01"


class Spans:
    """The spans that were sent."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def of(self, trace_id: str) -> dict[str, str | None]:
        """Return the spans of one trace by name, each with the name of its parent."""
        found = [
            span for span in self._exporter.get_finished_spans() if format_trace_id(_id(span)) == trace_id
        ]
        names = {span.context.span_id: span.name for span in found if span.context is not None}
        return {
            span.name: None if span.parent is None else names.get(span.parent.span_id, "the caller")
            for span in found
        }

    def named(self, name: str) -> ReadableSpan:
        """Return the last span of a name."""
        return self.all_named(name)[-1]

    def all_named(self, name: str) -> list[ReadableSpan]:
        """Return the spans of a name, the first that ended first."""
        return [span for span in self._exporter.get_finished_spans() if span.name == name]

    def said(self) -> str:
        """Return all that the spans say, in one text."""
        return " ".join(span.to_json() for span in self._exporter.get_finished_spans())


@pytest.fixture
def spans() -> Iterator[Spans]:
    exporter = InMemorySpanExporter()
    start_tracing(SimpleSpanProcessor(exporter))
    yield Spans(exporter)
    stop_tracing()


@pytest.fixture
async def traced(spans: Spans, world: World) -> AsyncIterator[Web]:
    """A skin that was put together after tracing had begun, as a server's is."""
    assert spans.all_named("POST /api/v1/reservations") == []
    async with opened(world) as web:
        yield web


def _id(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.trace_id


def _booking(web: Web) -> dict[str, object]:
    return {
        "restaurant_id": str(web.restaurant.id),
        "date": "2026-03-03",
        "time": "20:00",
        "party_size": 2,
        "guest": {"name": "Zacarías Inolvidable", "phone": "+573001112244", "email": "zacarias@example.com"},
        "special_requests": "una vela azul",
    }


async def test_a_booking_is_one_tree_below_its_caller(traced: Web, spans: Spans) -> None:
    answer = await traced.client.post(
        "/reservations", json=_booking(traced), headers={"traceparent": TRACEPARENT}
    )

    assert answer.status_code == 201, answer.text
    assert spans.of(CALLER) == {
        "POST /api/v1/reservations": "the caller",
        "reservations.book": "POST /api/v1/reservations",
        "ledger.commit": "reservations.book",
    }
    request, commit = spans.named("POST /api/v1/reservations"), spans.named("ledger.commit")
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/api/v1/reservations",
        "http.response.status_code": 201,
    }
    assert commit.attributes == {"saveit.batch_size": 1, "saveit.verdict.done": 1}


async def test_the_trace_is_the_one_that_facts_and_answers_name(traced: Web, spans: Spans) -> None:
    answer = await traced.client.post("/reservations", json=_booking(traced))

    trace_id = format_trace_id(_id(spans.named("POST /api/v1/reservations")))
    history = await traced.client.get(f"/reservations/{answer.json()['id']}/history")
    assert answer.headers["x-request-id"] == trace_id
    assert {fact["trace_id"] for fact in history.json()["history"]} == {trace_id}


async def test_a_callers_own_request_id_stays_the_name_of_the_request(traced: Web, spans: Spans) -> None:
    answer = await traced.client.get("/restaurants", headers={"x-request-id": "order-17"})

    assert answer.headers["x-request-id"] == "order-17"
    assert spans.named("GET /api/v1/restaurants").parent is None


async def test_a_route_is_told_and_no_address(traced: Web, spans: Spans) -> None:
    booked = (await traced.client.post("/reservations", json=_booking(traced))).json()

    await traced.client.delete(f"/reservations/{booked['id']}")
    await traced.client.get("/nothing/here")

    spans.named("DELETE /api/v1/reservations/{reservation_id}")
    assert spans.named("GET unmatched").attributes is not None
    assert booked["id"] not in spans.said()


async def test_a_refusal_is_an_answer_and_a_fault_is_a_failure(traced: Web, spans: Spans) -> None:
    early = await traced.client.post("/reservations", json=_booking(traced) | {"date": "2026-03-01"})
    with faults.armed("reservations.book.before_commit", "raise"):
        failed = await traced.client.post("/reservations", json=_booking(traced))

    books = spans.all_named("reservations.book")
    assert (early.status_code, failed.status_code) == (422, 503)
    assert [(span.status.status_code, span.attributes) for span in books] == [
        (StatusCode.UNSET, {"saveit.refusal": "booking_rules_broken"}),
        (StatusCode.ERROR, {}),
    ]
    assert spans.named("POST /api/v1/reservations").status.status_code is StatusCode.ERROR


async def test_consumers_and_timers_have_traces_of_their_own_that_their_facts_name(
    traced: Web, spans: Spans
) -> None:
    await traced.client.post("/reservations", json=_booking(traced))
    desk = traced.world.desk
    runner = Runner(traced.world.database, traced.world.clock, (promotion_consumer(desk),))
    await runner.prepare()

    await runner.step("waitlist")
    wished = {name: _booking(traced)[name] for name in ("restaurant_id", "date", "time", "party_size")}
    held = (await traced.client.post("/holds", json=wished)).json()
    assert isinstance(traced.world.clock, SettableClock)
    traced.world.clock.advance(timedelta(minutes=6))
    await run_job(next(job for job in core_jobs(desk) if job.name == "holds"))

    step, run = spans.named("outbox.step"), spans.named("timer.run")
    assert step.attributes is not None
    assert run.attributes is not None
    assert (step.attributes["saveit.consumer"], run.attributes["saveit.job"]) == ("waitlist", "holds")
    traced_as = format_trace_id(_id(run))
    assert spans.of(traced_as) == {"timer.run": None, "reservations.expire_hold": "timer.run"}
    async with desk.database.tenant(traced.tenant.id, TESTER) as tx:
        facts = await history(tx, UUID(held["id"]))
    assert [(fact.kind, fact.trace_id == traced_as) for fact in facts] == [
        ("hold.created", False),
        ("hold.expired", True),
    ]


async def test_no_span_says_a_word_of_a_guests(traced: Web, spans: Spans) -> None:
    body = _booking(traced)
    booked = (await traced.client.post("/reservations", json=body)).json()
    await traced.client.put(f"/reservations/{booked['id']}", json={"revision": 1, "party_size": 3})
    await traced.client.post("/reservations", json=body | {"party_size": 99})
    await traced.client.get("/reservations", params={"email": "zacarias@example.com"})

    said = spans.said()
    assert [word for word in ("Zacar", "Inolvidable", "3001112244", "zacarias", "vela") if word in said] == []


def test_every_act_of_the_core_is_traced() -> None:
    """What the door hands out untraced is known to write nothing that a fact tells of."""
    reads = {
        "answer_at",
        "block_notes_of",
        "calendar_offers",
        "covers_of_days",
        "day_offers",
        "decided_offers",
        "find",
        "find_block",
        "find_double_bookings",
        "find_hold",
        "forget_what_is_over",
        "forgotten_due",
        "guest_figures",
        "guests_of",
        "holds_due",
        "list_of_code",
        "list_of_day",
        "list_of_person",
        "nearest_offers",
        "no_shows_due",
        "offers_under",
        "open_holds_of_day",
        "overbooked_days",
        "reminders_due",
        "unconfirmed_due",
        "waiting_for_a_table",
    }

    untraced = {name for name in reservations.__all__ if iscoroutinefunction(getattr(reservations, name))}

    assert untraced == reads
