"""Examples of what the pages of staff are answered."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import msgspec

from saveit.board import (
    Board,
    BoardBlock,
    BoardEntry,
    BoardGuest,
    BoardHold,
    BoardInterval,
    BoardPerson,
    BoardReservation,
    BoardService,
    BoardTable,
    BoardTotals,
    BoardWaiting,
    Forecast,
)
from saveit.conversations import CountsRow
from saveit.kernel.ids import (
    AreaId,
    CombinationId,
    HoldId,
    LineId,
    PersonId,
    ReservationId,
    RestaurantId,
    TableId,
    UserId,
)
from saveit.venues import Area, RuleSentence, TableCombination
from saveit.web.wire import Slot
from saveit.web.wire.guests import Consent, ConsentSaid, GuestLine, GuestPage, GuestProfile
from saveit.web.wire.inbox import (
    ConversationAnswer,
    ConversationPage,
    LinkAnswer,
    Links,
    MannersAnswer,
    MessageAnswer,
    MessagePage,
    PersonAnswer,
    QuickAnswer,
    QuickAnswers,
    ReplyAnswer,
    StaffAnswer,
    ThreadAnswer,
    UsableTemplate,
    UsableTemplates,
    WindowAnswer,
)
from saveit.web.wire.onboarding import (
    PartyTrial,
    RulesSummary,
    RulesTrialAnswer,
    TestAnswer,
    TestAnswers,
)

_ID = UUID("0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e")
_OTHER_ID = UUID("0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8f")
_BOGOTA = timezone(timedelta(hours=-5))
_ON = date(2026, 3, 14)
_OPENS_AT = datetime(2026, 3, 14, 19, tzinfo=_BOGOTA)
_STARTS_AT, _LEAVES_AT = _OPENS_AT + timedelta(minutes=90), _OPENS_AT + timedelta(hours=3)
_MADE_AT = datetime(2026, 3, 2, 17, tzinfo=UTC)
_GUEST = BoardGuest("Ana Rivas", "+573001234567", "ana@example.com", "es")


def staff_examples() -> Iterator[msgspec.Struct]:
    """Yield one example of each struct that staff's pages are answered with as a whole."""
    yield _board()
    yield from _of_conversations()
    yield from _of_setting_up()


def _party() -> BoardReservation:
    return BoardReservation(
        id=ReservationId(_ID),
        code="K7M2QX",
        status="confirmed",
        service="dinner",
        date=_ON,
        time="20:30",
        starts_at=_STARTS_AT,
        leaves_at=_LEAVES_AT,
        ends_at=_LEAVES_AT + timedelta(minutes=15),
        party_size=4,
        table_ids=(TableId(_ID),),
        pinned=False,
        overbooked=False,
        source="whatsapp",
        revision=1,
        person_id=PersonId(_ID),
        guest=_GUEST,
        special_requests="Junto a la ventana",
        late_minutes=0,
        expected_at=None,
        seated_from=None,
        no_show_due_at=_STARTS_AT + timedelta(minutes=15),
        confirm_by=None,
        checked_in_at=None,
        completed_at=None,
        cancelled_at=None,
        no_show_at=None,
        created_at=_MADE_AT,
        fee_minor=0,
        person=BoardPerson(
            visits=3,
            no_shows=0,
            last_visit_on=date(2026, 2, 14),
            tags=("VIP",),
            notes="Prefiere la terraza",
            allergies=("maní",),
            blocked=False,
        ),
    )


def _waiting() -> BoardEntry:
    return BoardEntry(
        id=_ID,
        restaurant_id=RestaurantId(_ID),
        date=_ON,
        party_size=2,
        earliest_at=_STARTS_AT,
        latest_at=_LEAVES_AT,
        guest=_GUEST,
        status="waiting",
        hold_id=None,
        offered_until=None,
        offered_starts_at=None,
        reservation_id=None,
        source="staff",
        created_at=_MADE_AT,
        updated_at=_MADE_AT,
    )


def _board() -> Board:
    return Board(
        restaurant_id=RestaurantId(_ID),
        name="La Candelaria",
        date=_ON,
        timezone="America/Bogota",
        now=_OPENS_AT,
        currency="COP",
        sequence="8123.0",
        masked=False,
        services=[BoardService("dinner", _OPENS_AT, _OPENS_AT + timedelta(hours=4), _STARTS_AT)],
        areas=[Area(AreaId(_ID), RestaurantId(_ID), "Terraza", 1)],
        tables=[_table()],
        combinations=[
            TableCombination(
                id=CombinationId(_ID),
                restaurant_id=RestaurantId(_ID),
                table_ids=(TableId(_ID), TableId(_OTHER_ID)),
                covers_min=5,
                covers_max=8,
                online=True,
                priority=0,
                retired_at=None,
            )
        ],
        reservations=[_party()],
        holds=[
            BoardHold(
                id=HoldId(_ID),
                table_ids=(TableId(_ID),),
                starts_at=_STARTS_AT,
                ends_at=_LEAVES_AT,
                expires_at=_OPENS_AT + timedelta(minutes=5),
                party_size=2,
                kind="guest",
            )
        ],
        blocks=[BoardBlock(_ID, (TableId(_OTHER_ID),), _OPENS_AT, _LEAVES_AT, "Pintura")],
        waitlist=[BoardWaiting(1, 40, _waiting())],
        intervals=[
            BoardInterval(
                time="20:30",
                starts_at=_STARTS_AT,
                parties=1,
                covers=4,
                parties_max=6,
                covers_max=20,
                seated_covers=4,
            )
        ],
        totals=BoardTotals(
            parties=1,
            covers=4,
            seated_parties=0,
            seated_covers=0,
            expected_parties=1,
            expected_covers=4,
            done_parties=0,
            done_covers=0,
            cancelled=0,
            no_shows=0,
            waiting=1,
        ),
        forecast=Forecast(expected_covers=10, usual_covers=48, usual_walk_in_covers=6, days=4),
    )


