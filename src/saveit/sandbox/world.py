"""What the stand-ins know together: lines, guests, windows, opt-outs, and what was offered to tap. It lives and dies with the process."""

import asyncio
import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from saveit.sandbox.model import Direction, Entry, Line, Offered, Shown, StoredFile

# A conversation for a demo; older lines fall off its front.
_ENTRIES_MAX = 2_000


class Bucket:
    """A limit of so many a second with a burst, as providers keep it for a number or a pair."""

    def __init__(self, rate_s: float, burst: float) -> None:
        self._rate_s, self._burst = rate_s, burst
        self._left = burst
        self._at: datetime | None = None

    def take(self, now: datetime) -> float:
        """Take one; return 0, or for how many seconds there is none."""
        if self._at is not None and now > self._at:
            self._left = min(self._burst, self._left + (now - self._at).total_seconds() * self._rate_s)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate_s


class Conversation:
    """What one guest sees on one channel, of every business there."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.grown = asyncio.Event()
        self.offered: tuple[Offered, ...] = ()
        self._seq = 0

    def add(
        self, direction: Direction, shown: Shown, *, address: str, message_id: str, at: datetime
    ) -> Entry:
        """Append a line, and wake who waits for it."""
        self._seq += 1
        entry = Entry(
            seq=self._seq,
            direction=direction,
            address=address,
            message_id=message_id,
            shown=shown,
            at=at,
        )
        self.entries.append(entry)
        del self.entries[:-_ENTRIES_MAX]
        if direction == "out" and shown.buttons:
            self.offered = shown.buttons
        self.grown.set()
        self.grown = asyncio.Event()
        return entry

    def since(self, seq: int, address: str = "") -> list[Entry]:
        """Return the lines after a number: of one business's thread, or of all."""
        return [entry for entry in self.entries if entry.seq > seq and address in {"", entry.address}]


class World:
    """The state that stand-ins share. Guests are named as the caller names them; `alias` gives the provider's spelling."""

    def __init__(self, lines: Sequence[Line], *, public_url: str, now: Callable[[], datetime]) -> None:
        self.lines = list(lines)
        self.public_url = public_url.rstrip("/")
        self.now = now
        # Of the system, as a provider's: what was an id before a restart must be none after it, or the guest is taken for an echo.
        self.random = random.SystemRandom()
        self.conversations: dict[tuple[str, str], Conversation] = defaultdict(Conversation)
        self.last_inbound_at: dict[tuple[str, str, str], datetime] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self.blocked: set[tuple[str, str]] = set()
        self.inbound_ids: set[str] = set()
        self.files: dict[str, StoredFile] = {}
        self.buckets: dict[tuple[str, str, str], Bucket] = {}
        self._guests: dict[tuple[str, str], str] = {}

    def line(self, channel: str, address: str = "") -> Line | None:
        """Return the channel's line with this address, or its first when none is asked for."""
        for line in self.lines:
            if line.channel == channel and address in {"", line.key.address, line.key.account, line.opaque}:
                return line
        return None

    def met(self, channel: str, guest: str, alias: str, line: Line) -> None:
        """Note that a guest wrote to a line: that opens the window."""
        self._guests[channel, alias] = guest
        self.last_inbound_at[channel, line.key.address, alias] = self.now()

    def guest_of(self, channel: str, alias: str) -> str:
        """Return the name by which the caller knows a guest."""
        return self._guests.get((channel, alias), alias)

    def knows(self, channel: str, line: Line, alias: str) -> bool:
        """Say whether this guest ever wrote to this line."""
        return (channel, line.key.address, alias) in self.last_inbound_at

    def window_open(self, channel: str, line: Line, alias: str, length: timedelta) -> bool:
        """Say whether the guest wrote within the window."""
        at = self.last_inbound_at.get((channel, line.key.address, alias))
        return at is not None and self.now() - at <= length

    def throttled(self, scope: tuple[str, str, str], rate_s: float, burst: float) -> float:
        """Take one from a limit, and return for how long it is exhausted."""
        bucket = self.buckets.setdefault(scope, Bucket(rate_s, burst))
        return bucket.take(self.now())

    def hex_id(self, length: int) -> str:
        """Return an id of hexadecimal digits."""
        return f"{self.random.getrandbits(4 * length):0{length}x}"

    def tapped(self, channel: str, guest: str, button: str) -> Offered:
        """Return what was offered under this id, title or number; what never was is tapped all the same, as a replay would."""
        offered = self.conversations[channel, guest].offered
        for number, each in enumerate(offered, 1):
            if button in {each.id, str(number)} or button.casefold() == each.title.casefold():
                return each
        return Offered(button, button)


def digits_of(name: str, length: int) -> str:
    """Return a number that always stands for this name, where a provider knows people by numbers alone."""
    plain = name.removeprefix("+")
    if plain.isascii() and plain.isdecimal():
        return plain
    return str(int(hashlib.sha256(name.encode()).hexdigest(), 16))[:length]
