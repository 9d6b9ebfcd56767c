"""What every channel must do, on every payload of its folder and on every captured one beside the checkout."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saveit.channels import CHANNELS
from saveit.messages import (
    Address,
    Attachment,
    Can,
    Channel,
    Choice,
    ChoiceLimits,
    Forged,
    History,
    HttpCall,
    Ignored,
    Letter,
    Limit,
    LineKey,
    Outbound,
    Part,
    ReadMark,
    ReceivedMedia,
    Refused,
    Remembers,
    Request,
    Response,
    RetryAfter,
    Sent,
    Speech,
    TapAnswer,
    Template,
    TemplateUse,
    Text,
    Typing,
    UnifiedMessage,
    UnifiedResponse,
    Verified,
    fit,
)
from tests.channels.drawn import JSON, RESPONSES, changed
from tests.channels.quality import channel_folders, exempt
from tests.channels.support import (
    BY_NAME,
    NOW,
    ROOT,
    SECRETS,
    SIGNERS,
    VALUES,
    Sample,
    bare,
    body_of,
    credentials_of,
    own_samples,
    request_of,
    shared_samples,
    signed,
    values_of,
    with_body,
)

OWN = own_samples()
SHARED = shared_samples()
OUR_ID = UUID("01890000-0000-7000-8000-000000000001")
SINCE = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVERY = pytest.mark.parametrize("channel", CHANNELS, ids=[channel.name for channel in CHANNELS])
ON_OWN = pytest.mark.parametrize("sample", OWN, ids=[sample.name for sample in OWN])
SLOW_DRAWS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
ON_ALL = pytest.mark.parametrize("sample", [*OWN, *SHARED], ids=[sample.name for sample in [*OWN, *SHARED]])


@pytest.mark.skipif(not SHARED, reason="the captured payloads are not beside this checkout")
def test_the_captured_payloads_of_every_provider_are_among_those_read() -> None:
    assert len({sample.channel for sample in SHARED}) == 10
    assert len(SHARED) > 250


def first_of(channel: Channel) -> Sample:
    """Return a fixture of the channel's folder."""
    found = [sample for sample in OWN if sample.channel == channel.name]
    return found[0] if found else pytest.fail(f"{channel.name} has no fixtures yet")


def read_all(channel: Channel, request: Request) -> list[object]:
    return [read for envelope in channel.envelopes(request) for read in channel.parse(envelope)]


def test_every_folder_is_registered_and_every_name_is_its_folder() -> None:
    names = [channel.name for channel in CHANNELS]

    assert sorted(names) == [folder.name for folder in channel_folders()], (
        "each folder of src/saveit/channels is one entry of CHANNELS in its __init__.py"
    )


@EVERY
def test_a_channel_has_fixtures_and_the_tests_sign_as_its_provider_does(channel: Channel) -> None:
    lacks: list[str] = []
    if not any(sample.channel == channel.name for sample in OWN):
        lacks.append(f"payloads as the provider sends them in src/saveit/channels/{channel.name}/fixtures")
    if channel.name not in VALUES:
        lacks.append("made-up secrets: VALUES in tests/channels/support.py")
    if channel.name not in SIGNERS:
        lacks.append("its provider's signature: SIGNERS in tests/channels/support.py")

    assert not lacks, f"{channel.name} still needs " + "; ".join(lacks)


@EVERY
def test_a_channel_names_its_secrets_and_says_what_they_are_for(channel: Channel) -> None:
    names = [need.name for need in channel.needs]

    assert len(names) == len(set(names))
    assert all(need.meaning and need.meaning_es for need in (*channel.needs, *channel.names))
    assert all(need.secret and not need.required for need in channel.needs if need.made)
    assert set(values_of(channel.name)) <= set(names)


@EVERY
def test_a_channel_says_by_what_its_provider_knows_a_line(channel: Channel) -> None:
    """By nothing only where there is no provider, and then by the end of the path."""
    assert [need.name for need in channel.names] in ([], ["account"], ["account", "address"])
    assert channel.names or channel.own_path


