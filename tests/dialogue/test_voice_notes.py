"""What a guest says aloud is heard like what a guest writes, where somebody listens; and is answered helpfully where nobody does.

All of it goes by the stand-ins: the webhook, the way to the file, the provider that hears, and the answer.
"""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from saveit.advisors import AdvisorDraft, LineChange, add_advisor, change_line
from saveit.consumers.media import Copying
from saveit.conversations import messages_by_id
from saveit.dialogue import Listening, listener_of
from saveit.dialogue.listening import CannotHear, Listener, Sound
from saveit.dialogue.listening.amazon import AmazonListener
from saveit.dialogue.listening.model import OCTETS_MAX, sound_from
from saveit.kernel import faults
from saveit.kernel.crypto import AwsKey
from saveit.kernel.ids import LineId
from saveit.kernel.settings import Hearing, Secret
from saveit.sandbox import AMAZON_HEARING_KEY, HEARING_KEY, Faults, Said, voice_of
from tests.support.core import HOST, Opening
from tests.support.pipeline import Pipeline, pipeline

pytestmark = pytest.mark.slow

ASKED = "mesa para 2 el miércoles a las 8 de la noche"
HELPFUL = "No puedo oír audios por aquí"
GUEST = "+34600111333"
WAIT_S = 20.0


def openai(way: Pipeline) -> Listener:
    settings = Hearing(engine="openai", key=Secret(HEARING_KEY), model="gpt-4o-mini-transcribe")
    found = listener_of(settings, http=way.gateway.http, clock=way.bistro.clock)
    assert found is not None
    return found


def amazon(way: Pipeline) -> Listener:
    key = AwsKey(*AMAZON_HEARING_KEY)
    return AmazonListener(
        way.gateway.http, way.bistro.clock, key=key, bucket="notes/in", region="us-east-1", looks_every_s=0
    )


class Ear:
    """A provider that hears nothing but what a test lets it."""

    name = "ear"

    def __init__(self, *answers: str | CannotHear) -> None:
        self.answers = list(answers)
        self.heard: list[Sound] = []

    async def hear(self, sound: Sound) -> str:
        self.heard.append(sound)
        answer = self.answers.pop(0)
        if isinstance(answer, CannotHear):
            raise answer
        return answer


def worker(way: Pipeline, listener: Listener) -> Listening:
    desk = way.bistro.desk
    return Listening(desk.database, way.bistro.clock, sealers=desk.keys, listener=listener, timeout_s=5.0)


async def copy(way: Pipeline) -> None:
    desk = way.bistro.desk
    copying = Copying(
        desk.database,
        way.bistro.clock,
        channels=way.gateway.channels,
        sealers=desk.keys,
        find_credentials=way.gateway.credentials_of,
        call_out=way.gateway.call_out,
    )
    await copying.copy_next()


async def speak(way: Pipeline, channel: str, words: str = ASKED) -> None:
    """Let the guest send a voice note, and let what can happen by itself happen."""
    to = way.lines[channel].key.address
    await way.stage.say(channel, Said(guest=GUEST, text=words, media="audio"), to=to)
    await way.go_on()


async def hear(way: Pipeline, listener: Listener) -> None:
    """Let the note be copied and heard, and its turn come again."""
    await copy(way)
    await worker(way, listener).hear_next()
    way.bistro.clock.advance(timedelta(seconds=1))
    await way.go_on()


async def came(way: Pipeline) -> list[tuple[str, str]]:
    """Return what came in, by its kind and its words."""
    desk, tenant = way.bistro.desk, way.bistro.tenant_id
    query = "SELECT message_id FROM messages WHERE tenant_id = $1 AND direction = 'in' ORDER BY seq"
    ids = [row[0] for row in await way.bistro.rows(query, tenant)]
    async with desk.database.tenant(tenant, HOST) as tx:
        found = await messages_by_id(tx, await desk.keys.sealer(tx, tenant), ids)
    return [(found[each].kind, found[each].text) for each in ids]


@pytest.mark.parametrize(
    ("channel", "engine"),
    [
        ("whatsapp_meta", openai),
        ("whatsapp_twilio", amazon),
        ("telegram", amazon),
        ("instagram", openai),
        ("messenger", openai),
    ],
)
async def test_a_voice_note_is_heard_understood_and_kept_as_a_transcript(
    opening: Opening, channel: str, engine: Callable[[Pipeline], Listener]
) -> None:
    async with pipeline(opening, (channel,), listens_s=WAIT_S) as way:
        await speak(way, channel)
        assert way.seen(channel, GUEST) == [], "it waits to be heard"

        await hear(way, engine(way))

        (answer,) = way.seen(channel, GUEST)
        # Day, hour and party were taken; who is known by no phone is asked for a name first.
        assert "20:00" in answer or answer.startswith("¿A nombre de quién")
        assert await came(way) == [("transcript", ASKED)]
        sealed = "SELECT heard_sealed FROM message_media WHERE tenant_id = $1"
        assert b"mesa" not in await way.bistro.value(sealed, way.bistro.tenant_id)


async def test_where_nobody_listens_the_guest_is_asked_to_write_and_nothing_is_sent_to_anybody(
    opening: Opening,
) -> None:
    async with pipeline(opening, ("whatsapp_meta",)) as way:
        await speak(way, "whatsapp_meta")
        await copy(way)
        ear = Ear()

        assert await worker(way, ear).hear_next() == 0
        (answer,) = way.seen("whatsapp_meta", GUEST)
        assert answer.startswith(HELPFUL)
        assert await came(way) == [("written", "")]


