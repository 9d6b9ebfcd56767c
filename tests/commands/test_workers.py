import os
import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from saveit.kernel.postgres import owner_of
from tests.commands.conftest import Start, saveit
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.fault]


def test_a_killed_worker_is_replaced_and_its_requests_repeat_harmlessly(demo_dir: Path, start: Start) -> None:
    running = start(demo_dir, "--demo", "--workers", "2")
    wait_until(lambda: len(running.workers()) == 2, "both workers are there")
    _, api_key = running.first_key()
    victim = running.workers()[0]

    def book(guest: int) -> str | None:
        try:
            answer = running.book(running.wish(guest), key=f"guest-{guest}", api_key=api_key)
        except httpx.TransportError:
            return None
        return answer.json().get("id")

    with ThreadPoolExecutor(max_workers=8) as pool:
        under_way = [pool.submit(book, guest) for guest in range(16)]
        os.kill(victim, signal.SIGKILL)
        first = [each.result() for each in under_way]
    wait_until(lambda: len(running.workers()) == 2 and victim not in running.workers(), "it is replaced")
    again = [book(guest) for guest in range(16)]

    assert [repeated for told, repeated in zip(first, again, strict=True) if told is not None] == [
        told for told in first if told is not None
    ]
    assert len({each for each in again if each}) == sum(each is not None for each in again)


def test_the_workers_die_with_a_parent_that_is_killed(demo_dir: Path, start: Start) -> None:
    running = start(demo_dir, "--workers", "2")
    wait_until(lambda: len(running.workers()) == 2, "both workers are there")
    workers = running.workers()

    running.process.kill()
    running.process.wait()

    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), "the workers are gone")
    wait_until(lambda: owner_of(demo_dir) is None, "the data directory is free")
    with socket.socket() as freed:
        freed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        freed.bind(("127.0.0.1", running.port))


def test_the_metrics_of_all_workers_are_added_up(demo_dir: Path, start: Start) -> None:
    running = start(demo_dir, "--workers", "2")
    for _ in range(20):
        httpx.get(f"{running.url}/healthz", timeout=30)

    told = httpx.get(f"{running.url}/metrics", timeout=30).text

    counted = re.findall(r'saveit_http_requests_total\{[^}]*route="/healthz"[^}]*\} ([0-9.]+)', told)
    assert counted in ([], ["20.0"])


def test_a_worker_process_is_not_started_by_hand() -> None:
    answer = saveit("web-process", "--socket", "0", "--ready", "1", "--parent", "1")

    assert answer.code == 1
    assert "`saveit up` alone" in answer.err
