"""A message takes a few milliseconds at most, so that understanding is never what a guest waits for."""

from time import process_time

from tests.nlu.corpus import own_cases

LIMIT_MS = 5.0


def test_ninety_nine_of_a_hundred_messages_take_less_than_five_milliseconds_of_the_processor() -> None:
    cases = own_cases()[:600]
    for case in cases[:50]:
        case.understood()

    spent: list[float] = []
    for case in cases:
        started = process_time()
        case.understood()
        spent.append(1000 * (process_time() - started))

    assert sorted(spent)[int(len(spent) * 0.99)] < LIMIT_MS


def test_a_message_of_ten_thousand_characters_takes_no_longer_than_its_first_thousand() -> None:
    case = own_cases()[0]
    long = "quiero mesa para 4 el viernes a las 9 y media, " * 220
    case.understood()

    started = process_time()
    understood = type(case)(id="long", lang="es", text=long, expect=case.expect).understood()

    assert process_time() - started < 0.25
    assert understood.slots.party_size == 4
