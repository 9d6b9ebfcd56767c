"""Fetching the files that guests send: where they lie, and with whose credentials."""

from urllib.parse import urlsplit

import msgspec

from saveit.messages import Failure, HttpCall, ReceivedMedia, Refused, Response, RetryAfter

# Meta lets documents be 100 MB; nobody needs that to book a table, and each is held in memory once.
_FILE_OCTETS_MAX = 26_214_400
_OK = 200
_GONE = frozenset({400, 401, 403, 404, 410})
_ELSEWHERE = frozenset({301, 302, 303, 307, 308})


def file_call(
    url: str,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    own_hosts: tuple[str, ...] = (),
    own_base: str = "",
) -> HttpCall | None:
    """Describe a call for a file. `headers` hold secrets, so they go only to `own_hosts` and what lies below them; None unless https.

    `own_base` is where a stand-in for the provider is reached, which may be plain http on this machine.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    is_standin = bool(own_base) and url.startswith(f"{own_base}/")
    if not host or not (parts.scheme == "https" or is_standin):
        return None
    is_own = is_standin or any(host == own or host.endswith(f".{own}") for own in own_hosts)
    return HttpCall(
        method="GET",
        url=url,
        headers=headers if is_own else (),
        timeout_s=30.0,
        answer_octets_max=_FILE_OCTETS_MAX,
        repeatable=True,
    )


def with_content(media: ReceivedMedia, response: Response) -> ReceivedMedia | Failure:
    """Return the media with the file that came, or with the address that it was sent on to, which is asked like any other.

    An address that no longer answers will not do so later.
    """
    location = response.headers.get("location", "")
    if response.status in _ELSEWHERE and location.startswith("https://"):
        return msgspec.structs.replace(media, url=location)
    if response.status != _OK:
        return fetch_failure(response)
    told = response.headers.get("content-type", "")
    return msgspec.structs.replace(
        media,
        content=response.body,
        media_type=media.media_type or told,
        size_octets=len(response.body),
    )


def fetch_failure(response: Response) -> Failure:
    """Return what an answer without a file means: gone, or worth another try. A fetch harms nobody, so nothing is unknown here."""
    code = str(response.status)
    return Refused("undeliverable", code) if response.status in _GONE else RetryAfter("call", code)
