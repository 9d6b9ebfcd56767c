"""Every refusal and failure as a problem document (RFC 9457), in Spanish or English, with a code that never changes.

One table says which status and title each code has; a refusal without a line in it is a bug that a test finds. Nothing in a document
comes from an exception's text: no stack, no SQL, no guest's words that the caller did not send.
"""

from saveit.web.problems.refusals import (
    AlreadyLinked,
    BlockUnknown,
    BodyTooLarge,
    CannotBeSaid,
    CodeWrong,
    Forbidden,
    HeadersTooLarge,
    JsonMalformed,
    LinkUnknown,
    MethodNotAllowed,
    NotFound,
    PersonUnknown,
    PhoneCodesUnavailable,
    PhoneProofOver,
    RateLimited,
    RefusedTogether,
    ReplyWindowClosed,
    RequestError,
    RequestInvalid,
    RequestTimeout,
    TenantRequired,
    Unauthenticated,
    UnsupportedMedia,
)
from saveit.web.problems.render import MEDIA_TYPE, Problem, problem_of
from saveit.web.problems.table import PROBLEMS, Line
from saveit.web.problems.words import Language, request_error

__all__ = [
    "MEDIA_TYPE",
    "PROBLEMS",
    "AlreadyLinked",
    "BlockUnknown",
    "BodyTooLarge",
    "CannotBeSaid",
    "CodeWrong",
    "Forbidden",
    "HeadersTooLarge",
    "JsonMalformed",
    "Language",
    "Line",
    "LinkUnknown",
    "MethodNotAllowed",
    "NotFound",
    "PersonUnknown",
    "PhoneCodesUnavailable",
    "PhoneProofOver",
    "Problem",
    "RateLimited",
    "RefusedTogether",
    "ReplyWindowClosed",
    "RequestError",
    "RequestInvalid",
    "RequestTimeout",
    "TenantRequired",
    "Unauthenticated",
    "UnsupportedMedia",
    "problem_of",
    "request_error",
]