@EVERY
def test_a_channels_page_lists_what_a_line_must_be_told(channel: Channel) -> None:
    page = (ROOT / "src" / "saveit" / "channels" / channel.name / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (yes|no) \| (yes|no) \|$", page, re.MULTILINE)

    assert rows == [
        (need.name, need.meaning, "yes" if need.required else "no", "yes" if need.secret else "no")
        for need in channel.needs
    ]


@ON_OWN
def test_a_correctly_signed_request_is_believed(sample: Sample) -> None:
    assert BY_NAME[sample.channel].verify(request_of(sample), credentials_of(sample.channel)) == Verified()


@ON_OWN
def test_an_unsigned_request_is_refused(sample: Sample) -> None:
    channel = BY_NAME[sample.channel]

    verdict = channel.verify(bare(sample.channel, body_of(sample.path)), credentials_of(sample.channel))

    assert isinstance(verdict, Forged)
    assert verdict.status in {401, 403}


@EVERY
def test_a_request_signed_with_another_secret_is_refused(channel: Channel) -> None:
    sample = first_of(channel)
    others = {name: f"other-{value}" for name, value in values_of(channel.name).items()}

    verdict = channel.verify(request_of(sample), credentials_of(channel.name, **others))

    assert isinstance(verdict, Forged)


@EVERY
def test_a_line_without_its_secrets_believes_nobody(channel: Channel) -> None:
    sample = first_of(channel)
    blank = dict.fromkeys(values_of(channel.name), "")

    assert channel.verify(request_of(sample), credentials_of(channel.name, **blank)) == Forged(
        "secret_missing"
    )


@EVERY
def test_a_changed_body_is_refused_where_the_signature_covers_it(channel: Channel) -> None:
    why_not = exempt(channel.name, "body_signed")
    if why_not:
        pytest.skip(why_not)
    sample = first_of(channel)
    request = request_of(sample)
    changed = request.body.replace(b"0", b"1", 1)

    assert isinstance(channel.verify(with_body(request, changed), credentials_of(channel.name)), Forged)


@ON_ALL
def test_the_same_request_twice_has_the_same_keys(sample: Sample) -> None:
    channel = BY_NAME[sample.channel]

    first, second = (channel.envelopes(request_of(sample)) for _ in range(2))

    assert [(each.line, each.event_key) for each in first] == [(each.line, each.event_key) for each in second]


@ON_ALL
def test_every_event_is_read_and_none_is_lost(sample: Sample) -> None:
    channel = BY_NAME[sample.channel]

    envelopes = channel.envelopes(request_of(sample))

    assert envelopes
    for envelope in envelopes:
        assert envelope.event_key
        assert len(envelope.event_key) < 1_000
        assert channel.parse(envelope)


@ON_OWN
def test_only_what_is_meant_to_be_ignored_is_ignored(sample: Sample) -> None:
    ignorable = (
        "next_year",
        "not_a_",
        "typing",
        "without_id",
        "spam",
        "plain_text",
        "half_heard",
        "channel_post",
    )
    read = read_all(BY_NAME[sample.channel], request_of(sample))

    if any(isinstance(each, Ignored) for each in read):
        expected = (*ignorable, "bad_event", "all_levels", "without_sender", "group_moved")
        assert any(word in sample.path.stem for word in expected)


@ON_ALL
def test_an_event_cut_out_of_a_batch_is_small_and_whole(sample: Sample) -> None:
    channel = BY_NAME[sample.channel]
    request = request_of(sample)

    for envelope in channel.envelopes(request):
        assert len(envelope.body) <= 2 * len(request.body) + 2_000


@ON_ALL
def test_nothing_read_holds_what_the_database_refuses(sample: Sample) -> None:
    for read in read_all(BY_NAME[sample.channel], request_of(sample)):
        for text in texts_in(msgspec.to_builtins(read)):
            assert "\x00" not in text
            text.encode()


@ON_ALL
def test_nobodys_words_are_in_what_logs_would_show(sample: Sample) -> None:
    channel = BY_NAME[sample.channel]
    request = request_of(sample)
    shown = repr(request) + repr(channel.envelopes(request)) + repr(read_all(channel, request))

    for read in read_all(channel, request):
        if isinstance(read, UnifiedMessage):
            words = read.text if len(read.text) > 8 else ""
            assert not words or words not in shown
            assert not read.sender.name or f"'{read.sender.name}'" not in shown


@EVERY
def test_no_secret_is_in_what_logs_would_show(channel: Channel) -> None:
    credentials = credentials_of(channel.name)
    calls = [channel.render(outbound(part), credentials, NOW) for part in parts_for(channel)]
    sample = first_of(channel)
    shown = "".join(map(repr, [credentials, *calls, request_of(sample)]))

    assert [secret for secret in SECRETS if secret in shown] == []


@EVERY
@given(body=st.binary(max_size=400))
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW_DRAWS)
def test_any_bytes_are_survived(channel: Channel, body: bytes) -> None:
    survive(channel, bare(channel.name, body))
    survive(channel, signed(channel.name, body))


