"""Waiting for a word, but not for ever: what every worker does between two looks."""

import asyncio


async def wait_for(event: asyncio.Event, *, within_s: float | None) -> None:
    """Return when the event is set, or after so many seconds; None waits for it however long."""
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return
