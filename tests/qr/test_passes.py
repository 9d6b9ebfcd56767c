import hmac
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Literal, TypedDict
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saveit.consumers.qr import (
    CheckInPass,
    PassDocument,
    PassExpired,
    PassForged,
    PassMalformed,
    PassOfAnotherRestaurant,
    PassRevoked,
    PassTooEarly,
    PassTooLate,
    PassUnconfirmed,
    PassUsed,
    judge_pass,
    new_pass,
    pass_document,
    pass_key,
    read_document,
    read_pass,
    sign_pass,
)
from saveit.kernel.crypto import TenantKeys
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import ReservationId, RestaurantId, TenantId

RESERVATION = ReservationId(UUID("018f0000-0000-7000-8000-00000000000a"))
RESTAURANT = RestaurantId(UUID("018f0000-0000-7000-8000-00000000000b"))
OTHER_RESTAURANT = RestaurantId(UUID("018f0000-0000-7000-8000-00000000000c"))
ISSUED = datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)
STARTS = datetime(2026, 3, 2, 20, tzinfo=UTC)
EXPIRES = datetime(2026, 3, 2, 23, tzinfo=UTC)
KEY = b"k" * 32
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

Status = Literal["pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"]


class Moment(TypedDict, total=False):
    status: Status
    used_at: datetime | None
    now: datetime


REFUSALS: list[type[Refusal]] = [
    PassMalformed,
    PassForged,
    PassOfAnotherRestaurant,
    PassRevoked,
    PassUnconfirmed,
    PassUsed,
    PassExpired,
    PassTooEarly,
    PassTooLate,
]


def a_pass() -> CheckInPass:
    return new_pass(
        RESERVATION, RESTAURANT, now=ISSUED, expires_at=EXPIRES, entropy=lambda count: bytes(range(count))
    )


def judge(
    *,
    shown: CheckInPass | None = None,
    restaurant_id: RestaurantId = RESTAURANT,
    status: Status = "confirmed",
    used_at: datetime | None = None,
    now: datetime = STARTS,
    tolerance_minutes: int = 15,
    revoked_at: datetime | None = None,
) -> None:
    judge_pass(
        shown or a_pass(),
        restaurant_id=restaurant_id,
        starts_at=STARTS,
        status=status,
        used_at=used_at,
        now=now,
        tolerance_minutes=tolerance_minutes,
        revoked_at=revoked_at,
    )


def test_a_signed_pass_is_read_back_whole() -> None:
    assert read_pass(sign_pass(a_pass(), KEY), KEY) == a_pass()


def test_a_pass_is_short_and_safe_in_a_link() -> None:
    text = sign_pass(a_pass(), KEY)

    assert (
        len(text),
        set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
    ) == (124, True)


def test_the_signature_is_hmac_sha256_over_all_that_the_pass_says() -> None:
    """A scanner that works offline computes this itself, so the octets are a promise."""
    octets = urlsafe_b64decode(sign_pass(a_pass(), KEY))

    said = (
        b"\x01"
        + RESERVATION.bytes
        + RESTAURANT.bytes
        + int(ISSUED.timestamp()).to_bytes(8)
        + int(EXPIRES.timestamp()).to_bytes(8)
        + bytes(range(12))
    )
    assert octets == said + hmac.digest(KEY, said, "sha256")


def test_instants_are_cut_to_whole_seconds_at_once() -> None:
    shown = new_pass(RESERVATION, RESTAURANT, now=ISSUED + SECOND / 3, expires_at=EXPIRES + SECOND / 2)

    assert (shown.issued_at, shown.expires_at) == (ISSUED, EXPIRES)
    assert read_pass(sign_pass(shown, KEY), KEY) == shown


def test_two_passes_of_one_reservation_differ() -> None:
    passes = [new_pass(RESERVATION, RESTAURANT, now=ISSUED, expires_at=EXPIRES) for _ in range(50)]

    assert len({sign_pass(each, KEY) for each in passes}) == 50


def test_a_pass_with_any_character_changed_is_refused() -> None:
    text = sign_pass(a_pass(), KEY)
    altered = [
        text[:place] + other + text[place + 1 :]
        for place in range(len(text))
        for other in "Aa0-_"
        if text[place] != other
    ]

    assert [each for each in altered if refusal_of(each) not in {PassForged, PassMalformed}] == []


def test_a_pass_signed_with_another_tenants_key_is_forged() -> None:
    ours = pass_key(TenantKeys(TenantId(UUID(int=1)), 1, bytes(32)))
    theirs = pass_key(TenantKeys(TenantId(UUID(int=2)), 1, bytes(32)))

    with pytest.raises(PassForged):
        read_pass(sign_pass(a_pass(), theirs), ours)


@given(st.text(max_size=140) | st.text("ABCabc012-_=+/ ", min_size=120, max_size=128))
def test_any_other_text_is_malformed_or_forged_and_nothing_worse(text: str) -> None:
    assert refusal_of(text) in {PassMalformed, PassForged}


@pytest.mark.parametrize("change", ["=", " ", "\n", "+", "/", "é"])
def test_a_pass_has_one_spelling(change: str) -> None:
    text = sign_pass(a_pass(), KEY)

    assert refusal_of(text[:-1] + change) is PassMalformed
    assert refusal_of(text + change) is PassMalformed
    assert refusal_of(change + text) is PassMalformed


def test_a_pass_of_a_version_yet_unknown_is_malformed() -> None:
    assert refusal_of("Ag" + sign_pass(a_pass(), KEY)[2:]) is PassMalformed


