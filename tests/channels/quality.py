"""What each channel's quality.toml says of the rules that are asked of every channel, and which tests hold each."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.channels.support import ROOT

CHANNELS_FOLDER = ROOT / "src" / "saveit" / "channels"
HELD_BY: Mapping[str, tuple[str, ...]] = {
    "registered": ("test_every_folder_is_registered_and_every_name_is_its_folder",),
    "told": (
        "test_a_channel_names_its_secrets_and_says_what_they_are_for",
        "test_a_channels_page_lists_what_a_line_must_be_told",
    ),
    "signature": (
        "test_a_correctly_signed_request_is_believed",
        "test_an_unsigned_request_is_refused",
        "test_a_request_signed_with_another_secret_is_refused",
        "test_a_line_without_its_secrets_believes_nobody",
    ),
    "body_signed": ("test_a_changed_body_is_refused_where_the_signature_covers_it",),
    "same_key": ("test_the_same_request_twice_has_the_same_keys",),
    "total": (
        "test_every_event_is_read_and_none_is_lost",
        "test_any_bytes_are_survived",
        "test_hostile_bodies_are_survived",
        "test_any_change_of_a_payload_is_survived",
    ),
    "within": ("test_whatever_is_said_is_rendered_within_what_the_channel_can",),
    "falls_back": ("test_rich_answers_fall_back_to_text",),
    "outcomes": ("test_any_answer_of_a_provider_is_survived",),
    "files": (
        "test_a_file_is_fetched_over_https_and_no_secret_goes_elsewhere",
        "test_any_answer_to_a_fetch_is_survived",
    ),
    "discreet": (
        "test_no_secret_is_in_what_logs_would_show",
        "test_nobodys_words_are_in_what_logs_would_show",
    ),
}


def channel_folders() -> list[Path]:
    """List the folders that are channels, registered or not."""
    return sorted(path.parent for path in CHANNELS_FOLDER.glob("*/channel.py"))


def quality_of(channel: str) -> dict[str, object]:
    """Return what a channel says of each rule: done, todo, or why it is exempt."""
    file = CHANNELS_FOLDER / channel / "quality.toml"
    if not file.exists():
        pytest.fail(f"{channel} has no quality.toml: `saveit new-channel` writes one for a new folder")
    return dict(tomllib.loads(file.read_text(encoding="utf-8")).get("rules", {}))


def exempt(channel: str, rule: str) -> str:
    """Return why a rule is not asked of a channel, empty where it is."""
    said = quality_of(channel).get(rule)
    return str(said["exempt"]) if isinstance(said, dict) and "exempt" in said else ""
