from __future__ import annotations

import gc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from weakref import ref

import pytest

from derive.expression.collector import collector_paused


def test_cycles_are_looked_for_again_afterwards() -> None:
    assert gc.isenabled()
    with collector_paused():
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def fails() -> None:
    with collector_paused():
        raise KeyError


def test_cycles_are_looked_for_again_after_an_error() -> None:
    with pytest.raises(KeyError):
        fails()
    assert gc.isenabled()


def test_a_collector_that_is_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_cycles_made_meanwhile_are_found_and_what_was_frozen_stays_so() -> None:
    class Node:
        pass

    frozen = gc.get_freeze_count()
    with collector_paused():
        one = Node()
        one.itself = one  # type: ignore[attr-defined]
        seen = ref(one)
        del one
    assert gc.get_freeze_count() == frozen
    gc.collect()
    assert seen() is None


def test_what_was_made_is_not_looked_at_at_once() -> None:
    """In a process of its own, in which nothing is frozen."""
    lines = (
        "import gc",
        "from derive.expression.collector import collector_paused",
        "with collector_paused(): made = [[] for _ in range(50_000)]",
        "print(gc.get_count()[0] < 1000, gc.get_freeze_count())",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "0"]


def test_it_is_off_until_the_last_of_several_threads_is_done() -> None:
    entered, leave = Event(), Event()

    def work() -> None:
        with collector_paused():
            entered.set()
            leave.wait(10)

    assert gc.isenabled()
    with collector_paused():
        thread = Thread(target=work)
        thread.start()
        assert entered.wait(10)
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()


def test_many_threads_leave_it_as_it_was() -> None:
    def work() -> None:
        for _ in range(200):
            with collector_paused():
                assert not gc.isenabled()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work) for _ in range(8)]:
            done.result()
    assert gc.isenabled()


def test_what_a_program_makes_in_pauses_is_kept() -> None:
    """In a process of its own, as what is frozen stays frozen."""
    lines = (
        "import gc",
        "from derive.expression.collector import PAUSES, collector_paused",
        "PAUSES.keep()",
        "with collector_paused(): made = [[] for _ in range(50_000)]",
        "print(gc.get_count()[0] < 1000, gc.get_freeze_count() > 50_000, gc.isenabled())",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3
