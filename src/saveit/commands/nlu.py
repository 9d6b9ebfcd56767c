"""`saveit nlu parse`: what an engine understands, one JSON line for each. Needs no database."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Annotated, BinaryIO
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from saveit.commands.installation import CannotBeDone, Subcommands
from saveit.dialogue import BuiltIn, Context, Engine, Language, OpenHours, Slot, Understanding, engine_of
from saveit.kernel.clock import SystemClock
from saveit.kernel.http import HttpClient
from saveit.kernel.settings import Settings
from saveit.kernel.settings import Understanding as EngineSettings
from saveit.venues import region_of_zone

_LINE_LENGTH_MAX = 65_536
"""Bytes; a message is a thousandth of it."""

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class AskedFor(Struct, frozen=True):
    """What the line says of the conversation; in the shape of our fixtures."""

    requested: tuple[Slot, ...] = ()
    hours: tuple[tuple[Clock, Clock], ...] = ()


class Line(Struct, frozen=True):
    """One message; what it leaves out is taken from the options. Fields we do not know are left alone."""

    id: str | int
    text: str
    lang: str | None = None
    now: datetime | None = None
    tz: str | None = None
    context: AskedFor = AskedFor()


class Parsed(Struct, frozen=True):
    """What was understood, in the words of the command line."""

    id: str | int
    intent: str | None
    lang: Language
    date: str | None
    time: str | None
    party_size: int | None
    name: str | None
    confidence: float


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("nlu", help="try what the bot understands")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    parsing = verbs.add_parser(
        "parse",
        help='read {"id", "text", "lang"?, "now"?, "tz"?} a line from standard input, write what each means',
    )
    parsing.add_argument(
        "--lang", default="es", metavar="LANGUAGE", help="of texts too short to tell (%(default)s)"
    )
    parsing.add_argument(
        "--now", metavar="TIME", help="local, such as 2026-03-02T12:00:00; the present if left out"
    )
    parsing.add_argument(
        "--tz", default="Europe/Madrid", metavar="ZONE", help="the restaurant's (%(default)s)"
    )
    parsing.add_argument(
        "--engine",
        choices=("builtin", "lex", "anthropic", "openai"),
        help="instead of SAVEIT_NLU; what fails there is answered by the built-in one",
    )
    parsing.set_defaults(command=_parse)


def _parse(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    named = options.engine or environment.get("SAVEIT_NLU") or "builtin"
    settings = Settings.from_environment({**environment, "SAVEIT_NLU": named}).understanding
    return asyncio.run(_parse_with(options, settings))


async def _parse_with(options: argparse.Namespace, settings: EngineSettings) -> int:
    http = HttpClient(private_allowed=settings.url is not None)
    try:
        return await _answer(options, engine_of(settings, BuiltIn(), http=http, clock=SystemClock()))
    finally:
        await http.close()


async def _answer(options: argparse.Namespace, engine: Engine) -> int:
    try:
        defaults = Line("", "", options.lang, _instant(options.now), options.tz)
        _context(defaults)
    except ValueError as error:
        raise CannotBeDone(str(error)) from error
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Line)
    refused = 0
    for number, raw in _lines(sys.stdin.buffer):
        try:
            line = _line(raw, decoder)
            understood = await engine.understand(line.text, _context(line, defaults))
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            refused += 1
            print(f"saveit: line {number}: {error}", file=sys.stderr)
            continue
        sys.stdout.buffer.write(encoder.encode(_parsed(line, understood)) + b"\n")
        sys.stdout.buffer.flush()
    return 1 if refused else 0


def _line(raw: bytes, decoder: msgspec.json.Decoder[Line]) -> Line:
    if len(raw) > _LINE_LENGTH_MAX:
        raise ValueError(f"it is longer than {_LINE_LENGTH_MAX} bytes")
    return decoder.decode(raw)


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines with their numbers, blank ones left out; of one that is too long only its beginning."""
    number = 0
    while raw := source.readline(_LINE_LENGTH_MAX + 1):
        number += 1
        rest = raw
        while len(rest) > _LINE_LENGTH_MAX and not rest.endswith(b"\n"):
            rest = source.readline(_LINE_LENGTH_MAX + 1)
        if raw.strip():
            yield number, raw


def _instant(written: str | None) -> datetime | None:
    try:
        return None if written is None else datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f"{written!r} is no time such as 2026-03-02T12:00:00") from error


def _context(line: Line, defaults: Line | None = None) -> Context:
    """Return what is known beside the text. Raises: ValueError, if there is no such zone or language."""
    given = defaults or line
    language = line.lang or given.lang or "es"
    zone_name = line.tz or given.tz or ""
    try:
        zone = ZoneInfo(zone_name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {zone_name!r}") from error
    now = line.now or given.now or SystemClock().now()
    return Context(
        now=now.astimezone(zone) if now.tzinfo is not None else now.replace(tzinfo=zone),
        language=_language(language),
        region=language[3:].upper() or region_of_zone(zone_name) or "",
        requested=next(iter(line.context.requested), None),
        hours=tuple(
            OpenHours(time.fromisoformat(opens), time.fromisoformat(closes))
            for opens, closes in line.context.hours
        ),
    )


def _language(tag: str) -> Language:
    """Return the language of a tag such as es, es-MX or en-GB."""
    match tag[:2].lower():
        case "es":
            return "es"
        case "en":
            return "en"
        case _:
            raise ValueError(f"{tag!r} is neither es nor en")


def _parsed(line: Line, understood: Understanding) -> Parsed:
    slots = understood.slots
    return Parsed(
        id=line.id,
        intent=understood.intent,
        lang=understood.lang,
        date=None if slots.date is None else slots.date.isoformat(),
        time=None if slots.time is None else f"{slots.time:%H:%M}",
        party_size=slots.party_size,
        name=slots.name,
        confidence=understood.confidence,
    )