def test_the_document_names_the_fields_as_promised() -> None:
    document: dict[str, object] = msgspec.to_builtins(pass_document(a_pass(), KEY))

    signature = urlsafe_b64decode(sign_pass(a_pass(), KEY))[-32:].hex()
    assert document == {
        "reservation_id": str(RESERVATION),
        "restaurant_id": str(RESTAURANT),
        "timestamp": 1772452805,
        "expires_at": 1772492400,
        "nonce": "000102030405060708090a0b",
        "signature": signature,
    }


def test_a_document_is_read_back_from_json() -> None:
    wire = msgspec.json.encode(pass_document(a_pass(), KEY))

    assert read_document(msgspec.json.decode(wire, type=PassDocument), KEY) == a_pass()


@pytest.mark.parametrize(
    "change",
    [
        {"reservation_id": UUID(int=1)},
        {"restaurant_id": OTHER_RESTAURANT},
        {"timestamp": 1772452806},
        {"expires_at": 1772492401},
        {"nonce": "000102030405060708090a0c"},
        {"signature": "00" * 32},
    ],
)
def test_a_document_with_any_field_changed_is_forged(change: dict[str, object]) -> None:
    document = msgspec.structs.replace(pass_document(a_pass(), KEY), **change)

    with pytest.raises(PassForged):
        read_document(document, KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "zz"},
        {"nonce": "00"},
        {"signature": ""},
        {"signature": "x" * 64},
        {"timestamp": -1},
        {"expires_at": 10**18},
    ],
)
def test_a_document_that_cannot_be_a_pass_is_malformed(change: dict[str, object]) -> None:
    document = msgspec.structs.replace(pass_document(a_pass(), KEY), **change)

    with pytest.raises(PassMalformed):
        read_document(document, KEY)


@pytest.mark.parametrize("minutes", [-15, -14, 0, 14, 15])
def test_the_door_opens_around_the_start_to_the_minute_at_both_ends(minutes: int) -> None:
    judge(now=STARTS + minutes * MINUTE)


def test_a_second_before_the_door_opens_is_too_early() -> None:
    with pytest.raises(PassTooEarly) as refused:
        judge(now=STARTS - 15 * MINUTE - SECOND)

    assert refused.value.facts == {
        "starts_at": "2026-03-02T20:00:00+00:00",
        "opens_at": "2026-03-02T19:45:00+00:00",
    }


def test_a_second_after_the_door_closes_is_too_late() -> None:
    with pytest.raises(PassTooLate) as refused:
        judge(now=STARTS + 15 * MINUTE + SECOND)

    assert refused.value.facts == {
        "starts_at": "2026-03-02T20:00:00+00:00",
        "closed_at": "2026-03-02T20:15:00+00:00",
    }


def test_a_restaurant_may_be_more_patient() -> None:
    judge(now=STARTS + 59 * MINUTE, tolerance_minutes=60)


def test_a_pass_is_expired_from_its_last_second_on() -> None:
    judge(now=EXPIRES - SECOND, tolerance_minutes=600)

    with pytest.raises(PassExpired) as refused:
        judge(now=EXPIRES, tolerance_minutes=600)
    assert refused.value.facts == {"expired_at": "2026-03-02T23:00:00+00:00"}


def test_a_pass_opens_no_other_restaurants_door() -> None:
    with pytest.raises(PassOfAnotherRestaurant):
        judge(restaurant_id=OTHER_RESTAURANT)


def test_validating_twice_is_fine_and_checking_in_twice_is_not() -> None:
    judge()
    judge()

    with pytest.raises(PassUsed) as refused:
        judge(used_at=STARTS)
    assert refused.value.facts == {"used_at": "2026-03-02T20:00:00+00:00"}


@pytest.mark.parametrize("status", ["checked_in", "completed"])
def test_a_party_that_the_host_seated_by_hand_has_used_its_pass(status: Status) -> None:
    with pytest.raises(PassUsed) as refused:
        judge(status=status)

    assert refused.value.facts == {"used_at": None}


@pytest.mark.parametrize("status", ["cancelled", "no_show"])
def test_the_pass_of_a_reservation_that_is_off_is_revoked(status: Status) -> None:
    with pytest.raises(PassRevoked) as refused:
        judge(status=status)

    assert refused.value.facts == {"status": status}


def test_a_pass_replaced_by_a_newer_one_is_revoked() -> None:
    with pytest.raises(PassRevoked):
        judge(revoked_at=ISSUED)


def test_a_reservation_that_nobody_confirmed_opens_no_door() -> None:
    with pytest.raises(PassUnconfirmed):
        judge(status="pending")


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (PassOfAnotherRestaurant, {"status": "cancelled"}),
        (PassRevoked, {"status": "cancelled", "now": EXPIRES}),
        (PassUsed, {"used_at": STARTS, "now": EXPIRES}),
        (PassExpired, {"now": EXPIRES}),
    ],
)
def test_the_host_hears_the_reason_that_matters_most(first: type[Refusal], later: Moment) -> None:
    restaurant_id = OTHER_RESTAURANT if first is PassOfAnotherRestaurant else RESTAURANT

    with pytest.raises(first):
        judge(restaurant_id=restaurant_id, **later)


def test_every_refusal_has_a_code_of_its_own() -> None:
    assert [each.code for each in REFUSALS] == [
        "qr_malformed",
        "qr_forged",
        "qr_other_restaurant",
        "qr_revoked",
        "qr_unconfirmed",
        "qr_used",
        "qr_expired",
        "qr_too_early",
        "qr_too_late",
    ]


def refusal_of(text: str) -> type[Refusal] | None:
    try:
        read_pass(text, KEY)
    except Refusal as refusal:
        return type(refusal)
    return None
