"""How long a guest on a slow phone waits until a time can be tapped on the booking page.

The profile is the one that browsers' own tools call a slow phone: a quarter of this machine's processor, 1.6 Mbit/s down, 150 ms for
each question. Chromium plays it, with nothing in its cache.
"""

from pathlib import Path
from typing import Final

import asyncpg
from playwright.async_api import async_playwright

from bench.ground import Ground
from bench.report import Measure, middle, skipped
from bench.service import NotServingError, saveit_up
from bench.sizes import Sizes
from tests.support.programs import find_program

_NAME: Final = "booking_page_slow_phone_ms"
_LIMIT_MS: Final = 1_000.0
_LOADS: Final = 7
_SLOWER: Final = 4
_NETWORK: Final = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
# Noted by the page itself at the moment the first time is there: asking from outside would take a part of the processor.
_NOTE: Final = """
new MutationObserver(() => {
  if (!window.tappable && document.querySelector('button.slot:not(.full):not([disabled])')) window.tappable = performance.now();
}).observe(document, { subtree: true, childList: true });
"""


async def measure_phone(ground: Ground, sizes: Sizes, directory: Path) -> dict[str, Measure]:
    """Open the booking page of a restaurant again and again as a new guest would."""
    chromium = find_program("chromium")
    if chromium is None:
        return {_NAME: skipped("ms", "there is no Chromium on this machine", limit=_LIMIT_MS)}
    try:
        async with ground.database() as dsn, saveit_up(directory, dsn=dsn) as (port, _):
            address = f"http://127.0.0.1:{port}/r/{await _slug(dsn)}"
            slow = [
                await _tappable_ms(chromium, address, slower=_SLOWER)
                for _ in range(min(_LOADS, sizes.rounds + 2))
            ]
            plain = await _tappable_ms(chromium, address, slower=1)
    except NotServingError as error:
        return {_NAME: skipped("ms", str(error), limit=_LIMIT_MS)}
    note = f"the same network and the whole processor: {plain:.0f} ms"
    return {_NAME: Measure(middle(slow), "ms", limit=_LIMIT_MS, note=note)}


async def _slug(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        slug: str = await connection.fetchval("SELECT slug FROM restaurants ORDER BY restaurant_id LIMIT 1")
    finally:
        await connection.close()
    return slug


async def _tappable_ms(chromium: str, address: str, *, slower: int) -> float:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = await browser.new_page(viewport={"width": 390, "height": 844}, locale="es-CO")
            tools = await page.context.new_cdp_session(page)
            for word, facts in (
                ("Network.enable", None),
                ("Network.emulateNetworkConditions", _NETWORK),
                ("Emulation.setCPUThrottlingRate", {"rate": slower}),
            ):
                await tools.send(word, facts)  # pyright: ignore[reportUnknownMemberType] - the library's answers have no type.
            await page.add_init_script(_NOTE)
            await page.goto(address)
            await page.wait_for_function("window.tappable")
            return float(await page.evaluate("window.tappable"))
        finally:
            await browser.close()