HOSTILE = {
    "deep_lists": b"[" * 100_000,
    "deep_objects": b'{"entry":[{"changes":[' * 5_000,
    "long_number": b'{"update_id":'
    + b"9" * 5_000
    + b',"object":"page","entry":[{"id":'
    + b"9" * 400
    + b"}]}",
    "beyond_all_floats": b'{"object":"instagram","entry":[{"id":1e400,"time":-1e400}],"update_id":1e400}',
    "half_surrogate": b'{"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"\\ud800"}}]}],"Message":"\\ud800"}',
    "no_utf8": b'{"object":"page","Message":"\xff\xfe"}',
    "byte_order_mark": b"\xef\xbb\xbf{}",
    "not_a_number": b'{"update_id": NaN, "Message": "NaN"}',
    "empty": b"",
    "null": b"null",
    "many_fields": b"&".join(b"a%d=1" % number for number in range(5_000)),
    "blank_form": b"MessageSid=&From=&To=&CallSid=",
    "nul_in_form": b"AccountSid=%00AC&MessageSid=SM%00&From=%00&To=%ED%A0%80&CallSid=%00CA&Body=%00",
}


@EVERY
@pytest.mark.parametrize("body", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_bodies_are_survived(channel: Channel, body: bytes) -> None:
    survive(channel, bare(channel.name, body))
    survive(channel, signed(channel.name, body))
    channel.read(Response(status=200, body=body))


@EVERY
def test_a_hostile_path_names_no_line_that_the_database_refuses(channel: Channel) -> None:
    sample = first_of(channel)
    request = request_of(sample)
    hostile = msgspec.structs.replace(
        request, opaque="mesa\x00\ud800", url=f"{request.url}?CallSid=%00&after=%00"
    )

    survive(channel, hostile)
    survive(channel, msgspec.structs.replace(hostile, method="GET", body=b""))
    survive(
        channel, msgspec.structs.replace(hostile, method="WS", body=b'{"type":"setup","callSid":"\\u0000"}')
    )


@EVERY
@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=SLOW_DRAWS)
def test_any_change_of_a_payload_is_survived(channel: Channel, data: st.DataObject) -> None:
    samples = [sample for sample in OWN if sample.channel == channel.name]
    sample = data.draw(st.sampled_from(samples))
    survive(channel, signed(channel.name, changed(request_of(sample).body, data)))


@EVERY
@given(
    status=st.integers(min_value=0, max_value=999),
    body=st.binary(max_size=200) | JSON.map(msgspec.json.encode),
)
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW_DRAWS)
def test_any_answer_of_a_provider_is_survived(channel: Channel, status: int, body: bytes) -> None:
    outcome = channel.read(Response(status=status, body=body))

    if isinstance(outcome, Sent) and outcome.channel_message_id:
        assert 200 <= status < 300 or channel.name == "telegram"


