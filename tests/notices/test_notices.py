"""What became of a reservation is told once, everywhere, and never what is no longer so."""

import json
import re

import pytest
from msgspec.structs import replace

from saveit import reservations
from saveit.consumers import notices
from saveit.consumers.notices import store
from saveit.guests import GuestDetails
from saveit.kernel.db import Actor
from saveit.waitlist import Wish, join, promote
from tests.notices.conftest import Teller, papers
from tests.notify.conftest import GUEST
from tests.support.core import DAY, HOST

ANA = GuestDetails("Ana Gómez", GUEST, "ana@mail.example", "es")


async def test_a_booking_from_the_web_is_confirmed_by_mail_with_pass_calendar_and_markup(
    teller: Teller,
) -> None:
    booked = await teller.room.bistro.book(guest=ANA)

    await teller.told()

    (entry,) = teller.room.stage.conversation("email_ses", "ana@mail.example").entries
    assert entry.shown.text.startswith("Reserva confirmada en Bistro: miércoles 4 de marzo, 20:00")
    assert booked.code in entry.shown.text
    assert [(each["kind"], each["file_name"]) for each in entry.shown.attachments] == [
        ("image/png", ""),
        ("text/calendar", f"{booked.code}.ics"),
    ]
    assert teller.woken == [1]


async def test_each_channel_that_a_person_uses_is_told_and_there_is_a_record_of_each(teller: Teller) -> None:
    room = teller.room
    for channel in ("whatsapp_meta", "telegram", "sms_twilio"):
        await room.hear(channel)
    booked = await room.bistro.book(guest=ANA)
    await teller.person()
    room.later(minutes=11)

    await teller.told()

    for channel in ("whatsapp_meta", "telegram", "sms_twilio"):
        text = "\n".join(room.seen(channel))
        assert (channel, booked.code in text, "20:00" in text) == (channel, True, True)
    async with room.bistro.desk.database.tenant(room.bistro.tenant_id, HOST) as tx:
        told = await notices.notices_of_subject(tx, booked.id)
    assert {each.channel for each in told} == {"whatsapp_meta", "telegram", "sms_twilio"}
    assert await room.bistro.value("SELECT reached FROM notices") == 4


async def test_who_is_talking_with_us_is_given_the_pass_and_not_told_again(teller: Teller) -> None:
    await teller.room.hear()
    await teller.room.bistro.book(guest=ANA)
    await teller.person()

    await teller.told()

    (entry,) = [
        each
        for each in teller.room.stage.conversation("whatsapp_meta", GUEST).entries
        if each.direction == "out"
    ]
    assert entry.shown.text.startswith("Este es tu código QR")
    assert [each["kind"] for each in entry.shown.attachments] == ["image"]


async def test_a_guest_with_only_a_phone_is_told_by_sms(teller: Teller) -> None:
    await teller.room.bistro.book(guest=GuestDetails("Luis", GUEST, None, "en"))

    await teller.told()

    (text,) = teller.room.seen("sms_twilio")
    assert text.startswith("✅ Your table is booked, Luis!")
    assert "8:00 PM" in text
    assert ".png" in text


async def test_whom_nothing_reaches_is_passed_over_and_whoever_comes_after_is_told(teller: Teller) -> None:
    """Most bookings of a restaurant without lines: there is a record of each, and what is told to the others waits for none of them."""
    bistro = teller.room.bistro
    await teller.room.hear("telegram")
    await bistro.watcher.execute("UPDATE lines SET active = false")
    strangers = [
        await bistro.book(number, size=1, time=time) for number, time in ((2, "19:00"), (3, "21:00"))
    ]
    known = await bistro.book(guest=ANA)
    await bistro.watcher.execute(
        "UPDATE conversations SET person_id = (SELECT person_id FROM reservations WHERE reservation_id = $1)",
        known.id,
    )
    teller.room.later(minutes=11)

    await teller.told()

    rows = await bistro.watcher.fetch("SELECT subject_id, kind, reached FROM notices")
    told = {row["subject_id"]: (row["kind"], row["reached"]) for row in rows}
    assert told == {each.id: ("confirmed", 0) for each in strangers} | {known.id: ("confirmed", 1)}


async def test_a_mail_leads_to_where_the_booking_is_changed_as_a_chats_buttons_do(teller: Teller) -> None:
    booked = await teller.room.bistro.book(guest=ANA)
    await teller.told()
    await teller.room.bistro.act(reservations.cancel, booked.id, reason="guest")
    await teller.told()

    confirmed, cancelled = teller.room.seen("email_ses", "ana@mail.example")
    assert confirmed.count(f"#{booked.code}") == 1
    assert "Cámbiala o cancélala aquí: https://saveit.example/r/" in confirmed
    assert "/r/" not in cancelled


async def test_a_cancelled_booking_is_withdrawn_from_the_calendar(teller: Teller) -> None:
    booked = await teller.room.bistro.book(guest=ANA)
    await teller.told()
    await teller.room.bistro.act(reservations.cancel, booked.id, reason="guest")

    await teller.told()

    text = teller.room.seen("email_ses", "ana@mail.example")[-1]
    assert text.startswith("Reserva cancelada en Bistro")


async def test_what_is_no_longer_so_is_not_told(teller: Teller) -> None:
    booked = await teller.room.bistro.book(guest=ANA)
    await teller.room.bistro.act(reservations.cancel, booked.id, reason="guest")

    await teller.told()

    assert [text.partition("\n")[0] for text in teller.room.seen("email_ses", "ana@mail.example")] == [
        "Reserva cancelada en Bistro"
    ]


