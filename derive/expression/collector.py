"""The collector of cycles, which finds none among expressions and looks at all of them again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """A context in which no cycles are looked for: for work that makes many expressions and takes seconds.

    What nothing refers to is freed as always. The collector looks at everything whenever the number of objects has
    grown by a quarter, which is a tenth of the time that a derivation takes, and more of a check. Afterwards what was
    made counts as old: it is kept, most of it, and would else be looked at several times before it counts so.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count() == 0:
            gc.freeze()
            gc.unfreeze()
        gc.enable()
