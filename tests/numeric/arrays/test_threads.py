from __future__ import annotations

from threadpoolctl import threadpool_info

from numeric.arrays.threads import one_thread


def threads() -> set[int]:
    """How many threads NumPy's library of linear algebra uses; SciPy brings another one, wherever it is imported."""
    libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
    own = [library for library in libraries if "numpy" in library["filepath"]]
    return {library["num_threads"] for library in own or libraries}


def test_linear_algebra_is_on_one_thread_and_then_as_before() -> None:
    before = threads()
    with one_thread():
        assert threads() <= {1}
    assert threads() == before
