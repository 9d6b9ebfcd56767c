"""What is asked and answered about houses, waiting, passes and access, where a room's own struct does not serve."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from saveit.access import ApiKey, Permission, Role, StaffUser
from saveit.consumers.qr import DayPass, PassDocument
from saveit.kernel.ids import AdvisorId, ReservationId, RestaurantId, TenantId
from saveit.venues import Area, DiningTable, Restaurant, Rules, RulesVersion, TableCombination, Tenant
from saveit.waitlist import EntryStatus
from saveit.web.wire.answers import GuestAnswer, ReservationAnswer
from saveit.web.wire.requests import Clock, GuestRequest, PartySize, ServiceDay, Source


class ConfigAnswer(Struct, frozen=True):
    """A restaurant and the rules in force there."""

    restaurant: Restaurant
    rules: Rules
    version: int


class ConfigRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole set of rules to put in force. `version` is the one that was read: it is refused if somebody changed them since."""

    rules: dict[str, object]
    version: Annotated[int, Meta(ge=1)]


class RestaurantPage(Struct, frozen=True):
    """A page of restaurants. `next` asks for the following one; null is the end."""

    restaurants: list[Restaurant]
    next: str | None


class RulesPage(Struct, frozen=True):
    """Versions of a restaurant's rules, the newest first, with who wrote each."""

    versions: list[RulesVersion]
    next: str | None


class Areas(Struct, frozen=True):
    """A restaurant's areas."""

    areas: list[Area]


class Tables(Struct, frozen=True):
    """A restaurant's tables."""

    tables: list[DiningTable]


class Combinations(Struct, frozen=True):
    """A restaurant's combinations."""

    combinations: list[TableCombination]


class WaitRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A party that waits for a table. `earliest` and `latest` are the first and last start that suit; `time` alone is both."""

    restaurant_id: RestaurantId
    date: ServiceDay
    party_size: PartySize
    guest: GuestRequest
    time: Clock | None = None
    earliest: Clock | None = None
    latest: Clock | None = None
    source: Source | None = None


class EntryAnswer(Struct, frozen=True, kw_only=True):
    """A party that waits. When a table is kept for it, `offered_starts_at` says for when and `offered_until` how long it is kept."""

    id: UUID
    restaurant_id: RestaurantId
    date: date
    party_size: int
    earliest_at: datetime
    latest_at: datetime
    guest: GuestAnswer
    status: EntryStatus
    hold_id: UUID | None
    offered_until: datetime | None
    reservation_id: ReservationId | None
    source: str
    created_at: datetime
    updated_at: datetime
    offered_starts_at: datetime | None = None


class PlaceAnswer(Struct, frozen=True):
    """An entry's place in the queue, 1 for the first, and the wait it is quoted; null when no table frees in time."""

    position: int
    wait_minutes: int | None
    entry: EntryAnswer


class Queue(Struct, frozen=True):
    """Who waits on a day, in order."""

    entries: list[PlaceAnswer]


class GeneratePass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The reservation to make a pass for."""

    reservation_id: ReservationId


class PassAnswer(Struct, frozen=True, kw_only=True):
    """A pass: `token` is what the symbol holds, `document` the same for programs."""

    reservation_id: ReservationId
    token: str
    document: PassDocument
    png_url: str
    svg_url: str
    issued_at: datetime
    expires_at: datetime


class DayPasses(Struct, frozen=True):
    """The passes of a service day, by their digests."""

    date: date
    passes: Sequence[DayPass]


class ShowPass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pass shown at a door: as the text of the symbol, or as a document."""

    restaurant_id: RestaurantId
    token: Annotated[str, Meta(max_length=400)] | None = None
    document: PassDocument | None = None


class ScannedPass(ShowPass, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pass that lets its party in. `scanned_at` is for a scanner that had no network: within the last day, judged as of then."""

    scanned_at: Annotated[datetime, Meta(tz=True)] | None = None


class PassVerdict(Struct, frozen=True):
    """The pass lets this party in; a pass that does not is refused with its reason."""

    valid: bool
    reservation: ReservationAnswer


class SignInRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in."""

    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=1024)]

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks."""
        return "SignInRequest(***)"


class SessionAnswer(Struct, frozen=True):
    """A session. `token` is to be sent as a bearer token, and is not shown again."""

    token: str
    user_id: UUID
    language: Literal["es", "en"]
    expires_at: datetime


class PresentSession(Struct, frozen=True, kw_only=True):
    """Who is signed in, and what they may do where. `advisor_id` is whose conversations an advisor sees."""

    user_id: UUID
    name: str
    email: str
    language: Literal["es", "en"]
    roles: Mapping[RestaurantId, Role]
    permissions: Mapping[RestaurantId, tuple[Permission, ...]]
    advisor_id: AdvisorId | None
    expires_at: datetime | None

    def __repr__(self) -> str:
        """Say who, not their name."""
        return f"PresentSession({self.user_id})"


class Staff(Struct, frozen=True):
    """The people who work with SaveIt."""

    users: list[StaffUser]
    next: str | None


class StaffRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to add, and what they are where. Without a password, one is made up to hand over."""

    name: str
    email: str
    password: str | None = None
    language: str = "es"
    roles: dict[RestaurantId, Role] = {}

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks."""
        return "StaffRequest(***)"


class OneTimePassword(Struct, frozen=True):
    """A password to hand over, which is not shown again: whoever has it signs in and chooses their own."""

    user_id: UUID
    one_time_password: str

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks."""
        return "OneTimePassword(***)"


class RoleRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user is in a restaurant."""

    role: Role


class RolesAnswer(Struct, frozen=True):
    """What a user is where, as far as the caller may see."""

    user_id: UUID
    roles: Mapping[RestaurantId, Role]


class PasswordRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new password; for oneself, with the present one."""

    password: Annotated[str, Meta(max_length=1024)]
    current_password: Annotated[str, Meta(max_length=1024)] = ""

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks."""
        return "PasswordRequest(***)"


class ApiKeys(Struct, frozen=True):
    """Programs' keys, without the keys themselves."""

    api_keys: list[ApiKey]
    next: str | None


class NewKeyAnswer(Struct, frozen=True):
    """A key just made. `token` is to be sent as a bearer token, and is not shown again."""

    token: str
    api_key: ApiKey


class TenantRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer to open."""

    name: Annotated[str, Meta(max_length=480)]


class TenantAnswer(Struct, frozen=True):
    """A customer."""

    id: TenantId
    name: str
    created_at: datetime


class Tenants(Struct, frozen=True):
    """The customers, in the order they came."""

    tenants: list[Tenant]
    next: str | None
