"""Messenger, trap by trap; what it shares with Instagram is tested there."""

import json
from datetime import UTC, datetime

from saveit.messages import (
    Address,
    Buttons,
    Choice,
    Edit,
    OptIn,
    Place,
    Status,
    StatusUpTo,
    UnifiedMessage,
    Written,
)
from tests.channels.support import only, read_fixture, sent

NAME = "messenger"
GUEST = Address("user_id", "400000000000009")


def test_what_was_read_is_told_by_the_clock() -> None:
    seen = only(NAME, "read_until", StatusUpTo)

    assert (seen.recipient, seen.state) == (GUEST, "read")
    assert seen.up_to == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


def test_one_delivery_may_name_several_messages() -> None:
    read = read_fixture(NAME, "two_delivered")

    assert [each.channel_message_id for each in read if isinstance(each, Status)] == ["mid.7", "mid.8"]


def test_an_edit_says_which_message_it_changes() -> None:
    assert only(NAME, "edited", UnifiedMessage).content == Edit("mid.1", Written("para tres"))


def test_a_place_and_a_thumb_are_told_from_pictures() -> None:
    thumb = only(NAME, "thumbs_up", UnifiedMessage).content

    assert only(NAME, "place", UnifiedMessage).content == Place(4.65, -74.08)
    assert isinstance(thumb, Written)
    assert [each.kind for each in thumb.attachments] == ["sticker"]


def test_wanting_news_is_an_opt_in_for_marketing_alone() -> None:
    assert only(NAME, "wants_news", OptIn).scope == "marketing"


def test_buttons_are_a_template_of_the_page() -> None:
    call, body = sent(NAME, Buttons("¿Confirma?", (Choice("yes", "Sí"),)), to=GUEST)

    assert call.url == "https://graph.facebook.com/v23.0/me/messages"
    assert json.loads(body)["messaging_type"] == "RESPONSE"
    assert json.loads(body)["message"]["attachment"]["payload"]["buttons"] == [
        {"type": "postback", "title": "Sí", "payload": "yes"}
    ]
