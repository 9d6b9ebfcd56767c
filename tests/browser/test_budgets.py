"""What a guest's phone has to fetch before the page can be used, in octets, as it is sent packed."""

import gzip
import re
from pathlib import Path

import pytest

BUILT = Path(__file__).parents[2] / "src" / "saveit" / "web" / "pages" / "built"


def packed(pattern: str) -> int:
    """Return the size of all built files of a kind."""
    found = list(BUILT.glob(f"{pattern}.gz"))
    assert found, f"nothing was built for {pattern}: make pages"
    return sum(each.stat().st_size for each in found)


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        # It stands on other people's pages, which have enough of their own to fetch.
        ("chat-widget/widget.js", 40_000),
    ],
)
def test_a_page_keeps_to_its_budget(pattern: str, most: int) -> None:
    assert packed(pattern) <= most


def test_the_booking_page_is_all_in_one_and_keeps_to_its_budget() -> None:
    """A slow phone takes a second for some 60 kB, its own work included."""
    page = (BUILT / "booking" / "index.html").read_bytes()
    (script,) = re.findall(rb'<script type="module">(.*?)</script>', page, re.DOTALL)
    (style,) = re.findall(rb"<style>(.*?)</style>", page, re.DOTALL)

    assert b"src=" not in page.replace(script, b"").replace(style, b"")
    assert len(gzip.compress(script, 9)) <= 60_000
    assert len(gzip.compress(style, 9)) <= 8_000


def test_nothing_is_asked_of_other_peoples_servers() -> None:
    pages = [each.read_text(encoding="utf-8") for each in BUILT.rglob("*.html")]

    assert pages
    for page in pages:
        assert 'src="http' not in page
        assert 'href="http' not in page
        assert "onclick=" not in page
