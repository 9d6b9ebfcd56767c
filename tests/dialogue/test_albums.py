"""Several photographs that a new guest sends at one instant are one guest's, in one conversation."""

from datetime import timedelta

from saveit.consumers.media import Copying
from saveit.sandbox import Said
from tests.support.core import Opening
from tests.support.pipeline import Pipeline, pipeline


def copying(way: Pipeline) -> Copying:
    """Return who copies the files of this way."""
    return Copying(
        way.bistro.desk.database,
        way.bistro.clock,
        channels=way.gateway.channels,
        sealers=way.bistro.desk.keys,
        find_credentials=way.gateway.credentials_of,
        call_out=way.gateway.call_out,
    )


async def test_two_photos_of_an_album_that_come_214_ms_apart_begin_one_conversation(opening: Opening) -> None:
    async with pipeline(opening, ("whatsapp_twilio",), workers=3) as way:
        guest, to = "+34600111214", way.lines["whatsapp_twilio"].key.address
        await way.stage.say("whatsapp_twilio", Said(guest=guest, media="image"), to=to)
        way.bistro.clock.advance(timedelta(milliseconds=214))
        await way.stage.say("whatsapp_twilio", Said(guest=guest, media="image"), to=to)
        await way.go_on()

        tenant = way.bistro.tenant_id
        count = "SELECT count(*) FROM {} WHERE tenant_id = $1"
        assert await way.bistro.value(count.format("conversations"), tenant) == 1
        assert await way.bistro.value(count.format("people"), tenant) == 1
        assert len(way.seen("whatsapp_twilio", guest)) == 2, "each was heard once"
        while await copying(way).copy_next():
            pass
        kept = "SELECT status, count(*) FROM message_media WHERE tenant_id = $1 GROUP BY status"
        assert await way.bistro.rows(kept, tenant) == [("kept", 2)]
