"""An image that a guest shows is read back, module by module, to the pass it was made from."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
import segno

from saveit.consumers.qr import new_pass, pass_png, pass_svg, sign_pass
from saveit.kernel.ids import ReservationId, RestaurantId
from tests.qr.symbol import png_modules, svg_modules, text_of

PASS = sign_pass(
    new_pass(
        ReservationId(UUID("018f0000-0000-7000-8000-00000000000a")),
        RestaurantId(UUID("018f0000-0000-7000-8000-00000000000b")),
        now=datetime(2026, 3, 2, 12, tzinfo=UTC),
        expires_at=datetime(2026, 3, 3, 1, tzinfo=UTC),
        entropy=lambda count: bytes(range(count)),
    ),
    b"k" * 32,
)
LINKS = [
    PASS,
    f"https://mesa.example/qr/{PASS}",
    f"https://a-longer-name.reservas.example/es/llegada?pase={PASS}",
]


@pytest.mark.parametrize("content", LINKS)
def test_a_png_says_what_it_was_made_from(content: str) -> None:
    assert text_of(png_modules(pass_png(content), scale_px=10, border=4)) == content


@pytest.mark.parametrize("content", LINKS)
def test_an_svg_says_what_it_was_made_from(content: str) -> None:
    assert text_of(svg_modules(pass_svg(content), border=4)) == content


def test_the_longest_content_still_makes_a_symbol_of_sixty_one_modules() -> None:
    modules = png_modules(pass_png("a" * 250), scale_px=10, border=4)

    assert len(modules) == 61
    assert text_of(modules) == "a" * 250


def test_the_error_level_is_m_and_never_less() -> None:
    symbol = segno.make_qr(PASS, error="m", boost_error=False)

    modules = png_modules(pass_png(PASS), scale_px=10, border=4)

    assert modules == [[bool(module) for module in row] for row in symbol.matrix]


def test_a_png_is_as_wide_as_a_phone_and_light_to_send() -> None:
    image = pass_png(LINKS[1])

    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(image[16:20]) == (49 + 2 * 4) * 10
    assert len(image) < 3000


def test_a_png_can_be_made_larger_for_printing() -> None:
    image = pass_png(PASS, scale_px=20)

    assert text_of(png_modules(image, scale_px=20, border=4)) == PASS


def test_an_svg_lies_on_white_so_that_a_dark_page_does_not_hide_it() -> None:
    image = pass_svg(PASS)

    assert b'fill="#fff"' in image
    assert b"<script" not in image


@pytest.mark.parametrize("content", ["", "a b", 'a"b', "<a>", "ñ", "a\nb", "a" * 251])
def test_only_what_is_safe_in_a_link_becomes_a_symbol(content: str) -> None:
    with pytest.raises(ValueError, match="safe in a URL"):
        pass_png(content)


@pytest.mark.parametrize("scale_px", [0, -1, 41])
def test_a_symbol_of_absurd_size_is_not_drawn(scale_px: int) -> None:
    with pytest.raises(ValueError, match="1 to 40"):
        pass_svg(PASS, scale_px=scale_px)
