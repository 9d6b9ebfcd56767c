"""The words of advisors and lines: as they stand, and the drafts and changes that people write of them.

In a change, a field that is left out stays as it is.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from saveit.kernel.ids import AdvisorId, LineId, RestaurantId, TenantId, UserId
from saveit.messages import Credentials, LineKey

Language: TypeAlias = Literal["es", "en"]


class Advisor(Struct, frozen=True, kw_only=True):
    """A person who attends guests through lines of their own, as opened for those who may read it.

    `ai_attention` and `audio_available` are what a conversation with a new guest begins with: whether the bot answers, and whether it may
    answer with audio. `user_id` is the member of staff who signs in as this advisor.
    """

    id: AdvisorId
    name: str
    phone: str
    user_id: UserId | None
    languages: tuple[Language, ...]
    ai_attention: bool
    audio_available: bool
    active: bool
    revision: int
    created_at: datetime
    updated_at: datetime

    def __repr__(self) -> str:
        """Say only who, not their name: this ends up in tracebacks and logs."""
        return f"Advisor({self.id})"


class AdvisorDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An advisor as somebody describes one."""

    name: str
    phone: str = ""
    user_id: UserId | None = None
    languages: tuple[str, ...] = ("es", "en")
    ai_attention: bool = True
    audio_available: bool = False
    active: bool = True

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks and logs."""
        return "AdvisorDraft(***)"


class AdvisorChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different of an advisor; with `revision`, the one that was read, refused if somebody changed it since."""

    name: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    user_id: UserId | UnsetType | None = UNSET
    languages: tuple[str, ...] | UnsetType = UNSET
    ai_attention: bool | UnsetType = UNSET
    audio_available: bool | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    revision: int | None = None

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks and logs."""
        return "AdvisorChange(***)"


class Line(Struct, frozen=True, kw_only=True):
    """One business address on one channel, without its credentials: `credential_names` says which of them it has.

    It is a restaurant's, an advisor's, or, with neither, for several restaurants or all. `account` and `address` are as the provider spells
    them. `opaque` follows the channel in the webhook's path, where a request does not say which line it is for.
    """

    id: LineId
    tenant_id: TenantId
    channel: str
    account: str
    address: str
    restaurant_id: RestaurantId | None
    advisor_id: AdvisorId | None
    opaque: str | None
    language: Language | None
    credential_names: tuple[str, ...]
    active: bool
    revision: int
    created_at: datetime
    updated_at: datetime


class LineDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line as somebody describes it. Without `address` it is the account's own name, as a bot's is.

    `account` may be left out where no provider gives a name, as of our own web chat.
    """

    channel: str
    account: str = ""
    address: str = ""
    restaurant_id: RestaurantId | None = None
    advisor_id: AdvisorId | None = None
    opaque: str | None = None
    language: str | None = None
    credentials: Mapping[str, str] = {}
    active: bool = True

    def __repr__(self) -> str:
        """Say nothing of its secrets: this ends up in tracebacks and logs."""
        return f"LineDraft({self.channel})"


class LineChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different of a line. A credential that is named is replaced, or removed when it is empty; the others stay."""

    account: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    restaurant_id: RestaurantId | UnsetType | None = UNSET
    advisor_id: AdvisorId | UnsetType | None = UNSET
    opaque: str | UnsetType | None = UNSET
    language: str | UnsetType | None = UNSET
    credentials: Mapping[str, str] | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    revision: int | None = None

    def __repr__(self) -> str:
        """Say nothing of its secrets: this ends up in tracebacks and logs."""
        return "LineChange(***)"


class Route(Struct, frozen=True):
    """A line ready to be used: with its credentials, and whether it is to be answered at all, its advisor's activation included."""

    line: Line
    credentials: Credentials
    active: bool

    @property
    def key(self) -> LineKey:
        """The provider's name for it."""
        return self.credentials.line

    def __repr__(self) -> str:
        """Say which line."""
        return f"Route({self.line.id})"
