"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from answers.trainings.cache import VARIABLE


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Results of trainings are kept for one run of the tests, away from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("trainings")))
        yield
