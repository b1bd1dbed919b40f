"""Workers that run inputs are watched: whatever happens to one is told with the number of its input."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.fuzz import workers
from tests.fuzz.inputs import Input, drawn
from tests.fuzz.running import Ended
from tests.fuzz.workers import ran


def test_every_input_is_told_once_also_one_that_ends_or_stops_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = {drawn(2): "kill", drawn(3): "hang", drawn(5): "leave"}

    def ended(given: Input) -> Ended:
        match bad.get(given):
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                time.sleep(60)
            case "leave":
                os._exit(0)
        return Ended(0)

    monkeypatch.setattr(workers, "ended", ended)
    monkeypatch.setattr(workers, "load", lambda: None)
    monkeypatch.setattr(workers, "PATIENCE", 1.5)
    found = {one.number: one for one in ran(0, 8, workers=2)}
    assert sorted(found) == list(range(8))
    assert all(one.kind == drawn(number).kind for number, one in found.items())
    assert {number for number, one in found.items() if one.complaint} == {2, 3, 5}
    assert "SIGKILL" in found[2].complaint
    assert "does not end" in found[3].complaint
    assert "ends Python" in found[5].complaint
