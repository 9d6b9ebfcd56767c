"""A file that a guest sent is shown to whoever sees the conversation, as something to save and never to run."""

from uuid import UUID

from saveit.conversations import claim_media, find_conversation, keep_media, note_media
from saveit.kernel.db import Actor
from saveit.messages import ReceivedMedia
from tests.support.house import NOON, TESTER
from tests.web.conftest import Web
from tests.web.talks import line, talk
from tests.web.test_bookings import told

_LEDGER = Actor("system", "test", "internal")


async def test_staff_read_a_copied_file_and_nobody_elses_key_does(web: Web) -> None:
    said = await talk(web, await line(web))
    page = (await web.client.get(f"/conversations/{said.id}/messages")).json()
    message_id = page["messages"][0]["id"]
    path = f"/messages/{message_id}/media/1"
    database, keys = web.world.database, web.world.keys
    missing = await web.client.get(path)
    async with database.tenant(web.tenant.id, TESTER) as tx:
        sealer = await keys.sealer(tx, web.tenant.id)
        photo = ReceivedMedia(kind="image", reference="42", media_type="image/jpeg")
        conversation = await find_conversation(tx, sealer, said.id)
        assert conversation is not None
        await note_media(tx, sealer, conversation, UUID(message_id), [photo], now=NOON)
    waiting = await web.client.get(path)
    async with database.ledger(_LEDGER) as tx:
        claimed = await claim_media(tx, now=NOON, lease_until=NOON, rows_max=50)
        (mine,) = [each for each in claimed if str(each.message_id) == message_id]
        await keep_media(tx, sealer, mine, b"\xff\xd8photo", media_type="image/jpeg")
    other = await web.world.tenant("Casa Berta")
    async with web.visitor(await web.world.api_key(other)) as stranger:
        hidden = await stranger.get(path)

    shown = await web.client.get(path)

    assert (told(missing), told(waiting), told(hidden)) == (
        (404, "media_unknown"),
        (404, "media_missing"),
        (404, "media_unknown"),
    )
    assert (shown.status_code, shown.content) == (200, b"\xff\xd8photo")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["content-disposition"].startswith("attachment")
    assert shown.headers["x-content-type-options"] == "nosniff"
