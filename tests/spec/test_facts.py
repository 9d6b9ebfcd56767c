"""What happened is told whole: who, through which channel, what was and what is; and never in the guest's own words."""

from datetime import timedelta

import asyncpg
import msgspec
import pytest

from saveit import reservations
from saveit.guests import GuestDetails
from saveit.reservations import WalkIn, Wish
from tests.support.core import DAY, Bistro, Opening, answer, key, local, opening, rules

__all__ = ["opening"]

pytestmark = pytest.mark.postgres

ZOE = GuestDetails("Zoraida Quijano", "+573005551234", "zoraida.q@example.com", "es", "Birthday surprise")
WORDS = ("zoraida", "quijano", "5551234", "example.com", "birthday", "surprise")


async def told(bistro: Bistro, subject: object, kind: str) -> dict[str, object]:
    """Return the body of the one fact of a kind about a subject."""
    (found,) = await bistro.rows(
        "SELECT body::text FROM facts WHERE subject_id = $1 AND kind = $2", subject, kind
    )
    return msgspec.json.decode(found[0])


async def test_a_booking_is_told_with_who_made_it_and_through_which_channel(opening: Opening) -> None:
    bistro = await opening.bistro()

    made = await bistro.book()

    assert await bistro.rows(
        "SELECT kind, version, restaurant_id, subject_kind, service_on, actor, channel, trace_id, at FROM facts "
        "WHERE subject_id = $1",
        made.id,
    ) == [
        (
            "reservation.created",
            1,
            bistro.restaurant_id,
            "reservation",
            DAY,
            "guest:widget",
            "web",
            "trace-of-a-guest",
            made.created_at,
        )
    ]


async def test_a_change_is_told_with_what_was_and_what_is(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4))
    made = await bistro.book()
    await bistro.act(reservations.change, made.id, Wish(time="21:00", party_size=4))

    body = await told(bistro, made.id, "reservation.modified")

    before, after = body["before"], body["after"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert changed == {
        "starts_at": ("2026-03-05T01:00:00Z", "2026-03-05T02:00:00Z"),
        "leaves_at": ("2026-03-05T02:30:00Z", "2026-03-05T03:30:00Z"),
        "ends_at": ("2026-03-05T02:45:00Z", "2026-03-05T03:45:00Z"),
        "party_size": (2, 4),
        "table_ids": ([str(bistro.tables[0])], [str(bistro.tables[1])]),
        "revision": (1, 2),
    }
    assert body["person_id"] == str(made.person_id)


async def test_a_cancellation_is_told_with_its_fee_and_reason(opening: Opening) -> None:
    written = rules(
        cancellation_policy={
            "free_cancellation_hours": 72,
            "no_show_penalty": True,
            "penalty_amount_minor": 300,
        }
    )
    bistro = await opening.bistro(written=written)
    made = await bistro.book()
    await bistro.act(reservations.cancel, made.id, reason="illness")

    after = (await told(bistro, made.id, "reservation.cancelled"))["after"]

    assert isinstance(after, dict)
    assert (after["status"], after["fee_minor"], after["cancel_reason"]) == ("cancelled", 300, "illness")


async def busy_evening(bistro: Bistro) -> None:
    """Let a guest with a name go through everything that can happen to a guest."""
    held = await bistro.hold()
    first = await bistro.book(guest=ZOE, hold_id=held.id, key=key("k"))
    await answer(bistro.book(guest=ZOE))
    await bistro.act(reservations.change, first.id, Wish(time="21:00"))
    await bistro.act(
        reservations.amend,
        first.id,
        revision=2,
        guest=lambda words: msgspec.structs.replace(words, special_requests="Birthday surprise, quietly"),
    )
    await bistro.act(reservations.cancel, first.id)
    missed = await bistro.book(guest=ZOE, date=DAY + timedelta(days=1))
    bistro.clock.set(local(DAY + timedelta(days=1), "20:30"))
    await bistro.act(reservations.mark_no_show, missed.id)
    party = WalkIn(restaurant_id=bistro.restaurant_id, party_size=2, guest=ZOE)
    seated = await bistro.act(reservations.walk_in, party)
    await bistro.act(reservations.complete, seated.id)


async def test_a_guests_words_lie_nowhere_in_the_open(
    opening: Opening, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    bistro = await opening.bistro()
    await busy_evening(bistro)
    owner = await asyncpg.connect(opening.dsn)
    tables = await owner.fetch(
        "SELECT c.oid::regclass::text AS name, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid "
        "AND a.attname = 'tenant_id') AS tenanted FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace "
        "AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    # The owner is bound by row-level security as everybody is: it takes the customer's own eyes to see all.
    await owner.close()
    seen = 0
    found: list[str] = []
    for table in tables:
        readable = await bistro.value("SELECT has_table_privilege($1::regclass, 'SELECT')", table["name"])
        if not (readable and table["tenanted"]):
            continue
        rows = await bistro.rows(f"SELECT t::text FROM {table['name']} t")  # noqa: S608 - a name from the catalogue.
        seen += len(rows)
        found += [f"{table['name']}: {word}" for (row,) in rows for word in WORDS if word in row.lower()]
        # A bytea prints as hexadecimal digits, in which the words would stand as well.
        found += [
            f"{table['name']}: {word} in octets"
            for (row,) in rows
            for word in WORDS
            if word.encode().hex() in row.lower()
        ]

    assert seen > 20
    assert found == []
    said = (caplog.text + "".join(capfd.readouterr())).lower()
    assert [word for word in WORDS if word in said] == []


async def test_what_is_kept_of_a_guest_opens_only_with_the_tenants_key(opening: Opening) -> None:
    bistro = await opening.bistro()
    made = await bistro.book(guest=ZOE)

    found = await bistro.act(reservations.find, made.id)

    assert found.guest == ZOE
    assert repr(found).lower().count("zoraida") == 0
