"""What the commands that work on a homework share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from answers.homework.load import Loaded


@contextmanager
def loaded(file_or_id: str) -> Iterator[Loaded]:
    """The homework; errors in what it asks for, found while it is answered, get its file and line.

    Raises:
        HomeworkError: there is no such homework, or it is wrong.
    """
    from answers.errors import HomeworkContentError, HomeworkError
    from answers.homework.load import load
    from derive.errors import DeriveError

    homework = load(file_or_id)
    try:
        yield homework
    except HomeworkContentError as error:
        raise homework.source.located(HomeworkError(str(error), error.place)) from error
    except DeriveError as error:
        raise HomeworkError(f"{homework.source.name}: {error}") from error
