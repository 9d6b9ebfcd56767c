"""An example of every answer, made of the very structs that are answered: an example that is not one cannot be written here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import msgspec

from saveit.access import ApiKey, StaffAdded, StaffUser
from saveit.advisors import Advisor, Line
from saveit.consumers.analytics import (
    AdvisorTalks,
    Analytics,
    ChannelTalks,
    DayFigures,
    Figures,
    HourFigures,
    RestaurantFigures,
    SourceFigures,
    Talks,
    Waiting,
)
from saveit.consumers.notices import NoticeRow, Template
from saveit.consumers.notify import DeadLetterRow
from saveit.consumers.qr import DayPass, PassDocument
from saveit.consumers.relay import DeliveryRow, Endpoint
from saveit.conversations import LineWord, PauseRow
from saveit.gateway import ParkedEvent, Quarantined
from saveit.kernel.ids import (
    AdvisorId,
    ApiKeyId,
    AreaId,
    CombinationId,
    HoldId,
    LineId,
    PersonId,
    ReservationId,
    RestaurantId,
    TableId,
    TenantId,
    UserId,
)
from saveit.venues import (
    Area,
    DiningTable,
    Restaurant,
    Rules,
    RulesVersion,
    TableCombination,
    Tenant,
    default_rules,
)
from saveit.web.hot.guest_examples import guest_examples
from saveit.web.hot.health import Readiness
from saveit.web.hot.staff_examples import staff_examples
from saveit.web.wire import (
    Alternative,
    AvailabilityAnswer,
    BlockAnswer,
    Calendar,
    CheckAnswer,
    DayAnswer,
    GuestAnswer,
    HistoryAnswer,
    HistoryEntry,
    HoldAnswer,
    PolicyAnswer,
    Refreshed,
    ReservationAnswer,
    ReservationPage,
    Slot,
    TableAnswer,
)
from saveit.web.wire.chat import ChatRestaurant, ChatSessionAnswer
from saveit.web.wire.house import (
    ApiKeys,
    Areas,
    Combinations,
    ConfigAnswer,
    DayPasses,
    EntryAnswer,
    NewKeyAnswer,
    OneTimePassword,
    PassAnswer,
    PassVerdict,
    PlaceAnswer,
    PresentSession,
    Queue,
    RestaurantPage,
    RolesAnswer,
    RulesPage,
    SessionAnswer,
    Staff,
    Tables,
    TenantAnswer,
    Tenants,
)
from saveit.web.wire.lines import (
    Advisors,
    ChannelAnswer,
    ChannelNeed,
    ChannelsAnswer,
    LineAnswer,
    Lines,
    ParkedContent,
    ParkedEvents,
    ParkedPiece,
    Strangers,
)
from saveit.web.wire.messages import (
    ChannelPreview,
    DeadLetters,
    Deliveries,
    EndpointAnswer,
    Endpoints,
    LineWords,
    NoticePreview,
    Notices,
    Pauses,
    PreviewPart,
    ReadyAnswer,
    TemplateAnswer,
    Templates,
)

_ID = UUID("0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e")
_RESTAURANT_ID, _TENANT_ID = RestaurantId(_ID), TenantId(_ID)
_TABLE_ID, _OTHER_TABLE_ID = TableId(_ID), TableId(UUID("0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8f"))
_BOGOTA = timezone(timedelta(hours=-5))
_ON = date(2026, 3, 14)
_STARTS_AT, _LEAVES_AT = (
    datetime(2026, 3, 14, 20, 30, tzinfo=_BOGOTA),
    datetime(2026, 3, 14, 22, tzinfo=_BOGOTA),
)
_MADE_AT = datetime(2026, 3, 2, 17, tzinfo=UTC)
_PASS = "AQGVovBbHnw6jwA9LBsKn44B"  # noqa: S105 - the beginning of a pass, which opens nothing.
_CURSOR = "kthL8pxbHnw6jwA9LBsKn44"

_TABLE = TableAnswer(_TABLE_ID, "12", (_TABLE_ID,), ("12",))
_GUEST = GuestAnswer("Ana Rivas", "+573001234567", "ana@example.com", "es")
_RESERVATION = ReservationAnswer(
    id=ReservationId(_ID),
    code="K7M2QX",
    status="confirmed",
    restaurant_id=_RESTAURANT_ID,
    date=_ON,
    time="20:30",
    service="dinner",
    starts_at=_STARTS_AT,
    leaves_at=_LEAVES_AT,
    timezone="America/Bogota",
    party_size=4,
    table=_TABLE,
    pinned=False,
    overbooked=False,
    guest=_GUEST,
    user_id=PersonId(_ID),
    special_requests="Junto a la ventana",
    source="api",
    qr_url=f"https://tables.example/api/v1/qr/{_PASS}.png",
    calendar_url=f"https://tables.example/api/v1/calendar/{_ID}?pass={_PASS}",
    policy=PolicyAnswer("COP", _STARTS_AT - timedelta(days=1), 5_000_000, 5_000_000, 0, (), 15, 15),
    fee_minor=0,
    revision=1,
    created_at=_MADE_AT,
    updated_at=_MADE_AT,
    confirmed_at=_MADE_AT,
)
_HOLD = HoldAnswer(
    id=HoldId(_ID),
    restaurant_id=_RESTAURANT_ID,
    date=_ON,
    time="20:30",
    starts_at=_STARTS_AT,
    leaves_at=_LEAVES_AT,
    party_size=4,
    table=_TABLE,
    expires_at=_MADE_AT + timedelta(minutes=5),
    renewed_at=None,
    released_at=None,
    reservation_id=None,
)
_FREE = Slot(time="20:30", available=True, starts_at=_STARTS_AT, leaves_at=_LEAVES_AT, service="dinner")
_FULL = Slot(
    time="20:00",
    available=False,
    starts_at=_STARTS_AT - timedelta(minutes=30),
    reason="FULL",
    message="No hay mesa libre para 4 personas a esa hora.",
)
_INSTEAD = Alternative(_ON, "20:30", _STARTS_AT, _LEAVES_AT, "dinner")
_RESTAURANT = Restaurant(
    id=_RESTAURANT_ID,
    tenant_id=_TENANT_ID,
    slug="la-candelaria",
    name="La Candelaria",
    timezone="America/Bogota",
    language="es",
    currency="COP",
    region="CO",
    address="Carrera 3 # 12-20",
    phone="+576011234567",
    rules_version=2,
    floor_version=7,
)
_RULES: Rules = default_rules()
_RULES_VERSION = RulesVersion(2, _RULES, f"staff:{_ID}", _MADE_AT)
_AREA = Area(AreaId(_ID), _RESTAURANT_ID, "Terraza", 1)
_DINING_TABLE = DiningTable(
    id=_TABLE_ID,
    restaurant_id=_RESTAURANT_ID,
    area_id=AreaId(_ID),
    number="12",
    covers_min=2,
    covers_max=4,
    x=3,
    y=1.5,
    width=1,
    height=1,
    rotation=0,
    shape="round",
    online=True,
    priority=0,
    retired_at=None,
)
_COMBINATION = TableCombination(
    id=CombinationId(_ID),
    restaurant_id=_RESTAURANT_ID,
    table_ids=(_TABLE_ID, _OTHER_TABLE_ID),
    covers_min=5,
    covers_max=8,
    online=True,
    priority=0,
    retired_at=None,
)
_ENTRY = EntryAnswer(
    id=_ID,
    restaurant_id=_RESTAURANT_ID,
    date=_ON,
    party_size=4,
    earliest_at=_STARTS_AT - timedelta(minutes=30),
    latest_at=_STARTS_AT + timedelta(hours=1),
    guest=_GUEST,
    status="offered",
    hold_id=_ID,
    offered_until=_MADE_AT + timedelta(minutes=15),
    reservation_id=None,
    source="api",
    created_at=_MADE_AT,
    updated_at=_MADE_AT,
)
_USER = StaffUser(UserId(_ID), "Ana Rivas", "ana@example.com", "es", {_RESTAURANT_ID: "host"}, _MADE_AT, None)
_API_KEY = ApiKey(
    id=ApiKeyId(_ID),
    restaurant_id=_RESTAURANT_ID,
    name="Página web",
    scopes=("availability:read", "reservations:write"),
    quota_per_minute=600,
    created_at=_MADE_AT,
    expires_at=None,
    revoked_at=None,
)


_ADVISOR = Advisor(
    id=AdvisorId(_ID),
    name="María González",
    phone="+573012345678",
    user_id=None,
    languages=("es",),
    ai_attention=True,
    audio_available=True,
    active=True,
    revision=1,
    created_at=_MADE_AT,
    updated_at=_MADE_AT,
)
_LINE = LineAnswer(
    Line(
        id=LineId(_ID),
        channel="whatsapp_twilio",
        account="AC0123456789abcdef0123456789abcdef",
        address="+14155238886",
        restaurant_id=None,
        advisor_id=AdvisorId(_ID),
        tenant_id=_TENANT_ID,
        opaque=None,
        language="es",
        credential_names=("auth_token",),
        active=True,
        revision=1,
        created_at=_MADE_AT,
        updated_at=_MADE_AT,
    ),
    "https://tables.example/webhooks/whatsapp_twilio",
)


def examples() -> Iterator[msgspec.Struct]:
    """Yield one example of each struct that is ever a whole answer."""
    yield from _of_tables()
    yield from _of_guests()
    yield from _of_the_house()
    yield from _of_access()
    yield from _of_lines()
    yield from _of_messages()
    yield _figures()
    yield from staff_examples()
    yield from guest_examples(_RESERVATION, _HOLD)


def _figures() -> Analytics:
    dined = Figures(
        bookings=12,
        covers=41,
        walk_ins=2,
        walk_in_covers=5,
        check_ins=10,
        cancellations=1,
        no_shows=1,
        seat_minutes=4_050,
        open_seat_minutes=19_200,
    )
    shut = msgspec.structs.replace(dined, open_seat_minutes=0)
    talks = Talks(
        conversations=30,
        offered=21,
        booked=9,
        handed_over=2,
        answered=30,
        response_median_s=1.4,
        response_p90_s=3.9,
    )
    return Analytics(
        from_on=_ON,
        to_on=_ON,
        totals=dined,
        days=[DayFigures(_ON, dined)],
        hours=[HourFigures(20, shut)],
        sources=[SourceFigures("whatsapp_meta", shut)],
        restaurants=[RestaurantFigures(_RESTAURANT_ID, "La Candelaria", "COP", dined)],
        waitlist=Waiting(3, 2, 1, 1, 0),
        funnel=talks,
        channels=[ChannelTalks("whatsapp_meta", talks)],
        advisors=[AdvisorTalks(AdvisorId(_ID), talks)],
    )


def _of_tables() -> Iterator[msgspec.Struct]:
    day = DayAnswer(date=_ON, open=True, available=1, slots=[_FULL, _FREE])
    closed = DayAnswer(
        date=_ON + timedelta(days=1), open=False, available=0, slots=[], reason="CLOSED", message="Cerrado."
    )
    yield AvailabilityAnswer(
        restaurant_id=_RESTAURANT_ID,
        timezone="America/Bogota",
        party_size=4,
        date=_ON,
        open=True,
        available=1,
        slots=[_FULL, _FREE],
    )
    yield Calendar(restaurant_id=_RESTAURANT_ID, timezone="America/Bogota", party_size=4, days=[day, closed])
    yield CheckAnswer(
        restaurant_id=_RESTAURANT_ID,
        date=_ON,
        time="20:00",
        party_size=4,
        available=False,
        slot=_FULL,
        reasons=[_FULL],
        alternatives=[_INSTEAD],
    )
    yield Refreshed(_RESTAURANT_ID, _ON)
    yield _HOLD
    yield BlockAnswer(_ID, _RESTAURANT_ID, (_TABLE_ID,), _STARTS_AT, _LEAVES_AT, "Pintura")
    yield Readiness(ready=True, problems=())


def _of_guests() -> Iterator[msgspec.Struct]:
    yield _RESERVATION
    yield ReservationPage([_RESERVATION], _CURSOR)
    body = msgspec.Raw(b'{"after":{"status":"confirmed","party_size":4}}')
    made = HistoryEntry(
        _ID, "reservation.created", 1, f"api_key:{_ID}", "api", "4bf92f3577b34da6", _MADE_AT, body
    )
    yield HistoryAnswer([made], None)
    yield _ENTRY
    yield Queue([PlaceAnswer(1, 40, _ENTRY)])
    yield PassAnswer(
        reservation_id=ReservationId(_ID),
        token=_PASS,
        document=PassDocument(_ID, _ID, 1_772_470_800, 1_773_543_600, "9f" * 8, "c4" * 32),
        png_url=f"https://tables.example/api/v1/qr/{_PASS}.png",
        svg_url=f"https://tables.example/api/v1/qr/{_PASS}.svg",
        issued_at=_MADE_AT,
        expires_at=_LEAVES_AT,
    )
    yield PassVerdict(valid=True, reservation=_RESERVATION)
    yield DayPasses(_ON, [DayPass("c4" * 32, ReservationId(_ID), _MADE_AT, _LEAVES_AT, "confirmed")])


def _of_the_house() -> Iterator[msgspec.Struct]:
    yield _RESTAURANT
    yield RestaurantPage([_RESTAURANT], None)
    yield ConfigAnswer(_RESTAURANT, _RULES, 2)
    yield RulesPage([_RULES_VERSION], None)
    yield _AREA
    yield Areas([_AREA])
    yield _DINING_TABLE
    yield Tables([_DINING_TABLE])
    yield _COMBINATION
    yield Combinations([_COMBINATION])


def _of_lines() -> Iterator[msgspec.Struct]:
    need = ChannelNeed("auth_token", "the account's primary auth token", secret=True, required=True)
    sid = ChannelNeed("account", "the account's SID", secret=False, required=True)
    yield ChannelsAnswer([ChannelAnswer("whatsapp_twilio", [sid], [need], own_path=False)])
    yield _ADVISOR
    yield Advisors([_ADVISOR], None)
    yield _LINE
    yield Lines([_LINE], None)
    parked = ParkedEvent(_ID, LineId(_ID), 7, _MADE_AT, 10, "Unreadable", _MADE_AT)
    pieces = [ParkedPiece("message", "77", "Una mesa para dos")]
    yield ParkedContent(parked, "telegram", readable=True, pieces=pieces)
    yield ParkedEvents([ParkedEvent(_ID, LineId(_ID), 7, _MADE_AT, 10, "Unreadable", _MADE_AT)], None)
    yield Strangers(
        [
            Quarantined(
                id=_ID,
                tenant_id=_TENANT_ID,
                line_id=None,
                channel="whatsapp_twilio",
                account="AC0123456789abcdef0123456789abcdef",
                address="+14155238886",
                reason="line_unknown",
                seen=3,
                octets_last=812,
                first_at=_MADE_AT,
                last_at=_MADE_AT,
            )
        ]
    )


def _of_messages() -> Iterator[msgspec.Struct]:
    words = TemplateAnswer(
        "booked",
        "es",
        Template(text="{guest}, le esperamos en {restaurant}.", subject="Su mesa en {restaurant}"),
        is_own=True,
    )
    yield words
    yield Templates([words], ["guest", "restaurant"])
    yield NoticePreview(
        text="María, le esperamos en La Candelaria.",
        subject="Su mesa en La Candelaria",
        html="<p>María, le esperamos en La Candelaria.</p>",
        channels=[
            ChannelPreview(
                "whatsapp_meta",
                [PreviewPart("buttons", "María, le esperamos en La Candelaria.", ("Cancelar reserva",), "")],
                template_needed=True,
            )
        ],
    )
    yield ReadyAnswer(_ID)
    yield Notices([NoticeRow(_ID, "booked", _MADE_AT, "whatsapp_twilio", "delivered", "")])
    letter = DeadLetterRow(_ID, _MADE_AT, _ID, _ID, "whatsapp_twilio", "refused", "63016", 1, _MADE_AT)
    yield DeadLetters([letter])
    yield LineWords(
        [
            LineWord(
                _ID,
                "whatsapp_meta",
                "template reminder es",
                "PAUSED",
                "low quality",
                needs_person=True,
                said_at=_MADE_AT,
            )
        ]
    )
    yield Pauses([PauseRow(_ID, None, "20003", _MADE_AT)])
    endpoint = Endpoint(
        id=_ID,
        restaurant_id=_RESTAURANT_ID,
        url="https://systems.example/saveit",
        kinds=("reservation.created",),
        active=True,
        stopped_why="",
        created_at=_MADE_AT,
    )
    yield EndpointAnswer(endpoint, "whsec_…")
    yield Endpoints([endpoint], ["reservation.cancelled", "reservation.created"])
    yield Deliveries(
        [DeliveryRow(_ID, _ID, "reservation.created", "delivered", 1, _MADE_AT, "200", _MADE_AT, _MADE_AT)]
    )


def _of_access() -> Iterator[msgspec.Struct]:
    yield ChatSessionAnswer(
        token="0195a2f0….0195a2f0….…",  # noqa: S106 - an example opens nothing.
        session_id="0195a2f05b1e7c3a8f003d2c1b0a9f8f",
        expires_at=_MADE_AT + timedelta(days=90),
        socket_url="wss://tables.example/ws/chat",
        restaurant=ChatRestaurant(
            id=RestaurantId(_ID), slug="casa-lola", name="Casa Lola", language="es", timezone="America/Bogota"
        ),
    )
    yield SessionAnswer("saveit_session_…", _ID, "es", _MADE_AT + timedelta(hours=12))
    yield PresentSession(
        user_id=_ID,
        name="Ana Rivas",
        email="ana@example.com",
        language="es",
        roles={_RESTAURANT_ID: "viewer"},
        permissions={_RESTAURANT_ID: ("availability:read", "reservations:read", "restaurants:read")},
        advisor_id=None,
        expires_at=_MADE_AT + timedelta(hours=12),
    )
    yield StaffAdded(
        _USER.id,
        _USER.name,
        _USER.email,
        _USER.language,
        _USER.roles,
        _USER.created_at,
        None,
        "kd4wx-9hmta-2rjqc-vb7zn",
    )
    yield OneTimePassword(_ID, "kd4wx-9hmta-2rjqc-vb7zn")
    yield _USER
    yield Staff([_USER], None)
    yield RolesAnswer(_ID, {_RESTAURANT_ID: "host"})
    yield _API_KEY
    yield ApiKeys([_API_KEY], None)
    yield NewKeyAnswer("saveit_0a1b2c3d_…", _API_KEY)
    yield TenantAnswer(_TENANT_ID, "Grupo Candelaria", _MADE_AT)
    yield Tenants([Tenant(_TENANT_ID, "Grupo Candelaria", _MADE_AT)], None)
