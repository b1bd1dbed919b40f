"""From the source of a YAML file to a validated model; what is wrong is named with its line and key."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from answers.errors import HomeworkError
from answers.homework.complaints import complaints
from answers.homework.source import Source

SHOWN = 10
"""How many errors of one file are listed."""

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], source: Source) -> Model:
    """What the file holds, as ``model`` has it.

    Raises:
        HomeworkError: it does not; the message names file, line, key and what is near, an error a line.
    """
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        located = [source.located(complaint) for complaint in complaints(error, model)]
    located.sort(key=lambda complaint: source.line(complaint.path))
    lines = [str(complaint) for complaint in located[:SHOWN]]
    if len(located) > SHOWN:
        lines.append(f"and {len(located) - SHOWN} more")
    raise HomeworkError("\n".join(lines), located[0].path)