async def test_facts_read_twice_are_told_once(teller: Teller) -> None:
    await teller.room.bistro.book(guest=ANA)
    await teller.told()
    await teller.room.bistro.watcher.execute("SELECT 1")
    async with teller.room.bistro.desk.database.ledger(HOST) as tx:
        rows = await teller.room.bistro.rows("SELECT fact_id, restaurant_id, subject_id FROM notices")
        again = await store.keep_notice(
            tx,
            teller.room.bistro.tenant_id,
            notice_id=rows[0][0],
            fact_id=rows[0][0],
            kind="confirmed",
            restaurant_id=rows[0][1],
            subject_id=rows[0][2],
            person_id=None,
            reached=1,
            now=teller.room.bistro.desk.now(),
        )

    assert not again


async def test_a_waiting_guest_is_offered_the_table_that_frees(teller: Teller) -> None:
    room = teller.room
    first = await room.bistro.book(1, size=4)
    wish = Wish(
        restaurant_id=room.bistro.restaurant_id,
        date=DAY,
        earliest="20:00",
        latest="20:00",
        party_size=4,
        guest=ANA,
        source="api",
    )
    entry = await room.bistro.act(join, wish)
    await room.bistro.act(reservations.cancel, first.id, reason="guest")
    await promote(room.bistro.desk, room.bistro.tenant_id, room.bistro.restaurant_id, DAY)

    await teller.told()

    text = room.seen("email_ses", "ana@mail.example")[-1]
    assert text.startswith("Se liberó una mesa en Bistro")
    assert "responde SÍ" in text
    # A mail has nothing to tap but a link.
    slug = (await room.bistro.house()).restaurant.slug
    assert text.endswith(f"Tómala o déjala aquí: https://saveit.example/w/{slug}#{entry.id}")


async def test_a_restaurant_says_it_in_its_own_words(teller: Teller) -> None:
    room = teller.room
    own = notices.Template(text="Qué alegría, {guest}: {date} a las {time}.", subject="¡Listo!")
    async with room.bistro.desk.database.tenant(
        room.bistro.tenant_id, Actor("staff", "ana", "dashboard")
    ) as tx:
        saved = await notices.set_template(
            tx, room.bistro.restaurant_id, "confirmed", own, language="es", now=room.bistro.desk.now()
        )
    await room.bistro.book(guest=ANA)

    await teller.told()

    assert saved.revision == 1
    assert room.seen("email_ses", "ana@mail.example")[0].startswith(
        "¡Listo!\n\nQué alegría, Ana Gómez: miércoles 4 de marzo a las 20:00."
    )


@pytest.mark.parametrize("text", ["Hola {nombre}", "", "x" * 2001, "{}"])
def test_a_template_that_cannot_be_filled_is_refused(text: str) -> None:
    with pytest.raises(notices.TemplateInvalid):
        notices.check_template(notices.Template(text=text, subject="Reserva"))


@pytest.mark.parametrize("key", sorted(notices.DEFAULTS))
def test_our_own_words_can_be_filled(key: tuple[notices.NoticeKind, notices.Language]) -> None:
    assert notices.check_template(notices.DEFAULTS[key])
    assert {kind for kind, _ in notices.DEFAULTS} == set(notices.KINDS)


async def test_what_nothing_fills_is_left_out_with_its_words(teller: Teller) -> None:
    """A restaurant without a phone asks nobody to call it."""
    booked = await teller.room.bistro.book(guest=ANA)
    told = notices.told_of(booked, await teller.room.bistro.house(), "no_show", None)
    words = notices.DEFAULTS["no_show", "es"].text

    with_phone = notices.filled(words, replace(told, phone="+57 601 555 0100"))
    without = notices.filled(words, replace(told, phone=""))

    assert with_phone.endswith("Si fue un error, escríbenos o llama al +57 601 555 0100.")
    assert without.endswith("Si fue un error, escríbenos.")
    assert notices.filled("[VIP] {guest}", told) == "[VIP] Ana Gómez"


async def test_a_name_cannot_break_out_of_the_page_or_begin_a_line(teller: Teller) -> None:
    evil = GuestDetails('</script><b>"X"', GUEST, "ana@mail.example", "es")
    booked = await teller.room.bistro.book(guest=evil)
    house = await teller.room.bistro.house()
    told = notices.told_of(booked, house, "confirmed", None)

    letter = notices.compose_letter(told, notices.DEFAULTS["confirmed", "es"], None)

    assert letter.html.count("</script>") == 1
    assert "<b>" not in re.sub(r"<script.*?</script>", "", letter.html)
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', letter.html)
    assert found is not None
    markup = json.loads(found[1])
    assert markup["@type"] == "FoodEstablishmentReservation"
    assert markup["underName"]["name"] == '</script><b>"X"'
    assert markup["reservationNumber"] == booked.code


async def test_a_restaurants_own_words_place_the_link_where_they_like(teller: Teller) -> None:
    booked = await teller.room.bistro.book(guest=ANA)
    house = await teller.room.bistro.house()
    told = notices.told_of(booked, house, "confirmed", await papers(booked, house))
    own = notices.Template(subject="Hola", text="Cambios: {manage_url} ¡Hasta pronto!")

    letter = notices.compose_letter(told, own, None)

    assert letter.text == f"Cambios: {told.manage_url} ¡Hasta pronto!"
