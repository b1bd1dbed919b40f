from __future__ import annotations

import gc

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
