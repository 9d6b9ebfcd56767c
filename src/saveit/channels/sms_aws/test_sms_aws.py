"""SMS through Amazon, trap by trap."""

import json

import pytest

from saveit.messages import (
    Address,
    Confirmation,
    Ignored,
    LineKey,
    OptOut,
    Outcome,
    Refused,
    RetryAfter,
    Sent,
    Status,
    Text,
    UnifiedMessage,
    Unknown,
)
from tests.channels.support import BY_NAME, only, outcome, own_samples, read_fixture, request_of, sent

NAME = "sms_aws"


def test_a_message_is_for_the_number_in_the_topics_account() -> None:
    sample = next(each for each in own_samples() if each.channel == NAME and each.path.stem == "text")
    message = only(NAME, "text", UnifiedMessage)

    envelope = BY_NAME[NAME].envelopes(request_of(sample))[0]

    assert (envelope.line, envelope.event_key) == (LineKey("111122223333", "+5715550100"), "sns:sns-1")
    assert (message.channel_message_id, message.replies_to) == ("in-1", "out-1")


def test_an_opt_out_that_amazon_took_may_also_have_meant_the_booking() -> None:
    out, message = read_fixture(NAME, "cancel_is_also_an_opt_out")

    assert isinstance(out, OptOut)
    assert isinstance(message, UnifiedMessage)


def test_a_status_brings_our_own_reference_back() -> None:
    status = only(NAME, "status_delivered", Status)

    assert status.own_reference == "01890000-0000-7000-8000-000000000001"
    assert only(NAME, "status_unreachable", Status).failure == Refused(
        "undeliverable", "TEXT_UNREACHABLE", "UNREACHABLE"
    )


def test_a_subscription_is_confirmed_by_a_call_to_amazon_alone() -> None:
    call = only(NAME, "subscription_offered", Confirmation).call

    assert call.method == "GET"
    assert call.url.startswith("https://sns.us-east-1.amazonaws.com/")
    assert only(NAME, "plain_text_of_the_service", Ignored).why == "own_test"


def test_a_call_is_signed_for_its_moment_and_carries_our_reference() -> None:
    call, body = sent(NAME, Text("Hola"), to=Address("phone", "5715550101"))
    headers = dict(call.headers)

    assert json.loads(body)["DestinationPhoneNumber"] == "+5715550101"
    assert json.loads(body)["Context"] == {"saveit_ref": "01890000-0000-7000-8000-000000000001"}
    assert headers["x-amz-date"] == "20260921T141320Z"
    assert headers["authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260921/us-east-1/sms-voice/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="
    )


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"MessageId": "m-1"}, Sent("m-1")),
        (400, {"__type": "ThrottlingException"}, RetryAfter("line", "ThrottlingException")),
        (
            400,
            {"__type": "com.amazonaws#ConflictException", "Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"},
            Refused("opted_out", "ConflictException/DESTINATION_PHONE_NUMBER_OPTED_OUT"),
        ),
        (400, {"__type": "RequestExpired"}, RetryAfter("call", "RequestExpired")),
        (403, {"__type": "AccessDeniedException"}, Refused("stop_line", "AccessDeniedException")),
        (400, {"__type": "ValidationException"}, Refused("bug", "ValidationException")),
        (500, {"__type": "InternalServerException"}, Unknown("InternalServerException")),
    ],
)
def test_an_error_is_judged_by_its_name(status: int, body: object, expected: Outcome) -> None:
    assert outcome(NAME, status, body) == expected
