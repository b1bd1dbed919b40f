"""Numbers of places in the texts of a homework, which count from 0 or from 1 as its formulas do.

``{{place N - 1}}`` is the number of the last of N places, ``{{place s*h + m for h, m}}`` a place that depends on
others, whose letters stand behind ``for``. Both are written as they are where indices count from 0; the same shift
that formulas are printed with makes ``N`` and ``s(h - 1) + m`` of them where indices count from 1.
"""

from __future__ import annotations

import re
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from answers.errors import HomeworkContentError
from derive.building.formulas import names_in
from derive.building.reader import Reader, Vocabulary, parse_tree
from derive.errors import DeriveError
from derive.expression import symbols
from derive.render.printing import place_latex

PLACE = re.compile(r"\{\{\s*place\s+([^{}]*?)(?:\s+for\s+([^{}]*?))?\s*\}\}")
LETTERS = re.compile(r"[A-Za-z](\s*,\s*[A-Za-z])*")

Path = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


def with_places_counted(model: Model, index_base: Literal[0, 1]) -> Model:
    """The model with every place in its texts as a number that counts from ``index_base``; itself if it has none.

    Raises:
        HomeworkContentError: what is called a place is no formula; the error says where it stands.
    """
    found: Model = _filled_in(model, index_base, ())
    return found


def _filled_in(value: Any, base: Literal[0, 1], path: Path) -> Any:
    if isinstance(value, str):
        return PLACE.sub(lambda match: _counted(match, base, path), value)
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        filled = {name: _filled_in(old, base, (*path, name)) for name, old in fields.items()}
        changed = {name: new for name, new in filled.items() if new is not fields[name]}
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, dict):
        entries = {key: _filled_in(inner, base, (*path, key)) for key, inner in value.items()}
        return entries if any(entries[key] is not value[key] for key in value) else value
    if isinstance(value, tuple):
        items = tuple(_filled_in(inner, base, (*path, number)) for number, inner in enumerate(value))
        return items if any(one is not other for one, other in zip(items, value, strict=True)) else value
    return value


def _counted(match: re.Match[str], base: Literal[0, 1], path: Path) -> str:
    """The LaTeX of one place."""
    said = match[0].strip("{} ")
    if match[2] is not None and LETTERS.fullmatch(match[2]) is None:
        raise HomeworkContentError(f"{said}: expected letters of indices behind for, such as h, m", path)
    letters = set(re.findall("[A-Za-z]", match[2] or ""))
    try:
        tree = parse_tree(match[1], "expression")
        sizes = {name: symbols.size(name) for name in set(names_in(tree)) - letters}
        expression = Reader(Vocabulary({}, sizes, {}), letters).read(tree)
    except DeriveError as error:
        raise HomeworkContentError(f"{said}: {error}", path) from error
    unused = sorted(letters - {symbol.name for symbol in expression.free_symbols})
    if unused or not expression.is_integer:
        wrong = f"{', '.join(unused)} is not in it" if unused else "it is no integer"
        raise HomeworkContentError(f"{said}: {wrong}", path)
    return place_latex(expression, base)
