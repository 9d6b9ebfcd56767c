"""The outer callable: everything that is the same for every request, written straight down.

What tempts is a stack of middlewares, each a callable around the next. Each costs every request a frame and two wrapped callables, and
what they do is spread over as many files; here it is one function that can be read from top to bottom.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import NamedTuple, Protocol, runtime_checkable

from saveit.access import Principal
from saveit.kernel.errors import Fault, Refusal
from saveit.kernel.observe import logger, metrics
from saveit.web.edge.buckets import Verdict
from saveit.web.edge.call import Call
from saveit.web.edge.heads import QUERY_OCTETS_MAX, Heads, caller_address, read_heads, read_language
from saveit.web.edge.replies import Kept, Reply, completed, send_kept, send_reply
from saveit.web.edge.tallies import Tally
from saveit.web.links import Links
from saveit.web.parts import Parts
from saveit.web.problems import (
    MEDIA_TYPE,
    HeadersTooLarge,
    Language,
    MethodNotAllowed,
    RateLimited,
    Unauthenticated,
    problem_of,
)
from saveit.web.wire.asgi import App, Headers, Message, Receive, Scope, Send

API = "/api/v1/"
SIGN_IN = "/api/v1/sessions"
# Argon2 makes each try slow for us too. A whole shift may sign in from behind one router; what one email may be tried is bounded apart.
_SIGN_INS_PER_MINUTE = 30
# Besides what programs ask: the booking page, which comes with free times.
_BOUNDED = (API, "/r/")
# A page asks for a session once, and keeps it for three months.
CHAT_SESSIONS = "/api/v1/chat/sessions"
_CHATS_PER_MINUTE = 20
# Nothing of the page's own goes with the request, neither cookie nor key: which pages may, the line says.
_ANY_PAGE = (b"access-control-allow-origin", b"*")
_PATH_LENGTH_MAX = 1_024
_UNMATCHED = "unmatched"
_OK = 200
_INTERNAL_ERROR = 500
_ERROR = 400
_MINUTE_S = 60

_log = logger("web")


class HotPath(Protocol):
    """A route that is answered in front of the router."""

    @property
    def route(self) -> str:
        """Its template, for the metrics."""
        ...

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods it takes."""
        ...

    @property
    def path(self) -> str:
        """Its address; with a slash at its end, all addresses that begin so."""
        ...

    def answer(self, call: Call, scope: Scope, receive: Receive) -> Awaitable[Reply]:
        """Answer it."""
        ...


class Asked(NamedTuple):
    """What the answer to a question rests on, besides who asks it."""

    path: str
    query: bytes
    language: Language | None


@runtime_checkable
class Remembering(HotPath, Protocol):
    """A hot path that remembers answers: what is at hand is sent without a further thought."""

    def at_hand(self, asked: Asked, principal: Principal, now: datetime) -> Kept | None:
        """Return the answer that this caller has been given to the same question, if it is still true."""
        ...


class _Started:
    """The status with which the router's answer has begun; 0 before that."""

    __slots__ = ("status",)

    def __init__(self) -> None:
        self.status = 0


