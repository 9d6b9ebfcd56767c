"""However a provider packs its events, they are the same events: together, one by one, twice, or in another order."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saveit.messages import Credentials, Inbound, Request, Verified
from tests.channels.support import BY_NAME, own_samples, signed

BATCHED = ("whatsapp_meta", "instagram", "messenger")


def entries_of(channel: str) -> list[dict[str, Any]]:
    """Return every entry of every sample, each alone."""
    found: list[dict[str, Any]] = []
    for sample in own_samples():
        if sample.channel == channel:
            found += json.loads(sample.path.read_bytes())["entry"]
    return found


def webhook(channel: str, entries: list[dict[str, Any]]) -> Request:
    product = {"whatsapp_meta": "whatsapp_business_account", "instagram": "instagram", "messenger": "page"}[
        channel
    ]
    return signed(channel, json.dumps({"object": product, "entry": entries}).encode())


def events(channel: str, requests: list[Request]) -> dict[tuple[str, str, str], tuple[Inbound, ...]]:
    """Return what would be kept: one row for each line and key, whatever comes twice."""
    reader = BY_NAME[channel]
    return {
        (envelope.line.account, envelope.line.address, envelope.event_key): reader.parse(envelope)
        for request in requests
        for envelope in reader.envelopes(request)
    }


@pytest.mark.parametrize("channel", BATCHED)
@given(data=st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_any_packing_order_and_repetition_keeps_the_same_events(channel: str, data: st.DataObject) -> None:
    entries = entries_of(channel)
    together = events(channel, [webhook(channel, entries)])
    order = list(range(len(entries))) + data.draw(st.lists(st.integers(0, len(entries) - 1), max_size=5))
    data.draw(st.randoms(use_true_random=False)).shuffle(order)
    shuffled = [entries[index] for index in order]
    size = data.draw(st.integers(1, 7))
    packs = [shuffled[at : at + size] for at in range(0, len(shuffled), size)]

    repacked = events(channel, [webhook(channel, pack) for pack in packs])

    assert repacked == together


def test_a_statuses_state_and_an_edit_are_events_of_their_own() -> None:
    keys = [
        key for _, _, key in events("whatsapp_meta", [webhook("whatsapp_meta", entries_of("whatsapp_meta"))])
    ]

    assert {"status:wamid.OURS4:sent", "status:wamid.OURS4:delivered"} <= set(keys)
    assert len(keys) > 30


def test_who_owns_one_line_cannot_speak_for_another() -> None:
    """A batch may name any line; it is believed for those alone whose own secret signed it."""
    request = webhook("whatsapp_meta", entries_of("whatsapp_meta"))
    channel = BY_NAME["whatsapp_meta"]
    lines = {envelope.line for envelope in channel.envelopes(request)}
    secrets = dict.fromkeys(lines, "another-app") | {
        line: "meta-app-secret" for line in lines if line.address == "200000000000002"
    }

    believed = {
        line
        for line in lines
        if channel.verify(request, Credentials(line, {"app_secret": secrets[line]})) == Verified()
    }

    assert {line.address for line in believed} == {"200000000000002"}