@pytest.mark.parametrize("allowed", [True, False])
async def test_on_an_advisors_line_it_is_heard_only_where_the_advisor_has_audio(
    opening: Opening, allowed: bool
) -> None:
    async with pipeline(opening, ("whatsapp_meta",), listens_s=WAIT_S) as way:
        desk, now = way.bistro.desk, way.bistro.clock.now()
        async with desk.database.tenant(way.bistro.tenant_id, HOST) as tx:
            sealer = await desk.keys.sealer(tx, way.bistro.tenant_id)
            draft = AdvisorDraft(name="Marta", audio_available=allowed)
            advisor = await add_advisor(tx, draft, sealer=sealer, now=now)
            change = LineChange(advisor_id=advisor.id, restaurant_id=None)
            line_id = LineId(way.ids["whatsapp_meta"])
            await change_line(tx, line_id, change, channels=way.gateway.channels, sealer=sealer, now=now)
        way.gateway.lines.forget_everything()

        await speak(way, "whatsapp_meta")

        seen = way.seen("whatsapp_meta", GUEST)
        assert [answer.startswith(HELPFUL) for answer in seen] == ([] if allowed else [True])
        if allowed:
            await hear(way, openai(way))
            assert "20:00" in way.seen("whatsapp_meta", GUEST)[0]


async def test_what_cannot_be_heard_in_time_is_answered_helpfully_and_never_lost(opening: Opening) -> None:
    async with pipeline(opening, ("whatsapp_meta",), listens_s=WAIT_S) as way:
        way.stage.set_faults(Faults(unreachable=1.0))
        await speak(way, "whatsapp_meta")
        await copy(way)
        way.stage.set_faults(Faults())
        way.bistro.clock.advance(timedelta(seconds=1))
        await way.go_on()
        assert way.seen("whatsapp_meta", GUEST) == [], "its copy may still come"

        way.bistro.clock.advance(timedelta(seconds=WAIT_S))
        await way.go_on()

        assert [answer.startswith(HELPFUL) for answer in way.seen("whatsapp_meta", GUEST)] == [True]
        await hear(way, openai(way))
        assert len(way.seen("whatsapp_meta", GUEST)) == 1, "what is heard later changes nothing"


async def test_a_provider_that_fails_is_asked_again_and_then_the_guest_is_asked_to_write(
    opening: Opening,
) -> None:
    async with pipeline(opening, ("telegram",), listens_s=WAIT_S) as way:
        await speak(way, "telegram")
        ear = Ear(CannotHear("503", again=True), CannotHear("503", again=True), CannotHear("503", again=True))
        for _ in range(3):
            assert way.seen("telegram", GUEST) == []
            way.bistro.clock.advance(timedelta(seconds=1))
            await hear(way, ear)

        assert [answer.startswith(HELPFUL) for answer in way.seen("telegram", GUEST)] == [True]
        assert [sound.language for sound in ear.heard] == ["es"] * 3
        assert await worker(way, ear).hear_next() == 0


async def test_what_follows_a_voice_note_waits_behind_it_and_other_guests_do_not(opening: Opening) -> None:
    async with pipeline(opening, ("telegram",), tables=(2, 2), listens_s=WAIT_S) as way:
        await speak(way, "telegram")
        await way.say(("telegram", GUEST, "a nombre de Ana"), ("telegram", "+34600111444", "hola"))
        assert way.seen("telegram", GUEST) == []
        assert len(way.seen("telegram", "+34600111444")) == 1

        await hear(way, openai(way))

        assert [kind for kind, _ in await came(way)].count("transcript") == 1
        assert len(way.seen("telegram", GUEST)) == 2


async def test_killed_between_hearing_and_keeping_the_guest_is_answered_once(opening: Opening) -> None:
    async with pipeline(opening, ("telegram",), listens_s=60.0) as way:
        await speak(way, "telegram")
        await copy(way)
        with (
            faults.armed("dialogue.listening.after_hearing", "raise"),
            pytest.raises(faults.FaultPointReached),
        ):
            await worker(way, openai(way)).hear_next()
        assert await worker(way, openai(way)).hear_next() == 0, "its lease stands"
        way.bistro.clock.advance(timedelta(seconds=40))
        await worker(way, openai(way)).hear_next()

        with faults.armed("dialogue.turn.before_commit", "raise"):
            await way.go_on()
        way.bistro.clock.advance(timedelta(seconds=10))
        await way.go_on()

        assert len(way.seen("telegram", GUEST)) == 1
        assert await came(way) == [("transcript", ASKED)]


async def test_a_second_try_at_amazon_finds_the_first_ones_job_and_nothing_is_left_there(
    opening: Opening,
) -> None:
    async with pipeline(opening, ("telegram",)) as way:
        listener = amazon(way)
        sound = Sound(name="one", content=voice_of("hola"), suffix="ogg", language="es")
        assert isinstance(listener, AmazonListener)
        await listener._stored("PUT", "in/saveit-one.ogg", sound.content)
        await listener._begin("saveit-one", "in/saveit-one.ogg", "in/saveit-one.json", sound)

        assert await listener.hear(sound) == "hola"
        with pytest.raises(CannotHear, match="404"):
            await listener._stored("GET", "in/saveit-one.json")
        music = msgspec.structs.replace(sound, name="two", content=b"music")
        with pytest.raises(CannotHear, match="job failed"):
            await listener.hear(music)


def test_what_is_too_long_too_large_or_no_sound_is_sent_to_nobody() -> None:
    for content, media_type, why in (
        (voice_of("la", seconds=121), "audio/ogg", "too_long"),
        (bytes(OCTETS_MAX + 1), "audio/mpeg", "too_large"),
        (b"%PDF", "application/pdf", "media_type"),
    ):
        with pytest.raises(CannotHear, match=why):
            sound_from(content, media_type, name="one", language="es")
    assert sound_from(voice_of("la", seconds=119), "audio/ogg", name="one", language="es").suffix == "ogg"
