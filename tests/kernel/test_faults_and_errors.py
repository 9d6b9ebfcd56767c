import asyncio
import signal
import subprocess
import sys

import pytest

from saveit.kernel import faults
from saveit.kernel.errors import Fault, Refusal


class TableIsTaken(Refusal):
    code = "table_taken"


async def test_an_unarmed_point_is_passed() -> None:
    await faults.reach("kernel.test.nowhere")

    with faults.armed("kernel.test.elsewhere", "raise"):
        await faults.reach("kernel.test.nowhere")


async def test_an_armed_point_raises_until_the_block_ends() -> None:
    with faults.armed("kernel.test.here", "raise"):
        for _ in range(2):
            with pytest.raises(faults.FaultPointReached, match=r"kernel\.test\.here"):
                await faults.reach("kernel.test.here")
    await faults.reach("kernel.test.here")


async def test_a_reaction_holds_an_act_until_it_lets_go() -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        arrived.set()
        await go_on.wait()

    with faults.armed("kernel.test.here", hold):
        act = asyncio.create_task(faults.reach("kernel.test.here"))
        await arrived.wait()
        assert not act.done()
        go_on.set()
        await act


def test_kill_ends_the_process_as_a_power_cut_would() -> None:
    program = """
import asyncio, atexit
from saveit.kernel import faults
atexit.register(print, "tidied up")
faults.arm("here", "kill")
try:
    asyncio.run(faults.reach("here"))
finally:
    print("went on")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "")


def test_a_point_that_was_reached_is_a_failure_of_the_world() -> None:
    assert issubclass(faults.FaultPointReached, Fault)


def test_a_refusal_carries_its_code_and_its_facts() -> None:
    refusal = TableIsTaken(table_id="T7", alternatives=["20:30"])

    assert refusal.code == "table_taken"
    assert refusal.facts == {"table_id": "T7", "alternatives": ["20:30"]}
    assert str(refusal) == "table_taken(table_id='T7', alternatives=['20:30'])"


def test_a_refusal_is_not_a_fault() -> None:
    assert not issubclass(Refusal, Fault)
    assert not issubclass(Fault, Refusal)