class Front:
    """The application as the server calls it."""

    def __init__(
        self,
        parts: Parts,
        router: App,
        hot: tuple[HotPath, ...],
        *,
        sockets: App,
        seconds: Callable[[], float] = perf_counter,
    ) -> None:
        self._parts = parts
        self._sockets = sockets
        self._links = Links(parts.desk, parts.public_url)
        self._router = router
        self._tell_screens = _nobody_looks if parts.live is None else parts.live.hub.wake
        self._hot = {(method, each.path): each for each in hot for method in each.methods}
        # Whether a path is one of these is asked once, here: asking an object for its members costs as much as an answer at hand.
        self._remembering = tuple((each.path, each) for each in hot if isinstance(each, Remembering))
        self._hot_prefixes = tuple(
            (each.path, each) for each in hot if each.path.endswith("/") and each.path != "/"
        )
        self._seconds = seconds
        # A trace of our own is this process's and the request's number: no two alike, and no system call for each.
        self._process_id = parts.desk.entropy(8).hex()
        self._request_number = 0
        tally = partial(Tally, processes=parts.limits.processes, redis=parts.redis)
        self._by_address = tally("address")
        self._by_key = tally("key")
        self._sign_ins = tally("sign-in")
        self._chats = tally("chat")
        # Finding a metric's child by its labels costs more than counting does.
        self._counters: dict[tuple[str, str, int], Callable[[], None]] = {}
        self._timers: dict[tuple[str, str], Callable[[float], None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is none is a socket, or the server's own and then the router's."""
        if scope["type"] != "http":
            await (self._sockets if scope["type"] == "websocket" else self._router)(scope, receive, send)
            return
        at_hand = self.at_hand(scope)
        if at_hand is not None:
            await send_kept(send, *at_hand)
            return
        client = scope.get("client")
        asked = scope["method"]
        if asked == "HEAD":
            # RFC 9110, 9.3.2: as GET, without the body. The server goes by its own scope, which stays as it was.
            scope, send = scope.copy(), _bodiless(send)
            scope["method"] = "GET"
        call = Call(
            self._parts,
            self._links,
            method=asked,
            path=scope["path"][:_PATH_LENGTH_MAX],
            address=client[0] if client else "",
        )
        await self._answer(call, scope, receive, send)
        if asked not in _SAFE:
            # What was done is told to screens now, and not at the next look at the log.
            self._tell_screens()

    def at_hand(self, scope: Scope) -> tuple[Kept, Headers] | None:
        """Return an answer for which nothing need be waited, with this request's own headers, and count it as given.

        None is for whatever is to be answered in the ordinary way, and has cost the caller nothing of what is allowed.
        """
        if scope["method"] != "GET":
            return None
        begun = self._seconds()
        path = scope["path"]
        for prefix, hot in self._remembering:
            if path.startswith(prefix):
                told = self._remembered(scope, hot)
                if told is not None:
                    self._count(hot.route, "GET", _OK, self._seconds() - begun)
                return told
        return None

    def _remembered(self, scope: Scope, hot: Remembering) -> tuple[Kept, Headers] | None:
        try:
            heads = read_heads(scope["headers"])
        except Refusal:
            return None
        now = self._parts.desk.now()
        principal = self._parts.principals.at_hand(heads.token, now)
        if principal is None:
            return None
        kept = hot.at_hand(Asked(scope["path"], scope["query_string"], heads.language), principal, now)
        client = scope.get("client")
        address = self._address(client[0] if client else "", heads)
        extra: Headers = [(b"x-request-id", self._trace_of(heads).encode())]
        if kept is None or not self._lets_by(principal, address, extra):
            return None
        return kept, extra

    async def _answer(self, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        begun = self._seconds()
        method, path = scope["method"], scope["path"]
        extra: Headers = []
        hot = self._hot.get((method, path)) or self._by_prefix(method, path)
        started: _Started | None = None
        try:
            self._read(call, scope, extra)
            if path == CHAT_SESSIONS:
                extra.append(_ANY_PAGE)
            if path.startswith(_BOUNDED):
                now = self._parts.desk.now()
                if not self._let_known(call, extra, now):
                    await self._let_in(call, extra)
            if hot is None:
                self._require_method(path)
                scope["call"] = call
                started = _Started()
                await self._router(scope, receive, _completing(send, extra, started))
                self._record(call, scope.get("path_template", _UNMATCHED), started.status, begun=begun)
                return
            reply = await hot.answer(call, scope, receive)
        except Exception as error:
            if started is not None and started.status:
                # Half an answer is out: the server must cut the connection, so that nobody takes it for a whole one.
                raise
            reply = reply_to(error, call)
        await send_reply(send, reply, extra)
        route = _UNMATCHED if hot is None else hot.route
        if hot is not None and reply.status < _ERROR:
            self._count(route, call.method, reply.status, self._seconds() - begun)
        else:
            self._record(call, route, reply.status, begun=begun, code=reply.code)

    def _require_method(self, path: str) -> None:
        """Return if the router may know the address; ours outside of it take one method each. Refuses: MethodNotAllowed."""
        methods = [] if path.startswith(API) else [known for known, ours in self._hot if ours == path]
        if methods:
            raise MethodNotAllowed(methods)

    def route_of(self, scope: Scope) -> str:
        """Return the template of an answered request's address; `unmatched` for one that has none."""
        method, path = scope["method"], scope["path"]
        hot = self._hot.get((method, path)) or self._by_prefix(method, path)
        return scope.get("path_template", _UNMATCHED) if hot is None else hot.route

    def _by_prefix(self, method: str, path: str) -> HotPath | None:
        for prefix, hot in self._hot_prefixes:
            if path.startswith(prefix) and method in hot.methods:
                return hot
        return None

    def _read(self, call: Call, scope: Scope, extra: Headers) -> None:
        """Read the headers and bound what may be sent."""
        try:
            call.heads = read_heads(scope["headers"])
        except Refusal:
            call.heads = read_language(scope["headers"])
            raise
        finally:
            extra.append((b"x-request-id", self._trace_of(call.heads).encode()))
        if len(scope["query_string"]) > QUERY_OCTETS_MAX or len(scope["path"]) > _PATH_LENGTH_MAX:
            raise HeadersTooLarge(limit=QUERY_OCTETS_MAX)
        call.address = self._address(call.address, call.heads)

    def _trace_of(self, heads: Heads) -> str:
        """Return what the request is known by: what the caller calls it, or else a name of ours."""
        if not heads.trace_id:
            self._request_number += 1
            heads.trace_id = f"{self._process_id}{self._request_number:016x}"
        return heads.trace_id

    def _address(self, peer: str, heads: Heads) -> str:
        if not heads.forwarded_for:
            return peer
        return caller_address(peer, heads.forwarded_for, self._parts.trusted_proxies)

    async def _let_in(self, call: Call, extra: Headers) -> None:
        """Bound how often, and find out who it is: whoever is known by the key, whoever is not by the address.

        A partner calls for many restaurants from one address, so the address is not held against a key that is known. But an address
        that has guessed too often is refused before its next guess costs a question to the database.

        Refuses: RateLimited; Unauthenticated for a token that opens nothing.
        """
        if not call.heads.token:
            await self._let_address(call, extra)
            return
        if self._guesses_too_often(call.address):
            await self._let_address(call, extra)
        principal = await self._parts.principals.identify(call.heads.token)
        if principal is None:
            await self._let_address(call, extra)
            raise Unauthenticated
        call.is_from(principal)
        per_minute = self._quota_of(principal)
        if per_minute:
            _let_by(await self._by_key.take(str(principal.id), per_minute), extra)

    def _let_known(self, call: Call, extra: Headers, now: datetime) -> bool:
        """Let somebody in who is remembered, and say whether it was: nothing is waited for."""
        principal = self._parts.principals.at_hand(call.heads.token, now)
        if principal is None or not self._lets_by(principal, call.address, extra):
            return False
        call.is_from(principal)
        return True

    def _lets_by(self, principal: Principal, address: str, extra: Headers) -> bool:
        """Let somebody by who is remembered, if that needs no waiting; False has taken nothing of his quota."""
        if self._guesses_too_often(address):
            return False
        per_minute = self._quota_of(principal)
        if not per_minute:
            return True
        verdict = self._by_key.take_at_hand(str(principal.id), per_minute)
        if verdict is None or not verdict.allowed:
            return False
        _let_by(verdict, extra)
        return True

    def _guesses_too_often(self, address: str) -> bool:
        per_minute = self._parts.limits.ip_per_minute
        return bool(per_minute) and self._by_address.is_empty(address, per_minute)

    def _quota_of(self, principal: Principal) -> int:
        """Return how many requests a minute somebody may make; 0 for any number."""
        quota, most = principal.quota_per_minute, self._parts.limits.key_per_minute
        return min(quota, most) if quota and most else quota or most

    async def _let_address(self, call: Call, extra: Headers) -> None:
        """Let one more request of nobody in particular in. Refuses: RateLimited."""
        per_minute = self._parts.limits.ip_per_minute
        if call.path == SIGN_IN and call.method == "POST":
            _let_by(await self._sign_ins.take(call.address, _SIGN_INS_PER_MINUTE), extra)
        if call.path == CHAT_SESSIONS and call.method == "POST" and per_minute:
            _let_by(await self._chats.take(call.address, _CHATS_PER_MINUTE), extra)
        if per_minute:
            _let_by(await self._by_address.take(call.address, per_minute), extra)

    def _record(self, call: Call, route: str, status: int, *, begun: float, code: str | None = None) -> None:
        """Count, and write one line: no query, no body, no word of a guest's.

        What a hot path did is only counted: a booking is told by its fact, and a line for each would cost a tenth of the booking.
        """
        seconds = self._seconds() - begun
        self._count(route, call.method, status, seconds)
        principal = call.known
        _log.info(
            "request answered",
            route=route,
            method=call.method,
            status=status,
            code=code,
            duration_ms=round(seconds * 1000, 2),
            trace_id=call.heads.trace_id,
            caller_kind=None if principal is None else principal.kind,
            caller_id=None if principal is None else principal.id,
        )

    def _count(self, route: str, method: str, status: int, seconds: float) -> None:
        known = method if method in _METHODS else "other"
        counted, timed = (route, known, status), (route, known)
        count = self._counters.get(counted)
        if count is None:
            count = self._counters[counted] = metrics.http_requests.labels(route, known, str(status)).inc
            self._timers[timed] = metrics.http_request_seconds.labels(route, known).observe
        count()
        self._timers[timed](seconds)


_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def reply_to(error: Exception, call: Call) -> Reply:
    """Return the problem document for what was raised; what nobody expected is written down with its place."""
    if not isinstance(error, (Refusal, Fault)):
        _log.error("request failed", trace_id=call.heads.trace_id, exc_info=error)
    elif isinstance(error, Fault):
        _log.warning("request met a fault", trace_id=call.heads.trace_id, fault=type(error).__name__)
    problem = problem_of(
        error, call.language, instance=call.path, trace_id=call.heads.trace_id, audience=call.audience
    )
    return Reply(problem.status, problem.body, MEDIA_TYPE, problem.headers, problem.code)


def _nobody_looks() -> None:
    """No sockets are served."""


def _bodiless(send: Send) -> Send:
    """Send answers without their bodies; the head still tells their length."""

    async def bodiless(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return bodiless


def _completing(send: Send, extra: Headers, started: _Started) -> Send:
    """Give the router's answer the headers that every answer has, and note its status."""

    async def completing(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.status = message.get("status", _INTERNAL_ERROR)
            message["headers"] = completed(message.get("headers", []), extra)
        await send(message)

    return completing


def _let_by(verdict: Verdict, extra: Headers) -> None:
    """Tell the caller what is left. Refuses: RateLimited when it is nothing."""
    reset_s = verdict.retry_after_s or _MINUTE_S
    told = b"limit=%d, remaining=%d, reset=%d" % (verdict.limit, verdict.remaining, reset_s)
    extra.append((b"ratelimit", told))
    if not verdict.allowed:
        raise RateLimited(retry_after_s=verdict.retry_after_s)
