"""What follows from a zone or a name, and what is said of a wrong draft in both languages."""

import string
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saveit.venues import VenueInvalid, region_of_zone, slug_of, venue_message_keys
from saveit.venues.checks import check_restaurant
from saveit.venues.model import RestaurantDraft


@pytest.mark.parametrize(
    ("timezone", "region"),
    [
        ("America/Bogota", "CO"),
        ("Europe/Madrid", "ES"),
        ("Atlantic/Canary", "ES"),
        ("America/New_York", "US"),
        ("America/Mexico_City", "MX"),
        ("America/Buenos_Aires", "AR"),
        ("America/Argentina/Buenos_Aires", "AR"),
        ("US/Eastern", "US"),
        ("Asia/Calcutta", "IN"),
        ("UTC", None),
        ("Etc/GMT+5", None),
        ("Mars/Phobos", None),
    ],
)
def test_a_zone_names_its_country(timezone: str, region: str | None) -> None:
    assert region_of_zone(timezone) == region


def test_a_restaurant_opens_in_every_zone_when_its_country_is_said() -> None:
    zones = available_timezones() - {"localtime", "Factory"}

    opened = {
        check_restaurant(RestaurantDraft(name="El Patio", timezone=zone, region="CO")).timezone
        for zone in zones
    }

    assert opened == zones


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("El Patio", "el-patio"),
        ("  ¡Ñandú & Señor Pez!  ", "nandu-senor-pez"),
        ("Straße 8", "strasse-8"),
        ("京都", ""),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_a_name_becomes_an_address(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(max_size=200))
def test_whatever_the_name_its_address_is_one_that_is_accepted(name: str) -> None:
    slug = slug_of(name)

    assert set(slug) <= set(string.ascii_lowercase + string.digits + "-")
    assert slug == slug.strip("-")
    assert len(slug) <= 60
    assert "--" not in slug


def test_a_wrong_draft_is_explained_in_both_languages() -> None:
    with pytest.raises(VenueInvalid) as refused:
        check_restaurant(RestaurantDraft(name="", timezone="Mars/Phobos", region="CO"))

    name, timezone = refused.value.errors
    assert name.message_es == "Debe tener entre 1 y 120 letras o elementos."
    assert timezone.message_en == "There is no time zone “Mars/Phobos”; an example is America/Bogota."
    assert timezone.message_key in venue_message_keys()


def test_every_message_needs_the_same_facts_in_both_languages() -> None:
    fields = {
        key: [sorted(field for _, field, _, _ in string.Formatter().parse(text) if field) for text in texts]
        for key, texts in venue_message_keys().items()
    }

    assert {key: (es, en) for key, (es, en) in fields.items() if es != en} == {}
