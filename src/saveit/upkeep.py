"""What is done from time to time for the installation as a whole: what is old is forgotten, and how things stand is measured."""

from datetime import timedelta
from typing import TYPE_CHECKING

from saveit.consumers.live import SESSION_LASTS, forget_chats
from saveit.consumers.news import forget_news
from saveit.consumers.qr import forget_old_passes
from saveit.consumers.relay import forget_deliveries
from saveit.conversations import forget_media
from saveit.gateway import Gateway, catch_up, forget_old_events, measure_inbox
from saveit.kernel.db import Actor

if TYPE_CHECKING:
    from saveit.timers import Job

_PASSES_CRON = "47 * * * *"
_PASSES_AT_ONCE = 1000
_TOLD_CRON = "52 * * * *"
# What went to a restaurant's own system is asked about for a month, news of a time only that day.
_WEBHOOKS_KEPT, _NEWS_KEPT = timedelta(days=30), timedelta(days=2)
# A guest's photo is of use until the visit is over and talked about.
_MEDIA_KEPT = timedelta(days=90)
_INBOX_CRON = "57 * * * *"
_INBOX_AT_ONCE = 5000
_HISTORIES_CRON = "* * * * * 15"
_INBOX_STATE_CRON = "* * * * * 50"


def upkeep_jobs(gateway: Gateway) -> "tuple[Job, ...]":
    """Return the jobs that are nobody's but the installation's."""
    from saveit.timers import Job

    return (
        Job("passes", _PASSES_CRON, lambda: _forget_passes(gateway)),
        Job("told", _TOLD_CRON, lambda: _forget_told(gateway)),
        Job("inbox", _INBOX_CRON, lambda: _forget_events(gateway)),
        Job("histories", _HISTORIES_CRON, lambda: catch_up(gateway)),
        Job("inbox_state", _INBOX_STATE_CRON, lambda: _measure_inbox(gateway)),
    )


async def _forget_passes(gateway: Gateway) -> int:
    """Remove what old passes there are, some at a time: the next hour takes the rest."""
    async with gateway.database.ledger(Actor("system", "passes", "internal")) as tx:
        return await forget_old_passes(tx, gateway.clock.now(), _PASSES_AT_ONCE)


async def _forget_told(gateway: Gateway) -> int:
    """Remove what was told long ago."""
    now = gateway.clock.now()
    async with gateway.database.ledger(Actor("system", "told", "internal")) as tx:
        forgotten = await forget_deliveries(tx, now - _WEBHOOKS_KEPT)
        forgotten += await forget_news(tx, now - _NEWS_KEPT)
        await forget_media(tx, now - _MEDIA_KEPT, _INBOX_AT_ONCE)
        return forgotten + await forget_chats(tx, now - SESSION_LASTS)


async def _forget_events(gateway: Gateway) -> int:
    """Remove what the inbox need not remember any more, some at a time: the next hour takes the rest."""
    async with gateway.database.ledger(Actor("system", "inbox", "internal")) as tx:
        return await forget_old_events(tx, gateway.clock.now(), _INBOX_AT_ONCE)


async def _measure_inbox(gateway: Gateway) -> int:
    """Tell how the inbox stands; nothing is done."""
    async with gateway.database.ledger(Actor("system", "inbox", "internal")) as tx:
        await measure_inbox(tx, now=gateway.clock.now())
    return 0
