"""A provider's request, from its raw bytes to the acknowledgement.

What tempts is to verify first and look at the body afterwards. But which secret verifies depends on the line, and which line is said only
in the body; so the body is cut apart first, nothing of it is believed, and of what it names only those lines are kept for whose own secret
it verifies. An owner of one line can sign a batch that names another's.
"""

from collections.abc import Callable, Sequence
from typing import assert_never
from uuid import UUID

import msgspec

from saveit.advisors import LineDirectory, Route
from saveit.gateway import store
from saveit.gateway.certificates import Certificates
from saveit.gateway.intake import Intake
from saveit.gateway.model import ChannelUnknown, Spoken
from saveit.gateway.quarantining import Nobodys, Quarantine
from saveit.gateway.sealing import event_digest, seal_envelope, sender_index
from saveit.kernel.clock import Clock
from saveit.kernel.db import Database
from saveit.kernel.http import HttpClient
from saveit.kernel.ids import LineId, TenantId, new_id
from saveit.kernel.observe import logger, metrics
from saveit.messages import (
    NOBODY,
    Answer,
    Channel,
    Channels,
    Credentials,
    Envelope,
    Forged,
    HttpCall,
    LineKey,
    NeedsCertificate,
    Request,
    Response,
    Verified,
)
from saveit.venues import TenantKeyRing

_log = logger("gateway")

BODY_OCTETS_MAX = 4 * 1_048_576
"""Meta sends batches of up to 3 MB, and no provider sends more."""

_OK = 200
_FORBIDDEN = 403
_NOTHING_KNOWN = Credentials(NOBODY, {})


class Gateway:
    """What the front door of a process is made of. `on_arrival` is called after each commit that brought something new.

    `spoken` waits for the replies that ride on the provider's own request; without it a call is told what the channel says meanwhile.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keys: TenantKeyRing,
        *,
        channels: Channels,
        lines: LineDirectory,
        http: HttpClient,
    ) -> None:
        self.database = database
        self.clock = clock
        self.keys = keys
        self.channels = channels
        self.lines = lines
        self.http = http
        self.certificates = Certificates(http, clock)
        self.quarantine = Quarantine(database, clock)
        self.intake = Intake(database)
        self.spoken: Spoken | None = None
        self.on_arrival: Callable[[], None] = _nobody_waits

    async def call_out(self, call: HttpCall) -> Response:
        """Call a provider back; never into a private network. Raises: NotSent, AnswerLost."""
        answer = await self.http.call(
            call.method,
            call.url,
            headers=call.headers,
            body=call.body,
            timeout_s=call.timeout_s,
            octets_max=call.answer_octets_max,
        )
        return Response(status=answer.status, headers=answer.headers, body=answer.body)

    async def credentials_of(self, tenant_id: TenantId, line_id: UUID) -> Credentials | None:
        """Return the credentials of a customer's line, None where they have no such line."""
        route = await self.lines.by_id(LineId(line_id))
        return None if route is None or route.line.tenant_id != tenant_id else route.credentials

    async def close(self) -> None:
        """Write down what was received, then stop."""
        await self.intake.close()


def open_gateway(
    database: Database, clock: Clock, keys: TenantKeyRing, *, channels: Channels, http: HttpClient
) -> Gateway:
    """Return the front door of this process, with a directory of lines of its own. Close it at the end."""
    lines = LineDirectory(database, clock, keys)
    return Gateway(database, clock, keys, channels=channels, lines=lines, http=http)


async def receive(gateway: Gateway, name: str, request: Request, *, trace_id: str = "") -> Answer:
    """Write down what a provider delivers and return its acknowledgement; nothing durable, no 200.

    What is forged is 401 or 403. What is for nobody is counted and answered as if it were taken, so that it is not sent again for days.

    Refuses: ChannelUnknown; TooManyUnknownLines.
    Raises: DatabaseUnreachable, Collision, InboxFull, LineUnreadable, CertificateUnavailable: the provider is to deliver it again.
    """
    channel = gateway.channels.get(name)
    if channel is None:
        raise ChannelUnknown(channel=name[:60])
    asked = channel.handshake(request, _NOTHING_KNOWN)
    if asked is not None:
        return await _shaken(gateway, channel, request)
    delivery = _Delivery(gateway, channel, request)
    for envelope in channel.envelopes(request):
        await delivery.sort(envelope)
    if delivery.taken:
        await keep(gateway, channel, delivery.taken, trace_id=trace_id)
        return await _acknowledged(gateway, channel, request, delivery.taken)
    if delivery.forged is not None:
        return Answer(status=delivery.forged.status)
    return nothing_to_say(channel, request)


async def _shaken(gateway: Gateway, channel: Channel, request: Request) -> Answer:
    """Answer the provider's question whether this address is ours: yes, if one of the lines it may be for says so."""
    for route in await gateway.lines.candidates(channel.name, opaque=request.opaque or None):
        answer = channel.handshake(request, route.credentials)
        if answer is not None and answer.status == _OK:
            return answer
    return Answer(status=_FORBIDDEN)


