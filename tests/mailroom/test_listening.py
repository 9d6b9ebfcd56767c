"""Mail that comes in by SMTP: kept before it is taken, for lines of ours only, and never passed on."""

import asyncio
import smtplib
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import asyncpg
import pytest

from saveit.advisors import Line, LineChange, change_line
from saveit.gateway import BODY_OCTETS_MAX, claim
from saveit.kernel import faults
from saveit.kernel.settings import MailListener
from saveit.mailroom import open_mailroom
from saveit.messages import UnifiedMessage
from saveit.venues import Tenant
from tests.support.house import NOON, TESTER, World, open_world
from tests.support.providers import line

Told = TypeVar("Told")
BOX = "mesa@casaana.example"
CREDENTIALS = {"host": "smtp.example", "listener_secret": "a-secret-of-the-listener"}
MAIL = (
    b"Authentication-Results: mx.casaana.example; dmarc=pass header.from=example.com\r\n"
    b"From: Ana <ana@example.com>\r\nTo: mesa@casaana.example\r\nSubject: Mesa\r\nMessage-ID: <1@example.com>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + "Mesa para 4 mañana a las 9\r\n.\u00f1o.\r\n".encode()
)


@pytest.fixture
async def world(database_dsn: str) -> AsyncIterator[World]:
    async with open_world(database_dsn) as opened:
        yield opened


@pytest.fixture
async def tenant(world: World) -> Tenant:
    return await world.tenant()


@pytest.fixture
async def box(world: World, tenant: Tenant) -> Line:
    return await line(world, tenant, "email_smtp", BOX, address=BOX, credentials=CREDENTIALS)


@pytest.fixture
async def port(world: World, box: Line) -> AsyncIterator[int]:
    del box
    listener = MailListener("127.0.0.1", 0, "mx.casaana.example")
    async with open_mailroom(world.gateway, listener) as opened:
        assert opened is not None
        yield opened


@pytest.fixture
async def watcher(world: World) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(world.dsn, server_settings={"role": "saveit_ledger"})
    yield connection
    await connection.close()


async def spoken(port: int, words: Callable[[smtplib.SMTP], Told]) -> Told:
    """Speak SMTP as a mail server does, on a thread of its own."""

    def speak() -> Told:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            return words(client)

    return await asyncio.to_thread(speak)


def brought(*recipients: str, mail: bytes = MAIL) -> Callable[[smtplib.SMTP], tuple[int, bytes]]:
    """Bring a mail, and return the last thing that was said."""

    def words(client: smtplib.SMTP) -> tuple[int, bytes]:
        client.ehlo()
        client.mail("ana@example.com", [f"size={len(mail)}", "BODY=8BITMIME"])
        for recipient in recipients:
            code, text = client.rcpt(recipient)
            if code != 250:
                return code, text
        return client.data(mail)

    return words


async def test_a_mail_is_kept_before_it_is_taken_and_read_as_it_was_written(world: World, port: int) -> None:
    code, _ = await spoken(port, brought("Mesa+a1b2@casaana.example"))
    (event,) = await claim(world.gateway)
    (message,) = world.gateway.channels["email_smtp"].parse(event.envelope)

    assert code == 250
    assert isinstance(message, UnifiedMessage)
    assert (message.text.splitlines(), message.sender.address.value) == (
        ["Mesa para 4 mañana a las 9", ".ño."],
        "ana@example.com",
    )
    assert message.sender.address.verified


async def test_a_mail_that_is_brought_again_is_kept_once(watcher: asyncpg.Connection, port: int) -> None:
    codes = [(await spoken(port, brought(BOX)))[0] for _ in range(3)]

    assert codes == [250] * 3
    assert await watcher.fetchval("SELECT count(*) FROM inbox") == 1


async def test_a_hundred_servers_at_once_are_all_served(watcher: asyncpg.Connection, port: int) -> None:
    mails = [MAIL.replace(b"<1@", f"<{number}@".encode()) for number in range(100)]

    answers = await asyncio.gather(*(spoken(port, brought(BOX, mail=mail)) for mail in mails))

    assert {code for code, _ in answers} == {250}
    assert await watcher.fetchval("SELECT count(*) FROM inbox") == 100


async def test_nothing_is_relayed(watcher: asyncpg.Connection, port: int) -> None:
    stranger, text = await spoken(port, brought("someone@elsewhere.example"))
    among, _ = await spoken(port, brought(BOX, "someone@elsewhere.example"))

    assert (stranger, text) == (550, b"5.1.1 There is no such mailbox here")
    assert among == 550
    assert await watcher.fetchval("SELECT count(*) FROM inbox") == 0


async def test_one_mail_for_two_mailboxes_is_kept_for_each(
    world: World, tenant: Tenant, watcher: asyncpg.Connection, port: int
) -> None:
    other = {**CREDENTIALS, "listener_secret": "another-secret-of-the-listener"}
    await line(
        world, tenant, "email_smtp", "bar@casaana.example", address="bar@casaana.example", credentials=other
    )

    code, _ = await spoken(port, brought(BOX, "bar@casaana.example"))

    assert code == 250
    assert await watcher.fetchval("SELECT count(DISTINCT line_id) FROM inbox") == 2


async def test_a_mailbox_that_is_off_is_put_off(world: World, tenant: Tenant, box: Line, port: int) -> None:
    async with world.database.tenant(tenant.id, TESTER) as tx:
        sealer = await world.keys.sealer(tx, tenant.id)
        await change_line(
            tx, box.id, LineChange(active=False), channels=world.gateway.channels, sealer=sealer, now=NOON
        )
    world.gateway.lines.forget_line(box.id)

    assert (await spoken(port, brought(BOX)))[0] == 450


async def test_a_mail_that_cannot_be_kept_is_asked_for_again(watcher: asyncpg.Connection, port: int) -> None:
    with faults.armed("gateway.receive.before_insert", "raise"):
        refused, _ = await spoken(port, brought(BOX))
    kept, _ = await spoken(port, brought(BOX))

    assert (refused, kept) == (451, 250)
    assert await watcher.fetchval("SELECT count(*) FROM inbox") == 1


async def test_a_mail_too_large_is_refused_before_it_is_sent_and_after(
    watcher: asyncpg.Connection, port: int
) -> None:
    def announced(client: smtplib.SMTP) -> int:
        client.ehlo()
        return client.mail("ana@example.com", [f"size={BODY_OCTETS_MAX + 1}"])[0]

    def unannounced(client: smtplib.SMTP) -> int:
        client.ehlo()
        client.mail("ana@example.com")
        client.rcpt(BOX)
        return client.data(MAIL + (b"x" * 900 + b"\r\n") * (BODY_OCTETS_MAX // 900))[0]

    assert (await spoken(port, announced), await spoken(port, unannounced)) == (552, 552)
    assert await watcher.fetchval("SELECT count(*) FROM inbox") == 0


async def test_a_mail_cut_off_in_the_middle_is_no_mail(watcher: asyncpg.Connection, port: int) -> None:
    def cut(client: smtplib.SMTP) -> None:
        client.ehlo()
        client.mail("ana@example.com")
        client.rcpt(BOX)
        client.docmd("DATA")
        client.send(MAIL[:200])
        client.close()

    await spoken(port, cut)

    assert (await spoken(port, brought(BOX)))[0] == 250
    assert await watcher.fetchval("SELECT count(*) FROM inbox") == 1


async def test_without_a_listener_in_the_settings_nothing_is_opened(world: World) -> None:
    async with open_mailroom(world.gateway, None) as opened:
        assert opened is None
