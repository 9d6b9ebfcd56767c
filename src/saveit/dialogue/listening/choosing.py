"""The listener that the settings name."""

from typing import assert_never

from saveit.dialogue.listening.amazon import AmazonListener
from saveit.dialogue.listening.model import Listener
from saveit.dialogue.listening.openai import OpenAIListener
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import AwsKey
from saveit.kernel.http import HttpClient
from saveit.kernel.settings import Hearing


def listener_of(settings: Hearing, *, http: HttpClient, clock: Clock) -> Listener | None:
    """Return the listener that the settings name, None where they name none."""
    if settings.key is None:
        return None
    match settings.engine:
        case "off":
            return None
        case "openai":
            url = settings.url or "https://api.openai.com"
            return OpenAIListener(http, key=settings.key, model=settings.model, url=url)
        case "amazon":
            key = AwsKey(*settings.key.reveal().split(":", 2))
            return AmazonListener(http, clock, key=key, bucket=settings.model, region=settings.region)
        case _:
            assert_never(settings.engine)
