"""From what the house says to what a channel carries."""

import pytest

from saveit.messages import (
    Address,
    Attachment,
    Buttons,
    Can,
    Choice,
    ChoiceLimits,
    Credentials,
    Envelope,
    File,
    HttpCall,
    Letter,
    Limit,
    LineKey,
    Menu,
    Part,
    QuickReplies,
    Request,
    Speech,
    TemplateUse,
    Text,
    UnifiedResponse,
    Written,
    fit,
    numbered,
)
from tests.channels.support import BY_NAME, NOW

WHATSAPP = BY_NAME["whatsapp_meta"].can
INSTAGRAM = BY_NAME["instagram"].can
SMS = BY_NAME["sms_twilio"].can
MAIL = BY_NAME["email_ses"].can
CALL = BY_NAME["voice_twilio"].can
PASS = Attachment(kind="image", url="https://x.example/p", media_type="image/png")
CALENDAR = Attachment(
    kind="document", url="https://x.example/r.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR"
)


def choices(count: int, title: str = "Opción {}") -> tuple[Choice, ...]:
    return tuple(Choice(str(number), title.format(number)) for number in range(1, count + 1))


def asked(count: int, can: Can, title: str = "Opción {}") -> tuple[Part, ...]:
    return fit(UnifiedResponse(text="Elija", buttons=choices(count, title)), can)


@pytest.mark.parametrize(
    ("count", "can", "kind"),
    [
        (2, WHATSAPP, Buttons),
        (3, WHATSAPP, Buttons),
        (4, WHATSAPP, Menu),
        (10, WHATSAPP, Menu),
        (11, WHATSAPP, Text),
        (3, INSTAGRAM, Buttons),
        (4, INSTAGRAM, QuickReplies),
        (14, INSTAGRAM, Text),
        (1, SMS, Text),
    ],
)
def test_choices_take_the_best_form_that_holds_them(count: int, can: Can, kind: type[Part]) -> None:
    [part] = asked(count, can)

    assert isinstance(part, kind)


def test_a_title_that_a_list_holds_whole_is_not_cut_for_a_button() -> None:
    [part] = asked(2, WHATSAPP, "Terraza a las 20:30 h {}")

    assert isinstance(part, Menu)


def test_titles_are_cut_before_choices_become_text() -> None:
    [part] = asked(2, WHATSAPP, "{} es la mejor mesa de toda la casa")

    assert isinstance(part, Buttons)
    assert [choice.title for choice in part.choices] == [
        "1 es la mejor mesa d…",
        "2 es la mejor mesa d…",
    ] or all(len(choice.title) <= 20 for choice in part.choices)


def test_titles_that_would_read_alike_when_cut_become_text() -> None:
    [part] = asked(2, WHATSAPP, "La mejor mesa de toda la casa, la número {}")

    assert part == Text(
        "Elija\n\n1. La mejor mesa de toda la casa, la número 1\n2. La mejor mesa de toda la casa, la número 2"
    )


def test_an_id_that_the_channel_could_not_give_back_is_not_offered_to_tap() -> None:
    long = (Choice("x" * 65, "Sí"), Choice("no", "No"))

    [part] = fit(UnifiedResponse(text="¿Confirma?", buttons=long), BY_NAME["telegram"].can)

    assert part == Text("¿Confirma?\n\n1. Sí\n2. No")


def test_a_long_text_keeps_its_buttons_under_its_last_piece() -> None:
    parts = fit(UnifiedResponse(text="Una frase. " * 500, buttons=choices(2)), WHATSAPP)

    *before, last = parts
    assert len(before) >= 1
    assert all(isinstance(part, Text) for part in before)
    assert isinstance(last, Buttons)
    assert len(last.text) <= 1024


def test_buttons_without_words_still_have_something_above_them() -> None:
    [part] = fit(UnifiedResponse(text="", buttons=choices(2)), WHATSAPP)

    assert isinstance(part, Buttons)
    assert part.text == "…"


