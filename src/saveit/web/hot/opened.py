"""The booking page, sent with what it asks for first.

On a slow network every question costs more than its answer: the page, its script, the house and its free times were four in a row. The
house and the days in view are put into the page, as data that no browser runs, and the script, which stands in the page too, finds them
there.
"""

import re
import struct
import zlib
from datetime import date, timedelta
from urllib.parse import parse_qs

import msgspec

from saveit.kernel.errors import Fault
from saveit.reservations import RestaurantUnknown
from saveit.web.desk import enter
from saveit.web.edge import Call, Reply
from saveit.web.hot.memory import Seen
from saveit.web.hot.tables import Question, listing
from saveit.web.pages.built import BOOKING, BuiltPage, codings_taken
from saveit.web.problems import Language
from saveit.web.wire import Calendar, DayAnswer, shown_house
from saveit.web.wire.asgi import Receive, Scope
from saveit.web.wire.public import HouseCard

_DAYS_SHOWN = 14
"""As many as the page lists, which asks for other days by itself."""
_PARTY_SIZE = 2
# Between weight and our time; packing forty kilobytes so takes half a millisecond.
_DATA_LEVEL = 5
_SHELL_LEVEL = 9
# Packed by deflate, no name, no time, the most that was possible, by a system that is not told.
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_END = b"</body>"
_encode = msgspec.json.Encoder().encode


class Given(msgspec.Struct, frozen=True):
    """What the page is given: its script takes the days when it shows them for as many people, in this language."""

    house: HouseCard
    language: Language
    party_size: int
    days: list[DayAnswer]


class _Shell:
    """The page around what it is given. Most of it is the script, packed once: a flushed stream may be followed by another (RFC 1951)."""

    def __init__(self, page: bytes) -> None:
        self.before, end, after = page.rpartition(_END)
        self.after = end + after
        packer = zlib.compressobj(_SHELL_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._packed = _GZIP_HEAD + packer.compress(self.before) + packer.flush(zlib.Z_FULL_FLUSH)
        self._checksum = zlib.crc32(self.before)

    def packed_with(self, data: bytes) -> bytes:
        """Return the page with this in it, as gzip (RFC 1952)."""
        rest = data + self.after
        packer = zlib.compressobj(_DATA_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        length = (len(self.before) + len(rest)) & 0xFFFF_FFFF
        trailer = struct.pack("<LL", zlib.crc32(rest, self._checksum), length)
        return self._packed + packer.compress(rest) + packer.flush() + trailer


class OpenBooking:
    """GET /r/{slug}: the booking page of one restaurant. Where there is none, or no database, it is the bare page, which says so."""

    methods = ("GET",)

    def __init__(self, page: BuiltPage) -> None:
        self.path, self.route = page.path, page.route
        self._page = page
        self._shell: _Shell | None = None

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:
        """Give the page with its data."""
        built = self._page.file
        if built is None:
            return await self._page.answer(call, scope, receive)
        try:
            given = await _given(call, scope)
        except (RestaurantUnknown, Fault):
            return await self._page.answer(call, scope, receive)
        # In a script element only this sign could end the data early.
        told = _encode(given).replace(b"<", b"\\u003c")
        data = b'<script type="application/json" id="given">%b</script>' % told
        shell = self._shell or _Shell(built.plain)
        self._shell = shell
        headers = [*built.headers, (b"cache-control", b"no-cache")]
        if b"gzip" in codings_taken(scope):
            headers.append((b"content-encoding", b"gzip"))
            body = shell.packed_with(data)
        else:
            body = shell.before + data + shell.after
        return Reply(200, body, media_type=built.media_type, headers=tuple(headers))


async def _given(call: Call, scope: Scope) -> Given:
    """Return what the page asks for first. Refuses: RestaurantUnknown. Raises: as the database does."""
    wished = parse_qs(scope["query_string"].decode("latin-1"))
    _speak(call, wished.get("lang", [""])[0])
    house = await enter(call, scope["path"].removeprefix(BOOKING).partition("/")[0])
    card = shown_house(house, call.now)
    size = min(max(_number(wished.get("party", [""])[0]), card.party_size_min), card.party_size_max)
    days: list[DayAnswer] = []
    if _day(wished.get("date", [""])[0], card.first_on) < card.first_on + timedelta(days=_DAYS_SHOWN):
        count = min(_DAYS_SHOWN, (card.last_on - card.first_on).days + 1)
        question = Question(house.restaurant_id, card.first_on, size, None, count)
        listed = await listing(call, house, question, Seen(call.desk, house))
        assert isinstance(listed, Calendar), "so many days were asked for"
        days = listed.days
    return Given(card, call.language, size, days)


def _speak(call: Call, wished: str) -> None:
    """Let the page's own language win over the browser's, as it does in the page."""
    if wished in {"es", "en"}:
        call.heads.language = "es" if wished == "es" else "en"


def _number(text: str) -> int:
    """Return a number of people; what is none is as if it were not there, and the card bounds what is."""
    return int(text) if re.fullmatch("[0-9]{1,3}", text) else _PARTY_SIZE


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise
