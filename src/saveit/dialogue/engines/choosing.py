"""The engine that the settings name."""

from typing import assert_never

from saveit.dialogue.engines.guarded import Guarded
from saveit.dialogue.engines.lex import Lex
from saveit.dialogue.engines.models import Anthropic, OpenAI
from saveit.dialogue.nlu import Engine
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import AwsKey
from saveit.kernel.http import HttpClient
from saveit.kernel.settings import Understanding


def engine_of(settings: Understanding, built_in: Engine, *, http: HttpClient, clock: Clock) -> Engine:
    """Return the engine that the settings name; `built_in` where they name none other."""
    if settings.key is None:
        return built_in
    match settings.engine:
        case "builtin":
            return built_in
        case "anthropic":
            url = settings.url or "https://api.anthropic.com"
            return Guarded(Anthropic(http, key=settings.key, model=settings.model, url=url), clock)
        case "openai":
            url = settings.url or "https://api.openai.com"
            return Guarded(OpenAI(http, key=settings.key, model=settings.model, url=url), clock)
        case "lex":
            bot, _, alias = settings.model.partition("/")
            key = AwsKey(*settings.key.reveal().split(":", 2))
            url = settings.url or f"https://runtime-v2-lex.{settings.region}.amazonaws.com"
            lex = Lex(http, clock, key=key, bot=bot, alias=alias, region=settings.region, url=url)
            return Guarded(lex, clock)
        case _:
            assert_never(settings.engine)
