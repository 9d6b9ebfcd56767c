"""Telephone calls through Twilio as a channel."""

import re
from datetime import datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from saveit.channels.families.reading import query, whole
from saveit.channels.families.twilio import NAMES, NEEDS, twilio_outcome, verify_twilio
from saveit.channels.voice_twilio.parsing import AFTER, WAITED, cut_apart, parse_call
from saveit.messages import (
    Answer,
    Can,
    Credentials,
    Envelope,
    Failure,
    HttpCall,
    Inbound,
    Limit,
    Need,
    NotCarried,
    Outbound,
    Outcome,
    ReceivedMedia,
    Request,
    Response,
    Speech,
    Verdict,
)

_XML = "text/xml; charset=utf-8"
# Twilio waits fifteen seconds for one answer; the gateway gives a reply a few, and then the call comes back for it.
_WAITS_MAX = 5
_SORRY = {
    "es": "Lo siento, ahora no puedo responder. Por favor, llame de nuevo en unos minutos.",
    "en": "I am sorry, I cannot answer right now. Please call again in a few minutes.",
}
_LOCALES = {"es": "es-MX", "en": "en-US"}
_INPUTS = {"speech": "speech", "digits": "dtmf", "speech_or_digits": "dtmf speech", "nothing": ""}
# What XML 1.0 allows in a document.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class VoiceTwilio:
    """A number that is called. Each reply is spoken on the request that waits for it, and then the caller is listened to."""

    name: str = "voice_twilio"
    can: Can = Can(text=Limit(1500), shape="speech", reply="in_response")
    needs: tuple[Need, ...] = (
        *NEEDS,
        Need(
            name="locale_es",
            meaning="The locale of Spanish speech, es-MX if empty",
            meaning_es="El acento del español hablado; si se deja vacío, es-MX",
            required=False,
        ),
        Need(
            name="locale_en",
            meaning="The locale of English speech, en-US if empty",
            meaning_es="El acento del inglés hablado; si se deja vacío, en-US",
            required=False,
        ),
    )
    names: tuple[Need, ...] = NAMES
    own_path: bool = False

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Twilio asks no such question."""
        del request, credentials

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Return the request's one event."""
        return cut_apart(request)

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check the account's signature."""
        return verify_twilio(request, credentials)

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read one request of a call."""
        return parse_call(envelope)

    def answer(self, request: Request) -> Answer:
        """Let the caller wait a moment and come back, until nobody would still hold the line; then say so and hang up."""
        asked = dict(query(request.url))
        waited = whole(asked.get(WAITED)) or 0
        if not 0 <= waited < _WAITS_MAX:
            return _twiml(f'<Say language="{_LOCALES["es"]}">{_SORRY["es"]}</Say><Hangup/>')
        again = urlencode({AFTER: asked.get(AFTER, ""), WAITED: waited + 1})
        return _twiml(f'<Pause length="1"/><Redirect method="POST">{escape("?" + again)}</Redirect>')

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Nothing is called: no file ever comes."""
        del media, credentials

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media as it is."""
        del response, credentials
        return media

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> Answer:
        """Return what is spoken now. Its id goes into the next request's address: the same words there are then another turn."""
        del now
        part = outbound.part
        if not isinstance(part, Speech):
            raise NotCarried("a call", part)
        locale = credentials.value(f"locale_{part.language}") or _LOCALES[part.language]
        say = f"<Say language={quoteattr(locale)}>{_spoken(part.text)}</Say>"
        after = urlencode({AFTER: str(outbound.message_id)})
        if part.ends_call:
            return _twiml(f"{say}<Hangup/>")
        if part.expecting == "nothing":
            waiting = escape(f"?{after}&{WAITED}=1")
            return _twiml(f'{say}<Redirect method="POST">{waiting}</Redirect>')
        # actionOnEmptyResult brings silence back to us too; without it the call would simply end.
        return _twiml(
            f'<Gather input="{_INPUTS[part.expecting]}" action={quoteattr("?" + after)} method="POST" '
            f"language={quoteattr(locale)} "
            f'speechTimeout="auto" actionOnEmptyResult="true">{say}</Gather>'
        )

    def read(self, response: Response) -> Outcome:
        """Say what became of a call to Twilio; a spoken answer needs none."""
        return twilio_outcome(response)


def _twiml(verbs: str) -> Answer:
    return Answer(
        media_type=_XML, body=f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'.encode()
    )


def _spoken(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
