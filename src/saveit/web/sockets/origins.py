"""Which pages may embed a house's chat. Pure."""

from urllib.parse import urlsplit


def is_allowed(origin: str, allowed: str, *, own: str, host: str) -> bool:
    """Say whether a page of this origin may speak for a guest; what is no browser names none.

    `allowed` are origins with commas between; none is any. Our own pages always may: `own` is our public address, `host` the one called.
    """
    if not origin or not allowed.strip():
        return True
    page = _origin(origin)
    if page == _origin(own) or (host and urlsplit(origin).netloc.lower() == host.lower()):
        return True
    return page in {_origin(each) for each in allowed.split(",")}


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url.strip().rstrip("/").lower())
    return parts.scheme, parts.netloc
