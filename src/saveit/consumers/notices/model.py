"""The words of notices: what can be told, of what, and in whose words."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias, get_args
from uuid import UUID

import msgspec

from saveit.kernel.errors import FieldsRefused, Refusal

Language: TypeAlias = Literal["es", "en"]
NoticeKind: TypeAlias = Literal[
    "pending",
    "confirmed",
    "changed",
    "cancelled",
    "reminder",
    "no_show",
    "table_ready",
    "waitlist_offer",
    "waitlist_passed",
    "pass",
]
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)

# What a template may name; each is filled with one line of plain text.
PLACEHOLDERS = frozenset(
    (
        "guest",
        "restaurant",
        "address",
        "phone",
        "date",
        "time",
        "party",
        "table",
        "code",
        "until",
        "calendar_url",
        "pass_url",
        "manage_url",
    )
)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice is about, as the guest should read it. Instants are aware; `tables` are numbers on tables."""

    kind: NoticeKind
    language: Language
    guest: str
    restaurant: str
    address: str
    phone: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    party_size: int
    code: str
    tables: tuple[str, ...] = ()
    until: datetime | None = None
    pass_url: str = ""
    calendar_url: str = ""
    manage_url: str = ""
    reservation_id: UUID | None = None
    entry_id: UUID | None = None

    def __repr__(self) -> str:
        """Say the kind alone."""
        return f"Told({self.kind})"


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words with blanks such as `{restaurant}`. The provider's own template passes a closed window, its parameters in order."""

    text: str
    subject: str
    provider_name: str = ""
    provider_reference: str = ""
    provider_parameters: tuple[str, ...] = ()


class TemplateInvalid(FieldsRefused):
    """A template names what there is not, or says too much or nothing; every error is listed."""

    code: ClassVar[str] = "template_invalid"


class ChannelNotKnown(Refusal):
    """There is no such channel to have words for."""

    code: ClassVar[str] = "notice_channel_unknown"


class NoticeKindUnknown(Refusal):
    """There is no such notice."""

    code: ClassVar[str] = "notice_kind_unknown"


class Papers(msgspec.Struct, frozen=True, kw_only=True):
    """What a guest is given with a reservation: links, and the same as files for a mail."""

    pass_url: str
    calendar_url: str
    manage_url: str
    pass_png: bytes = b""
    calendar: bytes = b""
    draw: "Callable[[], Awaitable[Papers]] | None" = None
    """Makes the files as well, which only a mail carries: a picture takes longer to draw than a booking to make."""

    def __repr__(self) -> str:
        """Say nothing: a pass is a key."""
        return "Papers(***)"
