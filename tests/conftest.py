"""What all tests share.

Properties are tried on the same examples in every run, so that a change is what turns a test red: with every change on
a part of them (``examples.py``), with HYPOTHESIS_PROFILE=thorough on all. With HYPOTHESIS_PROFILE=random each run draws
others. An example has no deadline: the first one compiles its expressions and imports SciPy.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from answers.trainings.cache import VARIABLE
from tests.examples import PROFILE, THOROUGH, with_every_change
from tests.sweeps import put_off

settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=with_every_change(100))
settings.register_profile("random", deadline=None)
settings.register_profile(THOROUGH, deadline=None, derandomize=True)
settings.load_profile(PROFILE)


MOST_WORKERS = 8
"""More of them would wait for the longest file."""


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Results of trainings are kept for one run of the tests, away from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("trainings")))
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """The whole suite, which is what runs without arguments, has a worker for each core, unless it is said how many.

    A worker comes by here as well, and has none of its own.
    """
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not hasattr(config, "workerinput")
    if whole and config.pluginmanager.hasplugin("xdist") and config.option.numprocesses is None:
        config.option.numprocesses, config.option.dist = "auto", "loadgroup"
        config.option.maxprocesses = config.option.maxprocesses or MOST_WORKERS


def pytest_configure() -> None:
    """One core for each worker: other threads and processes only wait for the workers, which have the cores.

    A program that a test starts inherits this, too. LOKY_MAX_CPU_COUNT is what joblib asks before it starts processes.
    """
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LOKY_MAX_CPU_COUNT"):
        os.environ.setdefault(name, "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of sweeps one of each kind is no slow test. Tests of one file share a process, unless they say otherwise."""
    put_off(items)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))


def pytest_collection_finish() -> None:
    """Look for garbage seldom: thousands of expressions are alive, and few die.

    Nothing is frozen here, or what derivations made could not count as old, and each would count what is frozen.
    """
    gc.collect()
    gc.set_threshold(500_000, 20, 20)
