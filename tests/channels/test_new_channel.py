"""A channel is begun with one command, in a copy of the checkout, and the conformance suite says what is missing until nothing is."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from saveit.channels import CHANNELS
from saveit.commands.installation import CannotBeDone
from saveit.commands.new_channel import RULES, begin_channel
from tests.channels.support import ROOT

NAME = "carrier_owl"
_ENVELOPES = """event = decoded(request.body, Event)
        line = "" if event is None else word(event.to)
        if event is None or not line or not word(event.id):
            return (unreadable(request.body),)
        return (Envelope(line=LineKey(line, line), event_key=word(event.id), sender=word(event.sender), body=request.body),)"""
_VERIFY = """shown = request.header("x-owl-signature")
        secret = credentials.value("secret")
        if not secret:
            return Forged("secret_missing")
        if not shown:
            return Forged("signature_missing")
        made = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
        return Verified() if same(made, shown) else Forged("signature_wrong")"""
_PARSE = """event = decoded(envelope.body, Event)
        if event is None or not word(event.sender):
            return (Ignored(kind="event", why="unreadable"),)
        address = Address("user_id", word(event.sender))
        sender = Sender(address=address, name=None)
        return (UnifiedMessage(channel_message_id=word(event.id), sender=sender, content=Written(words(event.text))),)"""
_RENDER = """if not isinstance(outbound.part, Text):
            raise NotCarried(self.name, outbound.part)
        body = json.dumps({"to": outbound.recipient.value, "text": outbound.part.text}).encode()
        headers = (("authorization", credentials.value("secret")),)
        del now
        return HttpCall(method="POST", url="https://owl.example/messages", headers=headers, body=body)"""
_FILLED = (
    ('"""NAME as a channel."""\n', '"""NAME as a channel."""\n\nimport hashlib\nimport hmac\nimport json\n'),
    (
        "from saveit.messages import (",
        (
            "from saveit.channels.NAME.wire import Event\nfrom saveit.messages import (\n"
            "    Address, LineKey, Sender, Text, UnifiedMessage, Verified, Written,"
        ),
    ),
    ("import unreadable", "import decoded, same, unreadable, word, words"),
    ("return (unreadable(request.body),)", _ENVELOPES),
    (
        (
            'if not credentials.value("secret"):\n            return Forged("secret_missing")\n'
            '        del request\n        return Forged("signature_missing")'
        ),
        _VERIFY,
    ),
    ('del envelope\n        return (Ignored(kind="event", why="unknown_kind"),)', _PARSE),
    ("del credentials, now\n        raise NotCarried(self.name, outbound.part)", _RENDER),
)
_SIGNER = """

def _owl(channel: str, body: bytes) -> Request:
    made = hmac.new(b"owl-secret", body, hashlib.sha256).hexdigest()
    return with_headers(bare(channel, body), x_owl_signature=made)


VALUES = {**VALUES, "carrier_owl": {"secret": "owl-secret"}}
SIGNERS = {**SIGNERS, "carrier_owl": _owl}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what a channel and its tests need."""
    unread = shutil.ignore_patterns("__pycache__", "static", "*.pyc")
    for part in ("src/saveit", "tests/channels", "docs/guides"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=unread)
    for part in ("tests/house/sources.py", "tests/house/test_quality.py"):
        (tmp_path / part).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / part, tmp_path / part)
    return tmp_path


def run(checkout: Path, *arguments: str) -> str:
    """Run Python over the copy, and return what it prints."""
    told = {name: value for name, value in os.environ.items() if not name.startswith(("SAVEIT_", "PYTEST_"))}
    told["PYTHONPATH"] = f"{checkout / 'src'}{os.pathsep}{checkout}"
    ran = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=checkout,
        env=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return ran.stdout + ran.stderr


def conformance(checkout: Path, chosen: str) -> str:
    """Run what is asked of every channel, as far as chosen, and return what pytest says."""
    house = "tests/house/test_quality.py"
    return run(
        checkout,
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "--import-mode=importlib",
        "tests/channels/test_conformance.py",
        house,
        "-k",
        chosen,
    )


def rewrite(file: Path, *changes: tuple[str, str]) -> None:
    """Change a file by hand, as an engineer does."""
    text = file.read_text(encoding="utf-8")
    for change in changes:
        before, after = (part.replace("NAME", NAME) for part in change)
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_a_channel_that_is_begun_is_told_what_it_lacks_until_it_is_filled_in(checkout: Path) -> None:
    channels = checkout / "src" / "saveit" / "channels"

    said = run(checkout, "saveit", "new-channel", NAME)
    begun = conformance(checkout, f"every_folder or (what_a_channel_says and {NAME})")
    rewrite(
        channels / "__init__.py",
        (
            "from saveit.channels.email_ses",
            "from saveit.channels.NAME import CarrierOwl\nfrom saveit.channels.email_ses",
        ),
        ("    VoiceConnect(),\n", "    VoiceConnect(),\n    CarrierOwl(),\n"),
    )
    registered = conformance(checkout, f"has_fixtures and {NAME}")
    folder = channels / NAME
    rewrite(folder / "channel.py", *_FILLED)
    rewrite(
        folder / "wire.py",
        (
            "    id: Loose = None\n",
            "    id: Loose = None\n    to: Loose = None\n    sender: Loose = None\n    text: Loose = None\n",
        ),
    )
    (folder / "fixtures" / "text.json").write_text(
        '{"id": "10", "to": "mesa", "sender": "ana", "text": "hola"}'
    )
    quality = (folder / "quality.toml").read_text(encoding="utf-8")
    (folder / "quality.toml").write_text(quality.replace('"todo"', '"done"'), encoding="utf-8")
    rewrite(checkout / "tests" / "channels" / "support.py", ("\n_SHARED: ", _SIGNER + "\n_SHARED: "))
    filled = conformance(checkout, f"every_folder or ({NAME} and not test_any_)")

    assert "CHANNELS" in said
    assert "each folder of src/saveit/channels is one entry of CHANNELS" in begun
    assert f"{NAME}/quality.toml: what is left is neither done nor exempt" in begun
    assert f"{NAME} still needs payloads as the provider sends them" in registered
    assert "made-up secrets: VALUES in tests/channels/support.py" in registered
    assert "its provider's signature: SIGNERS in tests/channels/support.py" in registered
    assert re.search(r"^\d+ passed", filled, re.MULTILINE), filled[-4000:]


@pytest.mark.parametrize("name", ["", "Line", "2nd", "a__b", "a-b", "../a", "x" * 33, "telegram"])
def test_what_is_no_name_or_taken_begins_nothing(name: str) -> None:
    folder = ROOT / "src" / "saveit" / "channels"
    before = sorted(folder.iterdir())

    with pytest.raises(CannotBeDone):
        begin_channel(name, folder)

    assert sorted(folder.iterdir()) == before


def test_a_new_folder_begins_with_every_rule_to_do_and_believes_nobody(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()

    made = begin_channel(NAME, tmp_path)

    plan = [
        "README.md",
        "__init__.py",
        "channel.py",
        "fixtures",
        "quality.toml",
        f"test_{NAME}.py",
        "wire.py",
    ]
    assert sorted(path.name for path in made.iterdir()) == sorted(plan)
    assert (made / "quality.toml").read_text(encoding="utf-8").count('= "todo"') == len(RULES)
    assert NAME not in {channel.name for channel in CHANNELS}