def _table() -> BoardTable:
    return BoardTable(
        id=TableId(_ID),
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
        state="reserved",
        holder_id=_ID,
        until=_LEAVES_AT,
        next_at=None,
    )


_MARTA = StaffAnswer(UserId(_ID), "Marta Ruiz")


def _said() -> MessageAnswer:
    return MessageAnswer(
        id=_ID,
        conversation_id=_ID,
        line_id=LineId(_ID),
        channel="whatsapp_meta",
        seq=12,
        direction="out",
        author="staff",
        author_user=_MARTA,
        kind="text",
        text="¡Hola! Les guardamos la terraza.",
        choices=(),
        attachments=(),
        status="delivered",
        error="",
        at=_MADE_AT,
        status_at=_MADE_AT,
    )


def _of_conversations() -> Iterator[msgspec.Struct]:
    said = _said()
    talk = ConversationAnswer(
        id=_ID,
        channel="whatsapp_meta",
        line_id=LineId(_ID),
        restaurant_id=RestaurantId(_ID),
        advisor_id=None,
        person_id=PersonId(_ID),
        name="Ana Rivas",
        address="573001234567",
        language="es",
        status="open",
        answering="human",
        needs_human=False,
        handed_over_at=_MADE_AT,
        handed_over_why="asked",
        taken_at=_MADE_AT,
        taken_by=_MARTA,
        unread=0,
        seq=12,
        ai_epoch=1,
        last_message=said,
        opened_at=_MADE_AT,
        closed_at=None,
        last_inbound_at=_MADE_AT,
        window=WindowAnswer(open=True, closes_at=_MADE_AT + timedelta(hours=24)),
    )
    yield talk
    yield from _of_guests(talk)
    yield ConversationPage([talk], CountsRow(7, 1, 2), None)
    yield MessagePage([said], more=False)
    person = PersonAnswer(PersonId(_ID), "Ana Rivas", "+573001234567", None, "es")
    yield ThreadAnswer(person, [talk], [said], None)
    yield ReplyAnswer([said], talk)
    usable = UsableTemplate("reminder", "es", "reserva_recordatorio", "", "Te esperamos, {guest}", ("guest",))
    yield UsableTemplates([usable])
    kept = QuickAnswer(
        id=_ID,
        restaurant_id=RestaurantId(_ID),
        language="es",
        shortcut="horario",
        text="Abrimos de 12 a 16 y de 19 a 23.",
        revision=1,
    )
    yield kept
    yield QuickAnswers([kept])
    yield MannersAnswer(None, ai_attention=False, audio_available=False)
    linked = LinkAnswer(
        id=_ID,
        person_id=PersonId(_ID),
        into_person_id=PersonId(_OTHER_ID),
        how="staff",
        linked_by=f"staff:{_ID}",
        linked_at=_MADE_AT,
        undone_by=None,
        undone_at=None,
    )
    yield linked
    yield Links([linked])


def _of_guests(talk: ConversationAnswer) -> Iterator[msgspec.Struct]:
    line = GuestLine(
        person_id=PersonId(_ID),
        name="Ana Rivas",
        phone="+573001234567",
        email="ana@example.com",
        language="es",
        visits=3,
        no_shows=0,
        last_visit_on=_ON,
        tags=("VIP",),
        blocked=False,
    )
    yield GuestPage([line], None)
    yield GuestProfile(
        person_id=line.person_id,
        name=line.name,
        phone=line.phone,
        email=line.email,
        language=line.language,
        visits=line.visits,
        no_shows=line.no_shows,
        cancellations=1,
        last_visit_on=line.last_visit_on,
        tags=line.tags,
        notes="Prefiere la terraza",
        allergies=("maní",),
        revision=2,
        blocked=False,
        blocked_at=None,
        blocked_reason=None,
        consent=Consent(all=True, marketing=True),
        consents=[
            ConsentSaid(
                scope="marketing",
                allowed=True,
                how="booking_page",
                said_at=_MADE_AT,
                text_version=1,
                language="es",
                text="Quiero recibir novedades de Casa Faro",
            )
        ],
        people=(line.person_id,),
        conversations=[talk],
        reservations=[],
    )


def _of_setting_up() -> Iterator[msgspec.Struct]:
    yield RulesSummary("es", (RuleSentence("hours", "De lunes a domingo: dinner 19:00\u201323:00."),))
    slot = Slot(time="20:30", available=True, starts_at=_STARTS_AT, leaves_at=_LEAVES_AT, service="dinner")
    party = PartyTrial(party_size=2, available=1, available_now=0, slots=[slot], reason=None, message=None)
    yield RulesTrialAnswer(_ON, [party])
    tested = TestAnswer(_ID, _ID, "delivered", "", _MADE_AT)
    yield tested
    yield TestAnswers([tested])
