"""The QR symbol of a pass, as PNG for messages and SVG for pages."""

import re
from io import BytesIO

import segno

# Level M restores 15 % of the symbol: enough for a scratched screen, and smaller modules than Q or H would need on paper.
_ERROR_LEVEL = "m"
# The quiet zone that ISO/IEC 18004 asks for; scanners fail without it on dark screens.
_BORDER_MODULES = 4
# A pass takes 49 modules a side, in a long link up to 61: at 10 pixels each and with the border 570 to 690 pixels, sharp at the
# width of a phone, and 1 to 2 kB.
_SCALE_PX = 10
_SCALE_PX_MAX = 40
# What 61 modules a side hold at level M; a finer symbol is hard to read from a phone at arm's length.
_CONTENT_LENGTH_MAX = 250
# RFC 3986: nothing here changes when it is put into a link, a header or a message.
_URL_SAFE = re.compile(r"[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+", re.ASCII)


def pass_png(content: str, *, scale_px: int = _SCALE_PX) -> bytes:
    """Return the symbol as a black and white PNG, `scale_px` pixels a module. `content` is a pass or a link that holds one."""
    image = BytesIO()
    _symbol(content).save(image, kind="png", scale=_within_limits(scale_px), border=_BORDER_MODULES)
    return image.getvalue()


def pass_svg(content: str, *, scale_px: int = _SCALE_PX) -> bytes:
    """Return the symbol as SVG on white, to be put into a page or served by itself."""
    image = BytesIO()
    _symbol(content).save(
        image,
        kind="svg",
        scale=_within_limits(scale_px),
        border=_BORDER_MODULES,
        light="#fff",
        # A page gives it the size it wants.
        omitsize=True,
    )
    return image.getvalue()


def _symbol(content: str) -> segno.QRCode:
    if len(content) > _CONTENT_LENGTH_MAX or _URL_SAFE.fullmatch(content) is None:
        raise ValueError(f"a symbol holds 1 to {_CONTENT_LENGTH_MAX} characters that are safe in a URL")
    return segno.make_qr(content, error=_ERROR_LEVEL, boost_error=False)


def _within_limits(scale_px: int) -> int:
    if not 1 <= scale_px <= _SCALE_PX_MAX:
        raise ValueError(f"a module is 1 to {_SCALE_PX_MAX} pixels wide, not {scale_px}")
    return scale_px
