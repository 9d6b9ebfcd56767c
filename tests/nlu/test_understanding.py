"""What the bot makes of a guest's message, rule by rule of the contract."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saveit.dialogue import Context, OpenHours, Slot, Slots, Understanding, understand

MONDAY = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Europe/Madrid"))


# The grammar's own words, to be put in any order.
GRAMMAR_WORDS = [
    word
    for line in (
        "mesa para 4 a las 9 y media el viernes 13 de marzo no mejor mañana somos 3 o 5 at half past 8 pm on the 3/4",
        "2026 next week in 2 months ¿ ? , . : - menos cuarto una one half to noon navidad enero del que viene 31 0",
        "24:00 12:60 de la noche 99 personas entre dentro de 20 minutes lunes sábado uno th ¤ _ D4 M3",
    )
    for word in line.split()
]


def heard(
    text: str,
    *,
    requested: Slot | None = None,
    hours: tuple[OpenHours, ...] = (),
    language: str = "es",
    region: str = "ES",
    draft: Slots | None = None,
    now: datetime = MONDAY,
    houses: tuple[str, ...] = (),
) -> Understanding:
    return understand(
        text,
        Context(
            now=now,
            language="en" if language == "en" else "es",
            region=region,
            requested=requested,
            hours=hours,
            draft=draft or Slots(),
            houses=houses,
        ),
    )


def doubts(understanding: Understanding) -> set[tuple[str, str]]:
    return {(question.slot, question.doubt) for question in understanding.questions}


def test_a_whole_request_is_understood_in_one_message() -> None:
    understanding = heard("Buenas, mesa para 4 el viernes a las 9 y media a nombre de Marta López")

    slots = understanding.slots
    assert understanding.intent == "make_reservation"
    assert (slots.date, slots.time, slots.party_size, slots.name) == (
        date(2026, 3, 6),
        time(21, 30),
        4,
        "Marta López",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a las 8", time(20)),
        ("at 7", time(19)),
        ("a las doce", time(12)),
        ("a la una", time(13)),
        ("desayuno a las 9", time(9)),
        ("8 de la mañana", time(8)),
        ("3 de la madrugada", time(3)),
        ("9 menos cuarto", time(20, 45)),
        ("cuarto para las 9", time(20, 45)),
        ("las dos y pico", time(14)),
        ("20h30", time(20, 30)),
        ("a las 20.30", time(20, 30)),
        ("a las 2030", time(20, 30)),
        ("8:30p.m.", time(20, 30)),
        ("tipo 9", time(21)),
        ("a eso de las 9", time(21)),
        ("half eight", time(20, 30)),
        ("quarter to nine", time(20, 45)),
        ("por la noche", None),
    ],
)
def test_hours_are_read_as_a_restaurant_means_them(text: str, expected: time | None) -> None:
    assert heard(text, requested="time").slots.time == expected


def test_nine_is_in_the_morning_where_only_breakfast_is_served() -> None:
    breakfast = (OpenHours(time(7), time(12)),)
    all_day = (OpenHours(time(7), time(23, 30)),)

    assert heard("a las 9", hours=breakfast).slots.time == time(9)
    assert heard("a las 9", hours=all_day).slots.time == time(21)


def test_an_hour_without_its_half_of_the_day_names_the_other_reading() -> None:
    assert heard("a las 9").time_alternatives == (time(9),)
    assert heard("a las 21").time_alternatives == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("el viernes", date(2026, 3, 6)),
        ("el próximo viernes", date(2026, 3, 6)),
        ("next Friday", date(2026, 3, 6)),
        ("el sábado que viene", date(2026, 3, 7)),
        ("de hoy en ocho", date(2026, 3, 9)),
        ("en quince días", date(2026, 3, 17)),
        ("pasado mañana", date(2026, 3, 4)),
        ("Saturday week", date(2026, 3, 14)),
        ("el 15", date(2026, 3, 15)),
        ("el 1", date(2026, 4, 1)),
        ("29 de febrero", date(2028, 2, 29)),
        ("domingo de la semana que viene", date(2026, 3, 15)),
        ("Easter Sunday", date(2026, 4, 5)),
    ],
)
def test_days_are_counted_from_today(text: str, expected: date) -> None:
    assert heard(text).slots.date == expected


def test_today_is_the_restaurants_today() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=ZoneInfo("America/Lima"))

    assert heard("mañana", now=late).slots.date == date(2026, 3, 3)


def test_three_slash_four_follows_the_place_in_english_and_is_asked_about() -> None:
    american = heard("table for 2 on 3/4 at 8pm", language="en", region="US")
    british = heard("table for 2 on 3/4 at 8pm", language="en", region="GB")
    spanish = heard("mesa para 2 el 3/4 a las 9", region="US")

    assert american.slots.date == date(2026, 3, 4)
    assert british.slots.date == date(2026, 4, 3)
    assert ("date", "day_or_month") in doubts(american) & doubts(british)
    assert (spanish.slots.date, doubts(spanish)) == (date(2026, 4, 3), set())


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("mesa para 2 el finde", ("date", "not_one_day")),
        ("somos 4 en Semana Santa", ("date", "not_one_day")),
        ("queremos ir los martes", ("date", "not_one_day")),
        ("el 30 de febrero para 2", ("date", "no_such_date")),
        ("el viernes 15 a las 9", ("date", "weekday_contradicts_date")),
        ("el viernes o el sábado, somos 2", ("date", "either")),
        ("a las 9 o a las 10", ("time", "either")),
        ("entre las 8 y las 9", ("time", "range")),
        ("seremos 7 u 8", ("party_size", "range")),
        ("el lunes a las 9", ("date", "weekday_is_today")),
    ],
)
def test_what_cannot_be_one_thing_is_asked_about(text: str, doubt: tuple[str, str]) -> None:
    understanding = heard(text)

    assert doubt in doubts(understanding)
    if doubt[1] != "weekday_is_today":
        assert getattr(understanding.slots, doubt[0]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("para mí y mi novia", 2),
        ("mi mujer, los dos niños y yo", 4),
        ("nosotros cuatro y dos niños", 6),
        ("una pareja", 2),
        ("una mesa", None),
        ("2 adultos y un bebé", 3),
        ("somos cuatro y un perro", 4),
        ("my wife and I", 2),
        ("me plus three", 4),
        ("media docena de personas", 6),
        ("3 parejas", 6),
        ("quiero hablar con una persona", None),
    ],
)
def test_people_are_counted_and_dogs_are_not(text: str, expected: int | None) -> None:
    assert heard(text).slots.party_size == expected


@pytest.mark.parametrize(
    "text",
    [
        "mi teléfono es 612 34 56 78",
        "el menú de 25 euros",
        "cumplimos 10 años de casados",
        "la mesa 12 nos gustó",
        "vivo en la calle 2 de Mayo número 15",
        "el concierto de las 22:15 fue genial",
        "llegamos 20 minutos tarde",
        "tres raciones de croquetas",
    ],
)
def test_numbers_that_are_no_slot_stay_where_they_are(text: str) -> None:
    slots = heard(text).slots

    assert (slots.date, slots.time, slots.party_size) == (None, None, None)


def test_the_last_value_of_a_message_stands_and_what_is_taken_back_does_not() -> None:
    assert heard("El viernes no, mejor el sábado").slots.date == date(2026, 3, 7)
    assert heard("no somos 5, somos 3").slots.party_size == 3
    assert heard("cambiar de las 21:00 a las 22:00").slots.time == time(22)
    assert heard("este sábado no, el siguiente").slots.date == date(2026, 3, 14)
    assert heard("para 4, perdón, para 5").slots.party_size == 5


def test_two_more_are_added_to_the_party_of_the_draft() -> None:
    alone = heard("vienen 2 personas más")
    drafted = heard("vienen 2 personas más", draft=Slots(party_size=4))

    assert (alone.people_added, alone.slots.party_size) == (2, None)
    assert drafted.slots.party_size == 6


@pytest.mark.parametrize(
    ("requested", "slots"),
    [
        ("party_size", Slots(party_size=8)),
        ("time", Slots(time=time(20))),
        ("date", Slots(date=date(2026, 3, 8))),
    ],
)
def test_a_bare_number_is_what_was_asked_for(requested: Slot, slots: Slots) -> None:
    understanding = heard("8", requested=requested)

    assert understanding.slots == slots
    assert understanding.intent is None


def test_a_name_is_kept_as_the_guest_writes_it() -> None:
    assert heard("a nombre de María José del Río").slots.name == "María José del Río"
    assert heard("marta", requested="name").slots.name == "Marta"
    assert heard("a nombre de Domingo Pérez").slots == Slots(name="Domingo Pérez")
    assert heard("soy celíaca").slots.name is None


def test_phone_email_and_code_are_taken_and_their_digits_are_nothing_else() -> None:
    slots = heard("tel +34 655 44 33 22, ana@example.com, código K7QX2M").slots

    assert (slots.phone, slots.email, slots.code) == ("+34655443322", "ana@example.com", "K7QX2M")
    assert (slots.date, slots.time, slots.party_size) == (None, None, None)


def test_wishes_are_handed_on_in_the_guests_own_words() -> None:
    slots = heard("Mesa para 4 mañana, una trona y uno es celíaco").slots

    assert slots.special_requests == "una trona y uno es celíaco"


@pytest.mark.parametrize(
    ("house", "text", "expected"),
    [
        (
            "Casa Candela",
            "Mesa para 2 mañana a las 22:00 en Casa Candela, por favor",
            ("make_reservation", time(22), 2),
        ),
        ("Casa Candela", "una mesa en la candela para 4 hoy a las 9", ("make_reservation", time(21), 4)),
        ("Casa Candela", "cancela mi mesa en Casa Candela", ("cancel", None, None)),
        ("Las Siete", "Mesa para 2 mañana a las siete", ("make_reservation", time(19), 2)),
        ("Las Siete", "Mesa para 2 mañana a las 9 en Las Siete", ("make_reservation", time(21), 2)),
        ("Bar Seis", "table for 4 at Bar Seis tomorrow at 8pm", ("make_reservation", time(20), 4)),
        ("Mesa 12", "hola Mesa 12, reserva para 3 el viernes a las 8", ("make_reservation", time(20), 3)),
    ],
)
def test_what_a_restaurant_is_called_is_neither_a_wish_nor_a_slip(
    house: str, text: str, expected: tuple[str, time | None, int | None]
) -> None:
    """Its name may look like a word that guests mistype, or like an hour or a party."""
    found = heard(text, houses=(house,))
    assert (found.intent, found.slots.time, found.slots.party_size) == expected


@pytest.mark.parametrize(
    "text", ["kiero reserbar una meza pa 4 el biernes alas 9", "MESA 4 PERS VIERNES 21H"]
)
def test_slips_and_capitals_change_nothing(text: str) -> None:
    slots = heard(text).slots

    assert (slots.date, slots.time, slots.party_size) == (date(2026, 3, 6), time(21), 4)


@pytest.mark.parametrize(
    ("text", "day", "name"),
    [
        (
            "mesa para 2 pasado mañana a las 8 de la noche, soy celiaca, a nombre de Ana, teléfono 600 123 456",
            4,
            "Ana",
        ),
        ("mesa para 2 mañana a las 20:00 a nombre de Ana, mi cel es 55 1234 5678", 3, "Ana"),
        (
            "nueva reserva: 2 personas el jueves a las 8 de la noche, a nombre de Eva, tel. 600123456",
            5,
            "Eva",
        ),
        ("martes 3, a las 20:00, 2 personas, a nombre de Mar, teléfono 600123456", 3, "Mar"),
        ("soy Domingo, mesa para 2 el domingo a las 8 de la noche, 600123456", 8, "Domingo"),
        ("mesa para 2 el domingo a las 8 de la noche, soy Domingo, 600123456", 8, "Domingo"),
        ("2 personas, pasado mañana, 20:00, Ana Ruiz, 600123456", 4, "Ana Ruiz"),
        ("pasado mañana 8 pm 2 personas Ana Ruiz 600123456", 4, "Ana Ruiz"),
        ("2 people, Thursday, 8pm, Ann Lee, phone: 212-555-0142", 5, "Ann Lee"),
        ("table for 2 on Sunday at 8pm, name's Sun, cell 212-555-0142", 8, "Sun"),
    ],
)
def test_a_name_and_a_phone_take_nothing_from_the_day_and_the_hour(text: str, day: int, name: str) -> None:
    """Ana stands in "mañana" as well, and Mar in "martes": only the name itself is put aside."""
    slots = heard(text).slots

    assert (slots.date, slots.time, slots.party_size, slots.name) == (date(2026, 3, day), time(20), 2, name)
    assert slots.phone is not None


def test_two_languages_in_one_message_are_both_understood() -> None:
    slots = heard("hola! can I book una mesa para 4 tomorrow a las 8 pm?").slots

    assert (slots.date, slots.time, slots.party_size) == (date(2026, 3, 3), time(20), 4)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=400))
@example("\x00" * 50)
@example("\ud800 mesa para \udfff 4")
@example("9" * 10_000)
@example("a las " * 2_000)
@example("(" * 5_000 + "31/02/0000 99:99 el 0 de marzo")
@example("en 999 meses, dentro de 999 years, 00:00 am, 12 noon pm, el 31 del 2")
def test_every_text_has_an_answer_and_the_same_one_twice(text: str) -> None:
    first = heard(text)

    assert first == heard(text)
    assert msgspec.json.encode(first)


@given(
    st.lists(
        st.sampled_from(GRAMMAR_WORDS),
        max_size=24,
    ).map(" ".join)
)
def test_any_order_of_the_grammars_own_words_has_an_answer(text: str) -> None:
    heard(text)
    heard(text, requested="time", language="en", region="US")
