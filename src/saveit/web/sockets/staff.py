"""/ws/staff: what happens, told to screens of the house."""

import asyncio
from datetime import date
from typing import assert_never

import msgspec

from saveit.access import Principal
from saveit.advisors import advisor_of_user
from saveit.consumers.live import Group, Hub, Screen, Sight, Topic, read_place, written
from saveit.kernel.errors import Fault
from saveit.kernel.ids import AdvisorId, RestaurantId, TenantId, UserId
from saveit.kernel.observe import logger
from saveit.outbox import Place
from saveit.venues import tenant_of
from saveit.web.parts import Live, Parts
from saveit.web.sockets.door import Door
from saveit.web.sockets.open import Gone, OpenSocket
from saveit.web.sockets.server import Share
from saveit.web.sockets.sight import groups_of, sight_of
from saveit.web.sockets.wire import (
    BUSY,
    MALFORMED,
    NOBODY,
    TOO_MANY,
    Ping,
    Pong,
    SocketReceive,
    SocketSend,
    StaffFrame,
    StaffHello,
    Subscribe,
    Wish,
)

_log = logger("live")
_decoder = msgspec.json.Decoder(StaffFrame)
_encoder = msgspec.json.Encoder()


class Refused(Exception):
    """A topic is not the caller's; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StaffSocket(OpenSocket[StaffFrame]):
    """One screen. Its task reads what it sends; what it is told comes from the hub."""

    __slots__ = ("_advisor_id", "_hub", "_is_behind", "_parts", "_reviewing", "_screen", "_token", "_wishes")

    def __init__(
        self, parts: Parts, live: Live, receive: SocketReceive, send: SocketSend, *, share: Share | None
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        super().__init__(receive, send, _decoder.decode, task.cancel, share=share)
        self._parts = parts
        self._hub: Hub = live.hub
        self._screen: Screen | None = None
        self._is_behind = False
        self._token = ""
        self._advisor_id: AdvisorId | None = None
        self._wishes: tuple[Wish, ...] = ()
        self._reviewing: asyncio.Task[None] | None = None

    async def run(self, door: Door, token: str) -> None:
        """Serve until the socket is closed. Raises: Gone; Fault."""
        hello = await self.hello()
        if not isinstance(hello, StaffHello):
            raise self.over(MALFORMED)
        self._token = hello.token or token
        principal = await self._identified()
        holder_id = principal.id
        if holder_id is not None and not door.holds(holder_id):
            raise self.over(TOO_MANY)
        try:
            door.enter(self, "staff")
            await self._begin(principal, hello)
            while True:
                await self._take(await self.next())
        finally:
            door.leave(self, "staff")
            if self._screen is not None:
                self._hub.leave(self._screen)
            if self._reviewing is not None:
                self._reviewing.cancel()
            if holder_id is not None:
                door.releases(holder_id)

    def ping(self) -> str:
        """Return the question whether it lives, with the place up to which it has everything."""
        return self._lives("ping")

    def review(self) -> None:
        """Look whether the screen may still be told; made to be called often."""
        if self._reviewing is None or self._reviewing.done():
            self._reviewing = asyncio.create_task(self._review())

    async def _begin(self, principal: Principal, hello: StaffHello) -> None:
        await self._hub.begin()
        if principal.kind == "staff" and principal.id is not None:
            self._advisor_id = await self._advisor_of(principal)
        holders = [
            each for each in (principal.id, principal.session_id, self._advisor_id) if each is not None
        ]
        self._screen = Screen(
            self.outlet, tenant_id=principal.tenant_id, holder_ids=holders, review=self.review
        )
        self._screen.place = self._hub.told
        who = {"kind": principal.kind, "id": principal.id}
        self._say(type="welcome", seq=written(self._hub.told), principal=who)
        await self._follow(principal, hello.topics, after=hello.after)

    async def _take(self, frame: StaffFrame) -> None:
        match frame:
            case Subscribe(topics=wishes):
                if self._reviewing is not None:
                    await asyncio.wait((self._reviewing,))
                await self._follow(await self._identified(), wishes, after=None)
            case Ping():
                self.outlet.offer(self._lives("pong"))
            case Pong():
                pass
            case StaffHello():
                raise self.over(MALFORMED)
            case _:
                assert_never(frame)

    async def _identified(self) -> Principal:
        """Return who is at the screen. Raises: Gone, when the token opens nothing."""
        principal = await self._parts.principals.identify(self._token) if self._token else None
        if principal is None:
            raise self.over(NOBODY)
        return principal

    async def _follow(self, principal: Principal, wishes: tuple[Wish, ...], *, after: str | None) -> None:
        """Follow what is wished for and allowed: first what was missed, then what comes. Raises: Gone; Fault."""
        screen = self._screen
        assert screen is not None
        topics: list[Topic] = []
        for wish in wishes:
            floor = self._floor(screen, wish, after)
            try:
                topics += await self._topics(principal, wish, floor)
            except Refused as refused:
                self._say(type="refused", restaurant_id=wish.restaurant_id, code=refused.code)
        self._wishes = wishes
        self._is_behind = True
        try:
            await self._hub.follow(screen, topics, self._missed)
        finally:
            self._is_behind = False
        self._say(type="subscribed", seq=self._seq(), topics=len(wishes))

    def _floor(self, screen: Screen, wish: Wish, after: str | None) -> Place:
        """Return the place from which a topic is told. Raises: Gone for what is no place."""
        asked = wish.after or after
        if asked is not None:
            place = read_place(asked)
            if place is None:
                raise self.over(MALFORMED)
            return place
        return max(screen.place, self._hub.told)

    async def _topics(self, principal: Principal, wish: Wish, floor: Place) -> list[Topic]:
        """Return what a wish means for this caller. Raises: Refused."""
        days = None if wish.days is None else frozenset(wish.days)
        if wish.restaurant_id is not None:
            tenant_id = await self._tenant_of(principal, wish.restaurant_id)
            groups: set[Group] = set(groups_of(principal, wish.restaurant_id))
            sight = sight_of(principal, wish.restaurant_id, self._advisor_id) if wish.inbox else None
            if sight is not None:
                groups.add("inbox")
            if not groups:
                raise Refused("forbidden")
            assert self._screen is not None
            if self._screen.tenant_id is None:
                self._screen.tenant_id = tenant_id
            return [_topic(wish.restaurant_id, days, groups, sight, floor)]
        if not wish.inbox or principal.tenant_id is None:
            raise Refused("forbidden")
        everywhere = (None,) if principal.restaurants is None else tuple(principal.restaurants)
        seen = [(each, sight_of(principal, each, self._advisor_id)) for each in everywhere]
        topics = [_topic(each, None, {"inbox"}, sight, floor) for each, sight in seen if sight is not None]
        if not topics:
            raise Refused("forbidden")
        return topics

    async def _tenant_of(self, principal: Principal, restaurant_id: RestaurantId) -> TenantId:
        """Return whose restaurant it is. Raises: Refused when it is not the caller's."""
        if principal.restaurants is not None and restaurant_id not in principal.restaurants:
            raise Refused("restaurant_not_found")
        async with self._parts.desk.database.gate() as gate_tx:
            tenant_id = await tenant_of(gate_tx, restaurant_id)
        assert self._screen is not None
        if (
            tenant_id is None
            or not principal.acts_for(tenant_id)
            or self._screen.tenant_id not in {None, tenant_id}
        ):
            raise Refused("restaurant_not_found")
        return tenant_id

    async def _advisor_of(self, principal: Principal) -> AdvisorId | None:
        assert principal.id is not None
        assert principal.tenant_id is not None
        async with self._parts.desk.database.tenant(principal.tenant_id, principal.actor("staff")) as tx:
            return await advisor_of_user(tx, UserId(principal.id))

    async def _missed(self, topic: Topic) -> None:
        self._say(type="resync", restaurant_id=topic.restaurant_id, seq=written(self._hub.told))

    async def _review(self) -> None:
        """Ask anew who is at the screen, and let go what they may not see any more."""
        screen = self._screen
        if screen is None or self._is_behind:
            return
        try:
            for holder_id in screen.holder_ids:
                self._parts.principals.forget_holder(holder_id)
            principal = await self._identified()
            if principal.kind == "staff":
                self._advisor_id = await self._advisor_of(principal)
            kept = screen.topics
            found: list[Topic] = []
            for wish in self._wishes:
                try:
                    found += await self._topics(principal, wish, screen.place)
                except Refused as refused:
                    self._say(type="refused", restaurant_id=wish.restaurant_id, code=refused.code)
            if [_rights(each) for each in found] != [_rights(each) for each in kept]:
                place = screen.place
                await self._hub.follow(
                    screen, [msgspec.structs.replace(each, floor=place) for each in found], self._missed
                )
        except Gone:
            return
        except Fault as fault:
            _log.warning("screen.not_reviewed", error=type(fault).__name__)
            self.outlet.end(BUSY)

    def _seq(self) -> str:
        """Return up to where the screen has everything."""
        assert self._screen is not None
        return written(max(self._hub.told, self._screen.place))

    def _lives(self, word: str) -> str:
        """Return a ping or a pong. While the screen is being told what it missed, it has not everything up to anywhere."""
        if self._is_behind or self._screen is None:
            return f'{{"type":"{word}"}}'
        return f'{{"type":"{word}","seq":"{self._seq()}"}}'

    def _say(self, **frame: object) -> None:
        self.outlet.offer(_encoder.encode(frame).decode())


def _topic(  # noqa: PLR0917 - the parts of a topic.
    restaurant_id: RestaurantId | None,
    days: frozenset[date] | None,
    groups: set[Group],
    sight: Sight | None,
    floor: Place,
) -> Topic:
    return Topic(
        restaurant_id=restaurant_id, days=days, groups=frozenset(groups), sight=sight or Sight(), floor=floor
    )


def _rights(topic: Topic) -> tuple[object, ...]:
    return topic.restaurant_id, topic.groups, topic.sight
