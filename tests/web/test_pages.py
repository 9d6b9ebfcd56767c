"""The pages that `ui/` was built to, as a browser is given them."""

import base64
import gzip
import hashlib
from pathlib import Path
from typing import cast

import pytest

from saveit.web.edge import Call, Reply
from saveit.web.pages.built import built_pages
from saveit.web.problems import NotFound
from saveit.web.wire.asgi import Receive, Scope

_PAGE = b"<!doctype html><title>Mesas</title>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One built page: packed by gzip alone, with a script whose name holds its hash."""
    (tmp_path / "staff" / "assets").mkdir(parents=True)
    (tmp_path / "staff" / "index.html").write_bytes(_PAGE)
    (tmp_path / "staff" / "index.html.gz").write_bytes(gzip.compress(_PAGE))
    (tmp_path / "staff" / "assets" / "index-Bm7onAX3.js").write_bytes(b"start()")
    return tmp_path


async def get(folder: Path, path: str, *, sandbox: bool = False, **headers: str) -> Reply:
    """Ask for an address, as the front does."""
    served = {each.path: each for each in built_pages(sandbox=sandbox, folder=folder)}
    found = served.get(path) or next(
        each for prefix, each in served.items() if prefix.endswith("/") and path.startswith(prefix)
    )
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = cast("Scope", {"type": "http", "path": path, "headers": sent})
    return await found.answer(cast("Call", None), scope, cast("Receive", None))


async def test_a_page_is_packed_for_a_browser_that_unpacks_and_plain_for_others(folder: Path) -> None:
    packed = await get(folder, "/staff", accept_encoding="gzip, deflate, br")
    plain = await get(folder, "/staff")

    assert (gzip.decompress(packed.body), dict(packed.headers)[b"content-encoding"]) == (_PAGE, b"gzip")
    assert (plain.body, b"content-encoding" in dict(plain.headers)) == (_PAGE, False)


async def test_a_page_that_has_not_changed_is_not_sent_again(folder: Path) -> None:
    first = await get(folder, "/staff")
    again = await get(folder, "/staff", if_none_match=dict(first.headers)[b"etag"].decode())

    assert (again.status, again.body) == (304, b"")


async def test_only_what_changes_its_name_with_its_content_is_kept_for_long(folder: Path) -> None:
    page = await get(folder, "/staff")
    script = await get(folder, "/staff/assets/index-Bm7onAX3.js")

    assert dict(page.headers)[b"cache-control"] == b"no-cache"
    assert dict(script.headers)[b"cache-control"] == b"public, max-age=31536000, immutable"
    assert script.media_type == b"text/javascript; charset=utf-8"


async def test_a_page_may_run_and_ask_nothing_but_ours(folder: Path) -> None:
    policy = dict((await get(folder, "/staff")).headers)[b"content-security-policy"]

    assert b"script-src 'self';" in policy
    assert b"connect-src 'self';" in policy
    assert b"unsafe" not in policy


async def test_what_stands_in_a_page_is_run_by_its_hash_alone(tmp_path: Path) -> None:
    (tmp_path / "booking").mkdir()
    page = b'<!doctype html><style>p{}</style><script type="module">start()</script>'
    (tmp_path / "booking" / "index.html").write_bytes(page)

    policy = dict((await get(tmp_path, "/r/la-mesa")).headers)[b"content-security-policy"]

    for kind, inside in ((b"script", b"start()"), (b"style", b"p{}")):
        known = base64.b64encode(hashlib.sha256(inside).digest())
        assert b"%b-src 'self' 'sha256-%b';" % (kind, known) in policy
    assert b"unsafe" not in policy


async def test_a_page_that_was_not_built_says_how_it_is(folder: Path) -> None:
    answer = await get(folder, "/r/la-mesa")

    assert answer.status == 503
    assert "make pages" in answer.body.decode()


@pytest.mark.parametrize("path", ["/staff/nothing.js", "/staff/../../secret.key", "/staff/index.html.gz"])
async def test_a_file_that_was_not_built_is_nowhere(folder: Path, path: str) -> None:
    with pytest.raises(NotFound):
        await get(folder, path)


def test_the_sandbox_has_a_page_only_where_there_is_a_sandbox(folder: Path) -> None:
    pages = [{each.path for each in built_pages(sandbox=on, folder=folder)} for on in (False, True)]

    assert pages[1] - pages[0] == {"/sandbox", "/sandbox/"}
