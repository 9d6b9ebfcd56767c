"""A guest's file is copied apart from its message, whose turn never waits for it, and is opened only by its own tenant's key."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import msgspec

from saveit.consumers.media import OCTETS_MAX, Copying
from saveit.conversations import find_media, media_content
from saveit.dialogue.turns.worker import Turns
from saveit.kernel.http import NotSent
from saveit.kernel.ids import TenantId
from saveit.messages import (
    Address,
    Credentials,
    Failure,
    HttpCall,
    LineKey,
    ReceivedMedia,
    Refused,
    Response,
    RetryAfter,
    Sender,
    UnifiedMessage,
    Written,
)
from tests.support.core import HOST, Bistro, Opening
from tests.support.talk import Chat, Grammar, PigeonPost, open_chat

PHOTO = b"\xff\xd8" + b"photo" * 30_000
GUEST = Address("phone", "+34600111222", verified=True)


class Carrier(PigeonPost):
    """Pigeons with photographs, which lie in a loft: first one asks where, then one fetches."""

    def __init__(self, files: Sequence[ReceivedMedia]) -> None:
        self._files = tuple(files)

    def parse(self, envelope: object) -> tuple[UnifiedMessage, ...]:
        del envelope
        content = Written("mesa para 2 mañana a las 8 de la noche", self._files)
        return (UnifiedMessage(channel_message_id="one", sender=Sender(address=GUEST), content=content),)

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        if not media.url and not media.reference:
            return None
        url = media.url or f"https://loft.example/{media.reference}"
        return HttpCall(method="GET", url=url, headers=(("authorization", credentials.value("token")),))

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        del credentials
        if response.status == 404:
            return Refused("undeliverable", "404")
        if response.status != 200:
            return RetryAfter("call", str(response.status))
        if not media.url:
            return msgspec.structs.replace(media, url=response.body.decode())
        return msgspec.structs.replace(media, content=response.body)


@dataclass
class Loft:
    chat: Chat
    copying: Copying
    answers: list[Response | Exception] = field(default_factory=list)
    called: list[HttpCall] = field(default_factory=list)

    async def call_out(self, call: HttpCall) -> Response:
        self.called.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def states(self) -> list[tuple[str, str, int]]:
        return await self.chat.bistro.rows(
            "SELECT status, error, attempts FROM message_media WHERE tenant_id = $1 ORDER BY n",
            self.chat.bistro.tenant_id,
        )

    async def content(self, n: int = 1) -> bytes | None:
        bistro = self.chat.bistro
        message_id: UUID = (await self.chat.said())[0].message_id
        async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
            row = await find_media(tx, message_id, n)
            assert row is not None
            sealer = await bistro.desk.keys.sealer(tx, bistro.tenant_id)
        return None if row.content_sealed is None else media_content(sealer, row, message_id, n)


async def open_loft(bistro: Bistro, *files: ReceivedMedia) -> Loft:
    """Return a loft after the message with these files had its turn."""
    chat = await open_chat(bistro)
    carrier = Carrier(files)
    chat.turns = Turns(bistro.desk, {"pigeon": carrier}, Grammar(), chat.basket)  # type: ignore[dict-item]
    made: list[Loft] = []

    async def credentials(tenant_id: TenantId, line_id: UUID) -> Credentials | None:
        assert (tenant_id, line_id) == (bistro.tenant_id, chat.line.id)
        return Credentials(LineKey("a", "b"), {"token": "secret"})

    async def call_out(call: HttpCall) -> Response:
        return await made[0].call_out(call)

    copying = Copying(
        bistro.desk.database,
        bistro.clock,
        channels={"pigeon": carrier},  # type: ignore[dict-item]
        sealers=bistro.desk.keys,
        find_credentials=credentials,
        call_out=call_out,
    )
    made.append(Loft(chat, copying))
    await chat.turns.take(chat.event(key="one"))
    await chat.turns.take(chat.event(key="one"))
    return made[0]


PICTURE = ReceivedMedia(kind="image", reference="42", media_type="image/jpeg; quality=1")


async def test_a_file_is_copied_in_two_calls_and_lies_sealed(opening: Opening) -> None:
    loft = await open_loft(await opening.bistro(), PICTURE)
    assert [line.direction for line in await loft.chat.said()] == ["in", "out"], "the turn waited for no file"
    loft.answers = [Response(status=200, body=b"https://cdn.example/42"), Response(status=200, body=PHOTO)]

    await loft.copying.copy_next()

    assert await loft.states() == [("kept", "", 1)]
    assert await loft.content() == PHOTO
    stored = await loft.chat.bistro.value(
        "SELECT content_sealed FROM message_media WHERE tenant_id = $1", loft.chat.bistro.tenant_id
    )
    assert b"photophoto" not in stored
    assert await loft.copying.copy_next() == 0


async def test_a_file_that_cannot_be_had_yet_is_tried_again_and_one_that_is_gone_is_not(
    opening: Opening,
) -> None:
    bistro = await opening.bistro()
    loft = await open_loft(bistro, PICTURE)
    loft.answers = [Response(status=503), NotSent("loft.example")]
    await loft.copying.copy_next()
    assert await loft.copying.copy_next() == 0, "not at once"
    bistro.clock.advance(timedelta(seconds=6))
    await loft.copying.copy_next()
    assert await loft.states() == [("waiting", "NotSent", 2)]

    bistro.clock.advance(timedelta(minutes=1))
    loft.answers = [Response(status=404)]
    await loft.copying.copy_next()

    assert await loft.states() == [("failed", "404", 3)]
    assert await loft.content() is None


async def test_a_file_is_given_up_after_an_hour_of_tries(opening: Opening) -> None:
    bistro = await opening.bistro()
    loft = await open_loft(bistro, PICTURE)
    for _ in range(9):
        loft.answers = [Response(status=500)]
        await loft.copying.copy_next()
        bistro.clock.advance(timedelta(minutes=21))

    assert await loft.states() == [("failed", "500", 9)]
    assert await loft.copying.copy_next() == 0


async def test_what_is_too_large_or_a_page_is_not_kept_and_a_mails_file_needs_no_call(
    opening: Opening,
) -> None:
    large = ReceivedMedia(kind="video", reference="1", media_type="video/mp4", size_octets=OCTETS_MAX + 1)
    page = ReceivedMedia(kind="document", url="https://x.example/p", media_type="text/html")
    mailed = ReceivedMedia(kind="document", media_type="application/pdf", content=b"%PDF-1.7")
    nowhere = ReceivedMedia(kind="image")
    loft = await open_loft(await opening.bistro(), large, page, mailed, nowhere)
    loft.answers = [Response(status=200, body=b"<script>")]

    await loft.copying.copy_next()

    assert [(status, why) for status, why, _ in await loft.states()] == [
        ("failed", "too_large"),
        ("failed", "media_type"),
        ("kept", ""),
        ("failed", "nowhere"),
    ]
    assert len(loft.called) == 1
    assert await loft.content(3) == b"%PDF-1.7"


async def test_a_killed_copy_is_taken_up_by_another(opening: Opening) -> None:
    bistro = await opening.bistro()
    loft = await open_loft(bistro, PICTURE)
    loft.answers = [RuntimeError("killed")]
    with suppress(RuntimeError):
        await loft.copying.copy_next()
    assert await loft.copying.copy_next() == 0, "its lease stands"

    bistro.clock.advance(timedelta(minutes=4))
    loft.answers = [Response(status=200, body=b"https://cdn.example/42"), Response(status=200, body=PHOTO)]
    await loft.copying.copy_next()

    assert await loft.content() == PHOTO