class _Delivery:
    """One request, its events sorted into those that are kept, those that are forged, and those for nobody."""

    def __init__(self, gateway: Gateway, channel: Channel, request: Request) -> None:
        self._gateway = gateway
        self._channel = channel
        self._request = request
        self._routes: dict[LineKey, Route | None] = {}
        # Lines of one account share their secrets: the signature over a batch of megabytes is worked out once for each secret.
        self._verdicts: dict[tuple[tuple[str, str], ...], Verified | Forged] = {}
        self.taken: list[tuple[Route, Envelope]] = []
        self.forged: Forged | None = None

    async def sort(self, envelope: Envelope) -> None:
        """Find the event's line and see whether it is signed for."""
        key = envelope.line
        if key not in self._routes:
            self._routes[key] = await self._route(key)
        route = self._routes[key]
        if route is None:
            return
        verdict = await self._verdict(route)
        match verdict:
            case Verified():
                self.taken.append((route, envelope))
            case Forged():
                self.forged = verdict
                self._count("forged")
                _log.info(
                    "webhook.forged", channel=self._channel.name, why=verdict.why, line_id=str(route.line.id)
                )
            case _:
                assert_never(verdict)

    async def _route(self, key: LineKey) -> Route | None:
        """Return the line that an event is for, if it is to be answered; what is for nobody is noted."""
        lines, name = self._gateway.lines, self._channel.name
        if key.address:
            route = await lines.find(name, key)
            if route is None:
                await self._note(Nobodys(name, key, "line_unknown"))
            elif not route.active:
                line = route.line
                await self._note(Nobodys(name, key, "line_inactive", line.tenant_id, line.id))
                return None
            return route
        if key.account:
            return await self._of_several(key, await lines.candidates(name, account=key.account))
        if self._request.opaque:
            return await self._of_several(key, await lines.candidates(name, opaque=self._request.opaque))
        await self._note(Nobodys(name, NOBODY, "unreadable"))
        return None

    async def _of_several(self, key: LineKey, routes: Sequence[Route]) -> Route | None:
        """Return the line that takes what is about a whole account: the first that verifies, if all of them are one customer's."""
        if not routes:
            await self._note(
                Nobodys(self._channel.name, key, "line_unknown" if key.account else "unreadable")
            )
            return None
        if len({route.line.tenant_id for route in routes}) > 1:
            await self._note(Nobodys(self._channel.name, key, "line_ambiguous"))
            return None
        for route in routes:
            if isinstance(await self._verdict(route), Verified):
                return route
        return routes[0]

    async def _verdict(self, route: Route) -> Verified | Forged:
        secrets = tuple(sorted(route.credentials.values.items()))
        verdict = self._verdicts.get(secrets)
        if verdict is None:
            verdict = self._verdicts[secrets] = await self._verified(route.credentials)
        return verdict

    async def _verified(self, credentials: Credentials) -> Verified | Forged:
        verdict = self._channel.verify(self._request, credentials)
        if not isinstance(verdict, NeedsCertificate):
            return verdict
        certificate = await self._gateway.certificates.at(verdict.url)
        if certificate is None:
            return Forged("unreadable")
        signed = msgspec.structs.replace(self._request, certificate=certificate)
        verdict = self._channel.verify(signed, credentials)
        return Forged("unreadable") if isinstance(verdict, NeedsCertificate) else verdict

    async def _note(self, nobodys: Nobodys) -> None:
        self._count(nobodys.reason)
        await self._gateway.quarantine.note(nobodys, len(self._request.body))

    def _count(self, outcome: str) -> None:
        metrics.webhook_events.labels(self._channel.name, outcome).inc()


async def keep(
    gateway: Gateway, channel: Channel, taken: Sequence[tuple[Route, Envelope]], *, trace_id: str
) -> int:
    """Write the events down and return how many were new; those that are there already stay as they are."""
    now = gateway.clock.now()
    events: list[store.NewEvent] = []
    for route, envelope in taken:
        line = route.line
        sealer = await gateway.keys.sealer(gateway.database, line.tenant_id)
        inbox_id = new_id(now)
        events.append(
            store.NewEvent(
                tenant_id=line.tenant_id,
                line_id=line.id,
                event_key=event_digest(envelope),
                inbox_id=inbox_id,
                sender_index=sender_index(envelope, sealer),
                envelope_sealed=seal_envelope(envelope, inbox_id, sealer),
                trace_id=trace_id,
                received_at=now,
            )
        )
    kept = await gateway.intake.keep(events)
    new = 0
    for (route, _), event in zip(taken, events, strict=True):
        if event.inbox_id not in kept:
            continue
        new += 1
        if route.line.advisor_id is not None:
            advisor_id = str(route.line.advisor_id)
            metrics.advisor_events.labels(advisor_id, channel.name).inc()
            _log.info(
                "event.kept",
                channel=channel.name,
                line_id=str(route.line.id),
                advisor_id=advisor_id,
                inbox_id=str(event.inbox_id),
                trace_id=trace_id,
            )
    if new < len(events):
        metrics.webhook_events.labels(channel.name, "duplicate").inc(len(events) - new)
    if new:
        metrics.webhook_events.labels(channel.name, "stored").inc(new)
        gateway.on_arrival()
    return new


async def _acknowledged(
    gateway: Gateway, channel: Channel, request: Request, taken: Sequence[tuple[Route, Envelope]]
) -> Answer:
    """Return what the provider is told: on a call the reply itself, if it comes in time."""
    if channel.can.reply == "in_response" and gateway.spoken is not None:
        route, envelope = taken[0]
        reply = await gateway.spoken(route, envelope, request)
        if reply is not None:
            return reply
    return channel.answer(request)


def nothing_to_say(channel: Channel, request: Request) -> Answer:
    """Return the answer that has no effect: on a call even the channel's own answer would keep it going."""
    answer = channel.answer(request)
    if channel.can.reply == "later":
        return answer
    return Answer(media_type=answer.media_type, body=b"<Response/>" if "xml" in answer.media_type else b"{}")


def _nobody_waits() -> None:
    """No worker runs in this process."""