@EVERY
@given(data=st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=SLOW_DRAWS)
def test_whatever_is_said_is_rendered_within_what_the_channel_can(
    channel: Channel, data: st.DataObject
) -> None:
    response = data.draw(RESPONSES)

    parts = fit(response, channel.can)

    for part in parts:
        assert within(part, channel.can)
        channel.render(outbound(part), credentials_of(channel.name), NOW)


@EVERY
def test_the_same_part_is_rendered_the_same(channel: Channel) -> None:
    for part in parts_for(channel):
        first, second = (channel.render(outbound(part), credentials_of(channel.name), NOW) for _ in range(2))
        assert first == second


@pytest.mark.parametrize("name", ["email_ses", "email_smtp"])
def test_the_same_letter_has_the_same_borders(name: str) -> None:
    png = Attachment(kind="image", url="", media_type="image/png", content=b"1", content_id="pass")
    letter = Letter(subject="Hola", text="Sí", html="<p>Sí</p>", attachments=(png,))

    first, second = (BY_NAME[name].render(outbound(letter), credentials_of(name), NOW) for _ in range(2))

    assert first == second


@EVERY
def test_a_closed_window_lets_only_a_template_through(channel: Channel) -> None:
    use = TemplateUse(name="recordatorio", language="es", parameters=("Ana", "20:30"), reference="HX1")

    parts = fit(UnifiedResponse(text="hola", template=use), channel.can, window_open=False)

    assert parts == ((Template(use),) if channel.can.templates else ())
    for part in parts:
        channel.render(outbound(part), credentials_of(channel.name), NOW)


@EVERY
def test_rich_answers_fall_back_to_text(channel: Channel) -> None:
    many = tuple(Choice(str(number), f"Opción {number}") for number in range(1, 31))

    parts = fit(UnifiedResponse(text="Elija", buttons=many), channel.can)

    said = "".join(str(msgspec.json.encode(part)) for part in parts)
    # Read where it can be read, and heard with the key to press where it is spoken.
    assert ("n 30: Opci" if channel.can.shape == "speech" else "30. Opci") in said


@EVERY
def test_what_a_channel_never_carries_is_a_bug_and_not_a_surprise(channel: Channel) -> None:
    if channel.can.shape == "letter":
        stranger: Part = Speech("hola", "es", "nothing")
    else:
        stranger = Letter(subject="hola", text="hola")

    with pytest.raises(ValueError, match="carries no"):
        channel.render(outbound(stranger), credentials_of(channel.name), NOW)


@EVERY
def test_a_channel_that_types_and_reads_can_be_called_again_for_it(channel: Channel) -> None:
    marks: list[Part] = []
    marks += [Typing("wamid.1")] if channel.can.typing else []
    marks += [ReadMark("wamid.1")] if channel.can.read_marks else []
    marks += [TapAnswer("88001")] if channel.name == "telegram" else []

    for mark in marks:
        call = channel.render(outbound(mark), credentials_of(channel.name), NOW)
        assert call.repeatable if isinstance(call, HttpCall) else True


@EVERY
def test_a_file_is_fetched_over_https_and_no_secret_goes_elsewhere(channel: Channel) -> None:
    credentials = credentials_of(channel.name)

    for url in (
        "https://evil.example/a.jpg",
        "https://api.twilio.com.evil.example/a",
        "http://api.twilio.com/a",
    ):
        call = channel.fetch(ReceivedMedia(kind="image", url=url), credentials)
        assert call is None or (url.startswith("https") and not call.headers)
    assert channel.fetch(ReceivedMedia(kind="image", url="https://[::1"), credentials) is None
    assert channel.fetch(ReceivedMedia(kind="image"), credentials) is None


