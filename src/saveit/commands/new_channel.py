"""`saveit new-channel`: the plan of a channel's folder. What is left blank in it is named by the conformance suite. Needs no database."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from saveit.commands.installation import CannotBeDone, Subcommands

RULES: Final[Mapping[str, str]] = {
    "registered": "its folder is one entry of CHANNELS",
    "told": "its page lists what a line must be told",
    "signature": "what is signed is believed, and nothing else",
    "body_signed": "a body that was changed after it was signed is refused",
    "same_key": "an event has the same key whenever it comes again",
    "total": "any bytes are survived, and an unknown event is Ignored",
    "within": "what is rendered keeps to what the channel can",
    "falls_back": "rich answers become what can be shown",
    "outcomes": "any answer of the provider is one of the four outcomes",
    "files": "a file is fetched from the provider's own hosts, and no secret goes elsewhere",
    "discreet": "neither secrets nor anybody's words are in what logs would show",
}
"""What is asked of every channel; each channel's quality.toml says of each rule whether it holds."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_NAME_LENGTH_MAX: Final = 32


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "new-channel", help="begin a channel: its folder, with what is to be filled in"
    )
    parser.add_argument(
        "name", help="the folder's name, such as line or viber_bot; it stands in paths and rows"
    )
    parser.add_argument(
        "--into", type=Path, metavar="DIR", help="the folder of channels; the one of this program unless told"
    )
    parser.set_defaults(command=_new_channel)


def _new_channel(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    del environment
    into = options.into or Path(__file__).parents[1] / "channels"
    folder = begin_channel(options.name, into)
    print(_NEXT.format(name=options.name, class_name=_class_name(options.name), folder=folder))
    return 0


def begin_channel(name: str, into: Path) -> Path:
    """Write the folder of a new channel and return it. Raises: CannotBeDone for a name that is none, or taken."""
    if not _NAME.fullmatch(name) or len(name) > _NAME_LENGTH_MAX:
        raise CannotBeDone(
            f"{name} is no name for a channel: small letters, digits and single _, {_NAME_LENGTH_MAX} at most."
        )
    if not (into / "__init__.py").exists():
        raise CannotBeDone(f"{into} is not the folder of channels.")
    folder = into / name
    if folder.exists():
        raise CannotBeDone(f"{folder} is there already.")
    (folder / "fixtures").mkdir(parents=True)
    for file, plan in _PLAN.items():
        text = plan.replace("NAME", name).replace("CLASS", _class_name(name))
        (folder / file.replace("NAME", name)).write_text(text, encoding="utf-8")
    return folder


def _class_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


_NEXT: Final = """{folder} is there. Until it is filled in it believes nobody, reads nothing and sends nothing.

1. Put payloads into fixtures/, as the provider sends them and with people who do not exist; names say what happened.
2. Fill in wire.py and channel.py, and say in README.md what a line must be told.
3. Add {class_name}() to CHANNELS in saveit/channels/__init__.py, its signature to tests/channels/support.py, and its row to
   docs/guides/channels.md.
4. Run `pytest tests/channels -k {name}` until it is green, and write in quality.toml what holds."""

_CHANNEL: Final = '''"""NAME as a channel."""

from datetime import datetime

from saveit.channels.families.reading import unreadable
from saveit.messages import (
    Answer,
    Can,
    Credentials,
    Envelope,
    Failure,
    Forged,
    HttpCall,
    Ignored,
    Inbound,
    Limit,
    Need,
    NotCarried,
    Outbound,
    Outcome,
    ReceivedMedia,
    Refused,
    Request,
    Response,
    Unknown,
    Verdict,
)


class CLASS:
    """What the provider calls its product, and which of its interfaces this speaks."""

    name: str = "NAME"
    can: Can = Can(text=Limit(1000))
    needs: tuple[Need, ...] = (
        Need(
            name="secret",
            meaning="The key that signs requests",
            meaning_es="La clave con la que se firman las peticiones",
            secret=True,
        ),
    )
    names: tuple[Need, ...] = (
        Need(name="account", meaning="The id of the account", meaning_es="El identificador de la cuenta"),
    )
    own_path: bool = False

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Answer the provider that only asks whether we are here."""
        del request, credentials

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Cut the request into its events, each with its line and its key; what nobody can read is for nobody."""
        return (unreadable(request.body),)

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check the signature of the raw body, in constant time."""
        if not credentials.value("secret"):
            return Forged("secret_missing")
        del request
        return Forged("signature_missing")

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read one event."""
        del envelope
        return (Ignored(kind="event", why="unknown_kind"),)

    def answer(self, request: Request) -> Answer:
        """Tell the provider that its events are kept."""
        del request
        return Answer()

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Describe the next call on the way to a file."""
        del media, credentials

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return what that call gave."""
        del media, response, credentials
        return Refused("bug", "not_fetched")

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> HttpCall:
        """Describe the call that sends a part."""
        del credentials, now
        raise NotCarried(self.name, outbound.part)

    def read(self, response: Response) -> Outcome:
        """Say what became of it."""
        return Unknown(str(response.status))
'''

_PLAN: Final[Mapping[str, str]] = {
    "__init__.py": '''"""NAME.

Promises what every channel does. It owns no table and opens no socket.
"""

from saveit.channels.NAME.channel import CLASS

__all__ = ["CLASS"]
''',
    "channel.py": _CHANNEL,
    "wire.py": '''"""What the provider says on the wire: every field may be missing, and may be anything."""

import msgspec

from saveit.channels.families.reading import Loose


class Event(msgspec.Struct, frozen=True):
    """One event."""

    id: Loose = None
''',
    "README.md": """# NAME

## Setting it up

| the line is told | meaning | needed | secret |
|---|---|---|---|
| `secret` | The key that signs requests | yes | yes |

## What to know

`fixtures/` holds a sample of every kind of event; the names say what happened. They were written by us from what
the provider sends, with people who do not exist.
""",
    "quality.toml": "# What is asked of every channel (docs/guides/channels.md): done, todo, or { exempt = why }.\n[rules]\n"
    + "".join(f'{rule} = "todo" # {meaning}\n' for rule, meaning in RULES.items()),
    "test_NAME.py": '''"""NAME, trap by trap."""

from saveit.channels.NAME import CLASS
from tests.channels.support import credentials_of, own_samples, request_of


def test_every_fixture_is_cut_into_events_for_a_line() -> None:
    channel = CLASS()
    samples = [sample for sample in own_samples() if sample.channel == channel.name]

    assert samples
    for sample in samples:
        assert all(each.line.address for each in channel.envelopes(request_of(sample))), sample.path.name
        assert credentials_of(channel.name).line.address
''',
}
