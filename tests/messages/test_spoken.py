"""What a caller hears: sentences, without what only eyes understand."""

import pytest

from saveit.messages import Choice, Limit, Speech, UnifiedResponse
from saveit.messages.channel import Can
from saveit.messages.fitting import fit

CALL = Can(text=Limit(1500), shape="speech")


def heard(text: str, *titles: str, language: str = "es") -> str:
    [part] = fit(
        UnifiedResponse(
            text=text,
            language="en" if language == "en" else "es",
            buttons=tuple(Choice(str(number), title) for number, title in enumerate(titles)),
        ),
        CALL,
    )
    assert isinstance(part, Speech)
    return part.text


def test_a_confirmation_is_heard_as_sentences_with_its_code_letter_by_letter() -> None:
    text = (
        "¡Listo, Luis! Tu reserva está confirmada ✅\n📍 Casa Candela · Carrera 5 # 26-52, Bogotá\n"
        "📅 martes 24 de noviembre a las 20:00\n👥 2 personas\nCódigo: ZFH6KA"
    )

    assert heard(text, "Cambiarla", "Cancelarla") == (
        "¡Listo, Luis! Tu reserva está confirmada. Casa Candela, Carrera 5 número 26-52, Bogotá. "
        "martes 24 de noviembre a las 20:00. 2 personas. Código: Z, F, H, 6, K, A. Opción 1: Cambiarla. Opción 2: Cancelarla."
    )


def test_choices_are_heard_with_the_key_to_press() -> None:
    assert (
        heard("What time suits you?", "7 pm", "8:30 pm", language="en")
        == "What time suits you? Option 1: 7 pm. Option 2: 8:30 pm."
    )


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        (
            "es",
            "Más tarde el cargo es de 30.000 COP, hasta 24 h antes.",
            "Más tarde el cargo es de 30.000 pesos colombianos, hasta 24 horas antes.",
        ),
        ("en", "The charge is COP30,000.", "The charge is 30,000 Colombian pesos."),
        ("en", "It is MXN 1.", "It is 1 Mexican peso."),
        ("es", "Mesa en el BAR 24", "Mesa en el BAR 24."),
        (
            "es",
            "• lunes a viernes: 12:00\u201315:00 y 18:30\u201321:30",
            "lunes a viernes: 12:00 a 15:00 y 18:30 a 21:30.",
        ),
        ("en", "• every day: 12 pm\u20133:30 pm", "every day: 12 pm to 3:30 pm."),
        ("es", "Tu código es 402913. No lo compartas.", "Tu código es 4, 0, 2, 9, 1, 3. No lo compartas."),
        ("es", "El código sigue siendo TG2NRW.", "El código sigue siendo T, G, 2, N, R, W."),
        ("es", "Te esperamos en CASTRO 👋🏽", "Te esperamos en CASTRO."),
        ("es", "Lleg\u00f3 la paella n.º 2", "Llegó la paella n.º 2."),
    ],
)
def test_what_only_eyes_understand_is_said_in_words(language: str, written: str, said: str) -> None:
    assert heard(written, language=language) == said


def test_an_address_of_the_web_is_not_spelled_into_a_call() -> None:
    assert (
        heard(
            "¡Hecho!\nAgrega la reserva a tu calendario: https://example.com/api/v1/calendar/01a2?pass=AQGi"
        )
        == "¡Hecho!"
    )
    assert fit(UnifiedResponse(text="https://example.com/menu"), CALL) == ()


def test_no_code_is_made_of_a_word_that_only_stands_near() -> None:
    assert heard("El código de la reserva de CAMILA") == "El código de la reserva de CAMILA."
