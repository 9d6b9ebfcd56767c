"""One person, many addresses: linked by what a provider vouches for or by a code, never by a guess, and parted again."""

import asyncio
from uuid import UUID

import pytest

from saveit import guests
from saveit.guests import Person, Writer
from saveit.kernel.db import Transaction
from tests.support.core import HOST, Bistro, Opening, shared_database_dsn
from tests.support.core import shared_opening as opening

__all__ = ["opening", "shared_database_dsn"]


def whatsapp(phone: str, name: str | None = None) -> Writer:
    return Writer(place="whatsapp|acct", identifier=phone.removeprefix("+"), phones=(phone,), name=name)


def instagram(identifier: str, name: str | None = None) -> Writer:
    return Writer(place="instagram|acct", identifier=identifier, name=name)


async def identify(bistro: Bistro, writer: Writer) -> Person:
    async def work(tx: Transaction) -> Person:
        sealer = await bistro.desk.keys.sealer(tx, tx.tenant_id)
        return await guests.identify(tx, sealer, writer, now=bistro.clock.now())

    return await bistro.desk.database.attempt(bistro.tenant_id, HOST, work)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
        ("+551187654321", "+5511987654321"),
        ("+34600111222", "+34600111222"),
    ],
)
async def test_every_spelling_of_a_verified_phone_is_the_same_person(
    opening: Opening, one: str, other: str
) -> None:
    bistro = await opening.bistro()

    first = await identify(bistro, whatsapp(one))
    second = await identify(bistro, Writer(place="sms|acct", identifier=other, phones=(other,)))

    assert first.id == second.id


async def test_a_number_that_nobody_vouches_for_links_nobody(opening: Opening) -> None:
    bistro = await opening.bistro()
    first = await identify(bistro, whatsapp("+34600111222"))

    second = await identify(bistro, Writer(place="webchat|acct", identifier="+34600111222"))

    assert first.id != second.id


async def test_an_id_of_one_account_is_a_stranger_on_another(opening: Opening) -> None:
    bistro = await opening.bistro()

    first = await identify(bistro, instagram("123"))
    second = await identify(bistro, Writer(place="instagram|other", identifier="123"))

    assert first.id != second.id
    assert (await identify(bistro, instagram("123"))).id == first.id


async def test_a_phone_learned_later_links_the_address_to_the_phones_person(opening: Opening) -> None:
    bistro = await opening.bistro()
    by_phone = await identify(bistro, whatsapp("+34600111222"))
    by_name = await identify(bistro, Writer(place="meta|acct", identifier="US.1"))

    later = await identify(bistro, Writer(place="meta|acct", identifier="US.1", phones=("+34600111222",)))

    assert later.id == by_phone.id
    assert await _family(bistro, by_phone) == {by_phone.id, by_name.id}


async def test_many_messages_of_one_stranger_at_once_make_one_person(opening: Opening) -> None:
    bistro = await opening.bistro()

    found = await asyncio.gather(*(identify(bistro, whatsapp("+34600111222")) for _ in range(20)))

    assert len({person.id for person in found}) == 1
    assert await bistro.value("SELECT count(*) FROM people WHERE tenant_id = $1", bistro.tenant_id) == 1


async def test_a_booking_made_from_a_channel_is_its_writers_whatever_number_is_left(opening: Opening) -> None:
    bistro = await opening.bistro()
    person = await identify(bistro, instagram("123"))

    booked = await bistro.book(7, written_from=guests.channel_key("instagram|acct", "123"))

    assert (
        await bistro.value("SELECT person_id FROM reservations WHERE reservation_id = $1", booked.id)
        == person.id
    )


async def _linked_by_code(
    bistro: Bistro, asking: Person, code: str | None = None
) -> tuple[str | None, UUID | None]:
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, tx.tenant_id)
        sent = await guests.ask_for_code(
            tx,
            sealer,
            asking.id,
            "+34600111222",
            region="ES",
            now=bistro.clock.now(),
            entropy=bistro.desk.entropy,
        )
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        said = code or (sent.code if sent is not None else "000000")
        linked = await guests.say_code(tx, sealer, asking.id, said, now=bistro.clock.now())
    return (None if sent is None else sent.code), linked


async def test_the_code_sent_to_the_other_address_links_and_can_be_undone(opening: Opening) -> None:
    bistro = await opening.bistro()
    by_phone = await identify(bistro, whatsapp("+34600111222"))
    by_name = await identify(bistro, instagram("123"))

    _, linked = await _linked_by_code(bistro, by_name)

    assert linked == by_phone.id
    assert (await identify(bistro, instagram("123"))).id == by_phone.id
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        (link,) = await guests.list_links(tx, by_phone.id)
        assert (link.how, link.linked_by, link.person_id) == ("code", "guest", by_name.id)
        assert await guests.part(tx, link.link_id, by="ana", now=bistro.clock.now())
    assert (await identify(bistro, instagram("123"))).id == by_name.id
    assert await _family(bistro, by_phone) == {by_phone.id}
    assert await bistro.facts_of(by_name.id) == ["person.linked", "person.parted"]


async def test_a_wrong_code_links_nobody_and_five_tries_are_all_there_are(opening: Opening) -> None:
    bistro = await opening.bistro()
    await identify(bistro, whatsapp("+34600111222"))
    asking = await identify(bistro, instagram("123"))
    code, linked = await _linked_by_code(bistro, asking, "abcdef")
    assert linked is None
    assert code is not None

    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, tx.tenant_id)
        for _ in range(4):
            assert await guests.say_code(tx, sealer, asking.id, "abcdef", now=bistro.clock.now()) is None
        assert await guests.say_code(tx, sealer, asking.id, code, now=bistro.clock.now()) is None


async def test_another_person_cannot_use_the_code(opening: Opening) -> None:
    bistro = await opening.bistro()
    await identify(bistro, whatsapp("+34600111222"))
    asking, thief = await identify(bistro, instagram("123")), await identify(bistro, instagram("456"))
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, tx.tenant_id)
        sent = await guests.ask_for_code(
            tx,
            sealer,
            asking.id,
            "+34600111222",
            region="ES",
            now=bistro.clock.now(),
            entropy=bistro.desk.entropy,
        )
        assert sent is not None

        assert await guests.say_code(tx, sealer, thief.id, sent.code, now=bistro.clock.now()) is None


async def test_who_opts_out_on_one_address_is_not_told_on_another_until_they_say_so(opening: Opening) -> None:
    bistro = await opening.bistro()
    person = await identify(bistro, whatsapp("+34600111222"))
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        assert await guests.may_be_told(tx, person.id)
        assert not await guests.may_be_told(tx, person.id, "marketing")
        await guests.say_consent(
            tx, person.id, scope="all", allowed=False, how="said", now=bistro.clock.now()
        )
        assert not await guests.may_be_told(tx, person.id)
        await guests.say_consent(tx, person.id, scope="all", allowed=True, how="said", now=bistro.clock.now())
        assert await guests.may_be_told(tx, person.id)


async def _family(bistro: Bistro, person: Person) -> set[UUID]:
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        return set(await guests.family_of(tx, person.id))
