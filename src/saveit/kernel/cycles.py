"""When Python looks for objects that only hold each other.

Left to itself, a process that keeps a few thousand pictures of days looks at all of them every few seconds while it fills, and stands still
for a third of a second each time: one booking in twenty waits for it. What we keep holds no cycles and is freed without being looked
for; what a request leaves behind (the server's own objects, mostly) is found among the young. So the young are looked at often, and
everything only once in a long while.
"""

import asyncio
import gc

# Some ten objects a request: a thousand requests' worth is looked at in a few milliseconds.
_YOUNG_MAX = 10_000
_YOUNG_LOOKS_MAX = 10
# As good as never: `look_at_everything` does it instead.
_NEVER = 1_000_000
# A cycle of ours would be a bug and small: what an hour can leave behind is less than the pictures take.
_EVERYTHING_EVERY_S = 3_600.0


def leave_out_what_is_imported() -> None:
    """Leave what is there until now out of every look; what imports leave behind is little and comes once."""
    gc.freeze()


def look_at_the_young_only() -> None:
    """Leave what was imported and put together until now out of every look, and look at everything no more. Call once, before serving."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_MAX, _YOUNG_LOOKS_MAX, _NEVER)


async def look_at_everything(*, every_s: float = _EVERYTHING_EVERY_S) -> None:
    """Look at everything now and then, until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        gc.collect()
