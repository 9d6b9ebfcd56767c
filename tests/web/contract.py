"""The OpenAPI document as the tests hold answers against it."""

import re
from functools import cache
from typing import Any, cast
from unittest.mock import create_autospec

import httpx
import msgspec

from saveit.web.hot.document import document_of
from saveit.web.hot.memory import Memory
from saveit.web.router import make_router

# What any address may be answered with whatever it is: these are about there being no such address or method.
_ANYWHERE = frozenset(("not_found", "method_not_allowed"))


@cache
def document() -> dict[str, Any]:
    """Return the document, made once."""
    router = make_router(create_autospec(Memory), documented=True)
    return cast("dict[str, Any]", msgspec.json.decode(document_of(router)))


@cache
def _templates() -> tuple[tuple[re.Pattern[str], dict[str, Any]], ...]:
    paths = cast("dict[str, dict[str, Any]]", document()["paths"])
    # Of two that fit, the one with fewer places is meant: /qr/generate and not /qr/{picture}.
    return tuple(
        (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), operations)
        for path, operations in sorted(paths.items(), key=lambda item: item[0].count("{"))
    )


def codes_of(operation: dict[str, Any]) -> dict[str, list[str]]:
    """Return the codes of the problems that an operation lists, by status."""
    return {
        status: response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"][
            "enum"
        ]
        for status, response in operation["responses"].items()
        if status.isdigit() and int(status) >= 400 and "application/problem+json" in response["content"]
    }


async def hold_to_the_document(answer: httpx.Response) -> None:
    """Fail when an answer is a problem that the document does not list for its operation."""
    if answer.headers.get("content-type") != "application/problem+json" or answer.request.method == "HEAD":
        return
    await answer.aread()
    code, path = answer.json()["code"], answer.request.url.path.rstrip("/")
    operation = next(
        (
            operations[answer.request.method.lower()]
            for pattern, operations in _templates()
            if pattern.fullmatch(path) and answer.request.method.lower() in operations
        ),
        None,
    )
    if operation is None or code in _ANYWHERE:
        return
    listed = codes_of(operation)
    assert code in listed.get(str(answer.status_code), []), f"{operation['operationId']} does not list {code}"