def test_one_picture_takes_the_text_as_its_caption() -> None:
    [part] = fit(UnifiedResponse(text="Su pase", attachments=(PASS,)), WHATSAPP)

    assert isinstance(part, File)
    assert part.attachment.caption == "Su pase"


def test_a_picture_goes_before_what_is_to_be_tapped() -> None:
    parts = fit(UnifiedResponse(text="Listo", attachments=(PASS,), buttons=choices(2)), WHATSAPP)

    assert [type(part) for part in parts] == [File, Buttons]


def test_where_files_have_no_captions_the_words_come_by_themselves() -> None:
    parts = fit(UnifiedResponse(text="Listo", attachments=(PASS,)), INSTAGRAM)

    assert [type(part) for part in parts] == [Text, File]


def test_a_file_that_the_channel_cannot_carry_is_a_link() -> None:
    parts = fit(UnifiedResponse(text="Listo", attachments=(CALENDAR,)), INSTAGRAM)

    assert parts == (Text("Listo\n\nhttps://x.example/r.ics"),)


def test_a_mail_holds_everything_at_once() -> None:
    response = UnifiedResponse(
        text="Listo",
        buttons=choices(2),
        attachments=(PASS, CALENDAR),
        subject="Su reserva",
        html="<p>Listo</p>",
    )

    [part] = fit(response, MAIL)

    assert part == Letter(
        subject="Su reserva",
        text="Listo\n\n1. Opción 1\n2. Opción 2\n\nhttps://x.example/p",
        html="<p>Listo</p>",
        attachments=(CALENDAR,),
    )


def test_a_call_hears_one_thing_at_a_time_and_waits_for_nothing_after_the_last() -> None:
    [asking] = fit(UnifiedResponse(text="¿Para cuántos?", language="es"), CALL)
    [last] = fit(UnifiedResponse(text="Adiós", ends_call=True), CALL)

    assert asking == Speech("¿Para cuántos?", "es", "speech_or_digits")
    assert last == Speech("Adiós.", "es", "nothing", ends_call=True)
    assert fit(UnifiedResponse(text=" "), CALL) == ()


def test_nothing_is_said_through_a_closed_window_without_a_template() -> None:
    use = TemplateUse(name="aviso", language="es")

    assert fit(UnifiedResponse(text="hola"), WHATSAPP, window_open=False) == ()
    assert len(fit(UnifiedResponse(text="hola", template=use), WHATSAPP, window_open=False)) == 1
    assert fit(UnifiedResponse(text="hola", template=use), INSTAGRAM, window_open=False) == ()


def test_numbered_text_tells_what_each_choice_is() -> None:
    assert numbered("", (Choice("1", "20:30", "Terraza"),)) == "1. 20:30 · Terraza"


def test_a_channel_that_only_wants_words_gets_a_label_it_can_hold() -> None:
    limits = ChoiceLimits(count_max=5, title=Limit(10), id_octets_max=10, text=Limit(50), label=Limit(5))
    can = Can(text=Limit(50), menu=limits)

    [part] = fit(UnifiedResponse(text="Elija", buttons=choices(4), menu_label="Ver las horas"), can)

    assert isinstance(part, Menu)
    assert part.label == "Ver…"


def test_what_logs_would_show_holds_no_words_and_no_secret() -> None:
    word = "alérgica al maní"
    shown = repr(
        [
            UnifiedResponse(text=word),
            Text(word),
            Letter(subject=word, text=word),
            Speech(word, "es", "nothing"),
            TemplateUse(name="a", language="es", parameters=(word,)),
            Written(word),
            Address("phone", word),
            Request(method="POST", url=f"https://x.example/{word}", body=word.encode(), received_at=NOW),
            Envelope(line=LineKey("", ""), event_key="k", sender=word, body=word.encode()),
            Credentials(LineKey("", ""), {"token": word}),
            HttpCall(
                method="POST", url=f"https://api.example/bot{word}/send", headers=(("authorization", word),)
            ),
        ]
    )

    assert word not in shown
