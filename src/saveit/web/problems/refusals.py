"""What the skin itself refuses, before any other room is asked."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from saveit.kernel.errors import Refusal
from saveit.web.problems.words import RequestError


class Unauthenticated(Refusal):
    """There is no token, or it opens nothing."""

    code: ClassVar[str] = "unauthenticated"


class Forbidden(Refusal):
    """The caller is known and may not do this; `permission` is what is missing."""

    code: ClassVar[str] = "forbidden"


class TenantRequired(Refusal):
    """The platform's key acts for every customer, and nothing in the request says for which."""

    code: ClassVar[str] = "tenant_required"


class RateLimited(Refusal):
    """The caller asked too often; `retry_after_s` says when to come back."""

    code: ClassVar[str] = "rate_limited"


class JsonMalformed(Refusal):
    """The body is not JSON."""

    code: ClassVar[str] = "json_malformed"


class RequestInvalid(Refusal):
    """Fields or parameters are missing, unknown, or not what they should be; every one is listed."""

    code: ClassVar[str] = "request_invalid"

    def __init__(self, *errors: RequestError) -> None:
        super().__init__(errors=[{"path": error.path, "code": error.code} for error in errors])
        self.errors: Sequence[RequestError] = errors


class RefusedTogether(Refusal):
    """Several kinds of fault in one request, each with all its errors; its code is that of the first."""

    code: ClassVar[str] = "request_invalid"

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(codes=[refusal.code for refusal in refusals])
        self.refusals: Sequence[Refusal] = refusals


class BodyTooLarge(Refusal):
    """The body is longer than any request of ours needs; `limit` is in octets."""

    code: ClassVar[str] = "body_too_large"


class HeadersTooLarge(Refusal):
    """Headers or address are longer than any request of ours needs; `limit` is in octets."""

    code: ClassVar[str] = "headers_too_large"


class RequestTimeout(Refusal):
    """The body did not come within the time it is given; `limit_s` is that."""

    code: ClassVar[str] = "request_timeout"


class UnsupportedMedia(Refusal):
    """The body is declared to be something else than JSON, or packed."""

    code: ClassVar[str] = "unsupported_media_type"


class NotFound(Refusal):
    """There is nothing at this address, or nothing that the caller may know of."""

    code: ClassVar[str] = "not_found"


class MethodNotAllowed(Refusal):
    """The address exists and does not take this method; `allowed` are those that it takes."""

    code: ClassVar[str] = "method_not_allowed"

    def __init__(self, allowed: Collection[str] = ()) -> None:
        told = {*allowed, *(("HEAD",) if "GET" in allowed else ())}
        super().__init__(allowed=sorted(told))
        self.allowed: tuple[str, ...] = tuple(sorted(told))


class PersonUnknown(Refusal):
    """No guest of the caller's is known by this id."""

    code: ClassVar[str] = "user_not_found"


class BlockUnknown(Refusal):
    """There is no such block, or it is lifted already."""

    code: ClassVar[str] = "block_not_found"


class ReplyWindowClosed(Refusal):
    """The guest wrote too long ago: the provider lets only an approved template through, if anything."""

    code: ClassVar[str] = "reply_window_closed"


class CannotBeSaid(Refusal):
    """The channel carries no such thing, or is not one that is answered afterwards."""

    code: ClassVar[str] = "cannot_be_said"


class AlreadyLinked(Refusal):
    """The two are one already."""

    code: ClassVar[str] = "already_linked"


class CodeWrong(Refusal):
    """It is not the code that was sent, or its time or tries are over."""

    code: ClassVar[str] = "code_wrong"


class PhoneProofOver(Refusal):
    """The proof is of another phone, or its time is over: ask for another code."""

    code: ClassVar[str] = "phone_proof_over"


class PhoneCodesUnavailable(Refusal):
    """The restaurant has no line by which a code could be sent."""

    code: ClassVar[str] = "phone_codes_unavailable"


class LinkUnknown(Refusal):
    """There is no such link, or not between people whom the caller may know."""

    code: ClassVar[str] = "link_unknown"
