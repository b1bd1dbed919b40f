"""The plugin for pytest: ``--gradsheet-seed``, and what is wrong with a gradient as a table in the report of a failure.

It comes with the package and stands apart from it, so that runs which test nothing with Gradsheet do not import it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

SECTION = "gradsheet"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that says at which random points gradients are compared."""
    parser.getgroup("gradsheet").addoption(
        "--gradsheet-seed",
        type=int,
        default=0,
        metavar="N",
        help="the seed of the random points at which gradients are compared, where a test says none (0)",
    )


def pytest_report_header(config: pytest.Config) -> list[str]:
    """The seed, if it is another one than usual."""
    seed = _seed(config)
    return [f"gradsheet: seed {seed}"] if seed else []


@pytest.fixture
def gradsheet_seed(request: pytest.FixtureRequest) -> int:
    """The seed of the run, for arrays that a test draws itself."""
    return _seed(request.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Every test has the seed of the run around it."""
    seed = _seed(item.config)
    if not seed:
        return (yield)
    from numeric.checks.seeding import SEED

    token = SEED.set(seed)
    try:
        return (yield)
    finally:
        SEED.reset(token)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A section with the table and the formulas behind the traceback of a gradient that is wrong."""
    report = yield
    error = None if call.excinfo is None else call.excinfo.value
    table = getattr(error, "gradsheet_report", None)
    if report.when == "call" and callable(table):
        report.sections.append((SECTION, table()))
    return report


def _seed(config: pytest.Config) -> int:
    return int(config.getoption("--gradsheet-seed"))