@EVERY
@given(
    status=st.integers(0, 999),
    body=st.binary(max_size=60) | JSON.map(msgspec.json.encode),
    located=st.booleans(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW_DRAWS)
def test_any_answer_to_a_fetch_is_survived(
    channel: Channel, status: int, body: bytes, *, located: bool
) -> None:
    media = ReceivedMedia(kind="image", reference="7", url="https://cdn.example.com/a" if located else "")

    fetched = channel.fetched(media, Response(status=status, body=body), credentials_of(channel.name))

    assert isinstance(fetched, ReceivedMedia | RetryAfter | Refused)


@EVERY
@given(status=st.integers(0, 999), body=st.binary(max_size=60) | JSON.map(msgspec.json.encode))
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW_DRAWS)
def test_any_memory_of_a_provider_is_survived(channel: Channel, status: int, body: bytes) -> None:
    if isinstance(channel, Remembers):
        response = Response(status=status, body=body)
        history = channel.remembered(response, credentials_of(channel.name), SINCE)
        assert isinstance(history, History | RetryAfter | Refused)
        assert not isinstance(
            channel.looked_up(outbound(Text("hola")), response, credentials_of(channel.name)), Refused
        )


@EVERY
def test_the_provider_is_answered_at_once(channel: Channel) -> None:
    sample = first_of(channel)

    answer = channel.answer(request_of(sample))

    assert answer.status == 200


def survive(channel: Channel, request: Request) -> None:
    credentials = credentials_of(channel.name)
    channel.handshake(request, credentials)
    channel.verify(request, credentials)
    channel.answer(request)
    first = channel.envelopes(request)
    assert first == channel.envelopes(request)
    for envelope in first:
        assert isinstance(envelope.line, LineKey)
        assert (
            "\x00" not in envelope.event_key + envelope.sender + envelope.line.account + envelope.line.address
        )
        (envelope.event_key + envelope.sender + envelope.line.account + envelope.line.address).encode()
        read = channel.parse(envelope)
        assert read
        for each in read:
            assert msgspec.json.encode(each)
            assert repr(each)
            if isinstance(each, UnifiedMessage):
                assert isinstance(each.text, str)


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)


def outbound(part: Part) -> Outbound:
    address = Address("phone", "+5715550101")
    return Outbound(message_id=OUR_ID, recipient=address, part=part)


def parts_for(channel: Channel) -> tuple[Part, ...]:
    few = (Choice("yes", "Sí"), Choice("no", "No"))
    pass_image = Attachment(
        kind="image", url="https://saveit.example/p/abc", media_type="image/png", caption="QR"
    )
    return fit(
        UnifiedResponse(text="¿Confirma?", buttons=few, attachments=(pass_image,), subject="Su reserva"),
        channel.can,
    )


def within(part: Part, can: Can) -> bool:  # noqa: PLR0911 - one return for each part.
    """Tell whether a part keeps to what the channel can, measured here and not by the code under test."""
    built = msgspec.to_builtins(part)
    match built["type"]:
        case "text":
            return can.text.holds(built["text"]) and bool(built["text"].strip())
        case "buttons":
            return can.buttons is not None and choices_within(built, can.buttons)
        case "quick_replies":
            return can.quick_replies is not None and choices_within(built, can.quick_replies)
        case "menu":
            label = None if can.menu is None else can.menu.label
            return (
                can.menu is not None
                and choices_within(built, can.menu)
                and (label is None or label.holds(built["label"]))
            )
        case "file":
            caption = built["attachment"]["caption"]
            return built["attachment"]["kind"] in can.media and (
                not caption or (can.caption is not None and can.caption.holds(caption))
            )
        case "speech":
            return can.shape == "speech" and Limit(can.text.max).holds(built["text"])
        case "letter":
            return can.shape == "letter" and "\n" not in built["subject"]
        case _:
            return False


def choices_within(built: dict[str, Any], limits: ChoiceLimits) -> bool:
    choices = built["choices"]
    titles = [choice["title"].casefold() for choice in choices]
    described = limits.description
    return (
        0 < len(choices) <= limits.count_max
        and bool(built["text"].strip())
        and limits.text.holds(built["text"])
        and len(set(titles)) == len(titles)
        and len({choice["id"] for choice in choices}) == len(choices)
        and all(limits.title.holds(choice["title"]) and choice["title"] for choice in choices)
        and all(len(choice["id"].encode()) <= limits.id_octets_max for choice in choices)
        and all(
            not choice["description"] or (described is not None and described.holds(choice["description"]))
            for choice in choices
        )
    )
