"""The collector of cycles, which finds none among expressions and looks at all of them again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Pauses:
    """The pauses of the collector that last now: it is off from the first of them to the end of the last.

    The collector is one for all threads, and so are its pauses.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._lasting = 0
        self._was_on = False
        self._kept = False

    def keep(self) -> None:
        """Never look again at what there is, nor at what is made in pauses: for a program that ends when it is done."""
        with self._lock:
            self._kept = True
            gc.freeze()

    def begin(self) -> None:
        """Pause the collector, if it is on."""
        with self._lock:
            if self._lasting == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._lasting += 1

    def end(self) -> None:
        """Let it go on, if it was on and no other pause lasts; what was made counts as old, if nothing is frozen."""
        with self._lock:
            self._lasting -= 1
            if self._lasting == 0 and self._was_on:
                if self._kept:
                    gc.freeze()
                elif gc.get_freeze_count() == 0:
                    gc.freeze()
                    gc.unfreeze()
                gc.enable()


PAUSES = Pauses()


@contextmanager
def collector_paused() -> Iterator[None]:
    """A context in which no cycles are looked for: for work that makes many expressions and takes seconds.

    What nothing refers to is freed as always. The collector looks at everything whenever the number of objects has
    grown by a quarter, which is a tenth of the time that a derivation takes, and more of a check. Afterwards what was
    made counts as old: it is kept, most of it, and would else be looked at several times before it counts so.
    """
    PAUSES.begin()
    try:
        yield
    finally:
        PAUSES.end()
