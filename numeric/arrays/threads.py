"""How many threads linear algebra may use: one, where arrays are small and many products wait for one another."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import lru_cache

from threadpoolctl import ThreadpoolController

from derive.remembering import ONE


@lru_cache(maxsize=ONE)
def _libraries() -> ThreadpoolController:
    """The libraries of linear algebra that are loaded: finding them takes a millisecond, and NumPy's stays."""
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """A context in which products of matrices run on one thread.

    At the sizes of a check a second thread has nothing to do, but spins while it waits: two cores then spend more
    seconds together than one alone.
    """
    return _libraries().limit(limits=1, user_api="blas")
