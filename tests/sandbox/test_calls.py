"""A call goes as a caller hears it: words on each answer, waiting where the product asks for it, and silence at the end."""

from collections.abc import Awaitable, Callable

from saveit.messages import Address, Answer, Keyed, Outbound, Response, Said, Speech, UnifiedMessage, Verified
from saveit.sandbox import Incoming
from saveit.sandbox import Said as GuestSaid
from tests.sandbox.conftest import MESSAGE_ID, House, named


def answering(house: House, channel: str, heard: list[object]) -> Callable[[Incoming], Awaitable[Response]]:
    """Be the product on a call: keep what is heard, and have words for each but the second."""
    line = house.lines[channel]

    async def answer(incoming: Incoming) -> Response:
        request = house.request(incoming)
        assert named(channel).verify(request, line.credentials) == Verified()
        (envelope,) = named(channel).envelopes(request)
        (event,) = named(channel).parse(envelope)
        heard.append(event.content if isinstance(event, UnifiedMessage) else type(event).__name__)
        if len(heard) == 2:
            # The answer is not ready yet.
            waiting = named(channel).answer(request)
            return Response(status=200, body=waiting.body)
        ends = len(heard) > 3
        words = Speech(f"Respuesta {len(heard)}", "es", "speech_or_digits", ends_call=ends)
        outbound = Outbound(message_id=MESSAGE_ID, recipient=Address("session", "x"), part=words)
        said = named(channel).render(outbound, line.credentials, house.clock.now())
        assert isinstance(said, Answer)
        return Response(status=200, body=said.body)

    return answer


async def test_a_caller_speaks_waits_and_is_answered(house: House) -> None:
    for channel in ("voice_twilio", "voice_connect"):
        heard: list[object] = []
        house.stage.set_deliver(answering(house, channel, heard))
        await house.stage.say(channel, GuestSaid(guest="+573001234567", text="mesa para cuatro"))
        await house.stage.say(channel, GuestSaid(guest="+573001234567", text="2"))

        seen = house.stage.conversation(channel, "+573001234567").entries
        assert [entry.shown.text for entry in seen] == [
            "Respuesta 1",
            "mesa para cuatro",
            "Respuesta 3",
            "2",
            "Respuesta 4",
        ]
        assert heard[0] == "CallEvent"
        assert heard[1] == Said("mesa para cuatro", 0.93)
        assert heard[-1] == Keyed("2")
