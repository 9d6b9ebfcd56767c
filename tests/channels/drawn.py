"""What hypothesis draws for the channels: any JSON, any change of a payload, anything the house might say."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from hypothesis import strategies as st

from saveit.messages import Attachment, Choice, UnifiedResponse

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
CHOICES = st.lists(
    st.builds(Choice, st.text("abc:019", min_size=1, max_size=70), WORDS, WORDS | st.just("")), max_size=24
).map(tuple)
FILES = st.lists(
    st.builds(
        Attachment,
        kind=st.sampled_from(["image", "document", "audio", "video"]),
        url=st.just("https://saveit.example/p/abc"),
        media_type=st.sampled_from(["image/png", "text/calendar; method=REQUEST", "application/pdf"]),
        file_name=st.sampled_from(["", "reserva.ics"]),
        caption=WORDS | st.just(""),
        content=st.sampled_from([b"", b"BEGIN:VCALENDAR"]),
    ),
    max_size=2,
).map(tuple)
RESPONSES = st.builds(
    UnifiedResponse,
    text=st.text(st.characters(codec="utf-8"), max_size=60)
    | WORDS.map(lambda words: f"{words}. " * 300)
    | st.just("reservación " * 700),
    buttons=CHOICES,
    attachments=FILES,
    language=st.sampled_from(["es", "en"]),
    subject=st.sampled_from(["", "Su reserva\r\nBcc: nobody@example.com"]),
    html=st.sampled_from(["", "<p>Hola</p>"]),
)


def changed(body: bytes, data: st.DataObject) -> bytes:
    """Put something else in one place of the payload, or cut it short."""
    try:
        read = json.loads(body)
    except ValueError:
        return changed_form(body, data)
    paths = list(paths_in(read))
    path = data.draw(st.sampled_from(paths))
    value = data.draw(JSON)
    if not path:
        return json.dumps(value).encode()
    at = read
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(read, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass")


def changed_form(body: bytes, data: st.DataObject) -> bytes:
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    if not pairs:
        return body[: data.draw(st.integers(0, len(body)))]
    at = data.draw(st.integers(0, len(pairs) - 1))
    pairs[at] = (
        data.draw(st.sampled_from([pairs[at][0], "MediaUrl0", "Latitude"])),
        data.draw(st.text(max_size=20)),
    )
    return "&".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "replace")


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths_in(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths_in(inner, (*path, index))
