"""Signatures that the providers themselves made, or publish as examples."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from saveit.channels.families.amazon import signed_call
from saveit.messages import Credentials, Forged, LineKey, NeedsCertificate, Request, Verdict, Verified
from tests.channels.support import BY_NAME, shared_folder

_FOUND = shared_folder()
captured = pytest.mark.skipif(_FOUND is None, reason="the captured payloads are not beside this checkout")
VECTORS = (_FOUND or Path()) / "signatures"
# The certificate of these messages ran out in August 2022.
SENT_AT = datetime(2022, 7, 28, 21, 24, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


def read(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def asked(channel: str, request: Request, **values: str) -> Verdict:
    return BY_NAME[channel].verify(request, Credentials(LineKey("", ""), values))


def meta_request(body: bytes, signature: str) -> Request:
    return Request(
        method="POST",
        url="https://saveit.example/webhooks/whatsapp_meta",
        headers={"x-hub-signature-256": signature},
        body=body,
        received_at=SENT_AT,
    )


@captured
def test_metas_signature_of_raw_bytes_verifies() -> None:
    vector = read("meta_x_hub_signature_256_pywa.vector.json")
    body = (VECTORS / vector["body_file"]).read_bytes()
    request = meta_request(body, vector["X-Hub-Signature-256"])

    assert asked("whatsapp_meta", request, app_secret=vector["app_secret"]) == Verified()
    spaced = meta_request(json.dumps(json.loads(body)).encode(), vector["X-Hub-Signature-256"])
    assert asked("whatsapp_meta", spaced, app_secret=vector["app_secret"]) == Forged("signature_wrong")


@captured
def test_the_published_example_of_the_same_scheme_verifies() -> None:
    vector = read("x_hub_signature_256_github.vector.json")
    request = meta_request(vector["body"].encode(), vector["X-Hub-Signature-256"])

    assert asked("messenger", request, app_secret=vector["secret"]) == Verified()


def twilio_request(vector: dict[str, Any]) -> Request:
    if "raw_body" in vector:
        return Request(
            method="POST",
            url=vector["url"],
            headers={"x-twilio-signature": vector["signature"], "content-type": "application/json"},
            body=vector["raw_body"].encode(),
            received_at=SENT_AT,
        )
    return Request(
        method="POST",
        url=vector["url"],
        headers={"x-twilio-signature": vector["signature"], "content-type": FORM},
        body=urlencode([tuple(pair) for pair in vector["params"]]).encode(),
        received_at=SENT_AT,
    )


@captured
@pytest.mark.parametrize("index", range(8))
def test_twilios_signatures_verify_with_every_port_and_repeated_name(index: int) -> None:
    vector = read("twilio_request_validator_vectors.json")[index]

    verdict = asked("sms_twilio", twilio_request(vector), auth_token=vector["auth_token"])

    assert (verdict == Verified()) is vector["valid"]
    assert asked("sms_twilio", twilio_request(vector), auth_token="another") == Forged("signature_wrong")


def sns_request(name: str, certificate: bytes | None = None, **changes: str) -> tuple[Request, str]:
    message = read(name) | changes
    request = Request(
        method="POST",
        url="https://saveit.example/webhooks/email_ses",
        body=json.dumps(message).encode(),
        received_at=SENT_AT,
        certificate=certificate,
    )
    return request, message["TopicArn"]


@captured
@pytest.mark.parametrize(
    "name",
    [
        "sns_notification_sigv1_valid.json",
        "sns_notification_sigv2_valid.json",
        "sns_notification_lambda_casing_valid.json",
    ],
)
def test_amazons_signatures_verify_with_its_certificate(name: str) -> None:
    certificate = (VECTORS / "sns_signing_cert.pem").read_bytes()
    request, topic = sns_request(name, certificate)
    without, _ = sns_request(name)

    assert asked("email_ses", request, topic_arns=f"arn:other {topic}") == Verified()
    assert isinstance(asked("email_ses", without, topic_arns=topic), NeedsCertificate)
    assert asked("email_ses", request, topic_arns="arn:other") == Forged("sender_not_allowed")


@captured
def test_a_tampered_message_of_amazons_is_refused() -> None:
    certificate = (VECTORS / "sns_signing_cert.pem").read_bytes()
    request, topic = sns_request("sns_notification_tampered_INVALID.json", certificate)

    assert asked("sms_aws", request, topic_arns=topic) == Forged("signature_wrong")


@captured
@pytest.mark.parametrize(
    "url",
    [
        "https://internetbadguys.com/cert.pem",
        "http://sns.us-east-2.amazonaws.com/a.pem",
        "https://sns.us-east-2.amazonaws.com@evil.example/a.pem",
        "https://sns.us-east-2.amazonaws.com.evil.example/a.pem",
        "https://sns.us-east-2.amazonaws.com:444/a.pem",
        "https://sns.us-east-2.amazonaws.com/a.txt",
        "https://[::1/a.pem",
        "",
    ],
)
def test_a_certificate_elsewhere_is_not_fetched(url: str) -> None:
    request, topic = sns_request("sns_notification_sigv1_valid.json", SigningCertURL=url)

    assert asked("email_ses", request, topic_arns=topic) == Forged("sender_not_allowed")


@captured
@pytest.mark.parametrize("header", ["webhook-signature", "multi_signature_header_valid"])
def test_standard_webhooks_verify_with_any_of_several_signatures(header: str) -> None:
    vector = read("standard_webhooks_v1.vector.json")
    at = datetime.fromtimestamp(int(vector["webhook-timestamp"]), UTC)
    request = Request(
        method="POST",
        url="https://saveit.example/webhooks/voice_connect",
        headers={
            "webhook-id": vector["webhook-id"],
            "webhook-timestamp": vector["webhook-timestamp"],
            "webhook-signature": vector[header],
        },
        body=vector["body"].encode(),
        received_at=at,
    )

    if header == "multi_signature_header_valid":
        # The vector's valid signature was made at its own moment; shown with others it still counts.
        assert vector["webhook-signature"] in vector[header].split()
    assert asked("voice_connect", request, webhook_secret=vector["secret"]) == Verified()


@captured
def test_a_standard_webhook_of_six_minutes_ago_is_too_old() -> None:
    vector = read("standard_webhooks_v1.vector.json")
    at = datetime.fromtimestamp(int(vector["webhook-timestamp"]) + 360, UTC)
    request = Request(
        method="POST",
        url="https://saveit.example/webhooks/voice_connect",
        headers={
            "webhook-id": vector["webhook-id"],
            "webhook-timestamp": vector["webhook-timestamp"],
            "webhook-signature": vector["webhook-signature"],
        },
        body=vector["body"].encode(),
        received_at=at,
    )

    assert asked("voice_connect", request, webhook_secret=vector["secret"]) == Forged("too_old")


@captured
def test_base64_of_the_wrong_length_is_no_certificate_and_no_crash() -> None:
    request, topic = sns_request("sns_notification_sigv1_valid.json", b"no certificate", Signature="a")

    assert asked("email_ses", request, topic_arns=topic) == Forged("signature_malformed")


def test_our_own_signature_for_amazon_is_the_one_in_its_published_test_suite() -> None:
    """The case `post-vanilla` of the AWS Signature Version 4 test suite."""
    values = {
        "region": "us-east-1",
        "access_key_id": "AKIDEXAMPLE",
        "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    }

    call = signed_call(
        Credentials(LineKey("", ""), values),
        service="service",
        host="example.amazonaws.com",
        path="/",
        headers={},
        body=b"",
        now=datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
    )

    assert dict(call.headers)["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    )
