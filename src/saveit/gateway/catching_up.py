"""What came while nobody was here: asked for where the provider remembers, and kept under the keys that its webhooks would have had.

Twilio tries a webhook once. What tempts is to ask only after an outage of ours; but the way to us may have been down while we were up, and
nobody here would know. So each line is asked every few minutes, and what is known already stays as it is.
"""

from datetime import datetime, timedelta
from typing import Final

from saveit.advisors import Route
from saveit.gateway import store
from saveit.gateway.receiving import Gateway, keep
from saveit.kernel.db import Actor
from saveit.kernel.http import AnswerLost, NotSent
from saveit.kernel.observe import logger, metrics
from saveit.messages import Envelope, History, HttpCall, Remembers

_log = logger("gateway")
_ACTOR = Actor("system", "gateway", "internal")
_ASKED_EVERY: Final = timedelta(minutes=10)
# A list may lag behind by as much; what is read twice is kept once.
_OVERLAP: Final = timedelta(minutes=10)
# The inbox knows for eight days what it took; beyond that an old message would be answered anew.
_BACK_MAX: Final = timedelta(days=7)
_LINES_AT_ONCE: Final = 50
_PAGES_MAX: Final = 50
_OK: Final = 200


async def catch_up(gateway: Gateway) -> int:
    """Ask for what was missed by the lines whose turn it is, and return how many events were new."""
    now = gateway.clock.now()
    channels = [name for name, channel in gateway.channels.items() if isinstance(channel, Remembers)]
    async with gateway.database.ledger(_ACTOR) as tx:
        rows = await store.claim_histories(
            tx, channels, now=now, before=now - _ASKED_EVERY, rows_max=_LINES_AT_ONCE
        )
    found = 0
    for row in rows:
        route = await gateway.lines.by_id(row.line_id)
        if route is None or not route.active:
            continue
        since = max(row.complete_until - _OVERLAP, now - _BACK_MAX)
        missed = await _remembered(gateway, route, since)
        if missed is None:
            _log.warning("history.unavailable", line_id=str(row.line_id), channel=route.line.channel)
            continue
        found += await _kept(gateway, route, missed)
        async with gateway.database.ledger(_ACTOR) as tx:
            await store.complete_history(tx, row.tenant_id, row.line_id, until=now)
    return found


async def _remembered(gateway: Gateway, route: Route, since: datetime) -> list[Envelope] | None:
    """Return what the provider remembers since then, the oldest first; None where it cannot be told completely."""
    channel = gateway.channels[route.line.channel]
    assert isinstance(channel, Remembers)
    found: list[Envelope] = []
    call: HttpCall | None = channel.history(route.credentials, since)
    for _ in range(_PAGES_MAX):
        if call is None:
            return found[::-1]
        try:
            response = await gateway.call_out(call)
        except (NotSent, AnswerLost):
            return None
        page = channel.remembered(response, route.credentials, since) if response.status == _OK else None
        if not isinstance(page, History):
            return None
        found += page.envelopes
        call = page.older
    _log.error("history.too_long", line_id=str(route.line.id), pages=_PAGES_MAX)
    return None


async def _kept(gateway: Gateway, route: Route, missed: list[Envelope]) -> int:
    own = route.credentials.line
    mine = [(route, envelope) for envelope in missed if envelope.line == own]
    if not mine:
        return 0
    channel = gateway.channels[route.line.channel]
    new = await keep(gateway, channel, mine, trace_id="")
    if new:
        metrics.history_found.labels(channel.name).inc(new)
        _log.warning("history.found", line_id=str(route.line.id), channel=channel.name, events=new)
    return new
