"""True is no number wherever the schema of homeworks asks for one, and the values of tensors are rectangular."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from answers.contract.given import Numbers
from answers.contract.model import Strict
from answers.homework.model import Homework
from answers.homework.source import parse_source
from answers.homework.validate import validated

SCHEMA = Homework.model_json_schema()
TENSOR = TypeAdapter[Any](Numbers)


def models(kind: type[BaseModel] = Strict) -> Iterator[type[BaseModel]]:
    """Every model of the schema."""
    for inner in kind.__subclasses__():
        yield inner
        yield from models(inner)


def wrong(schema: dict[str, Any]) -> Iterator[Any]:
    """Values that the schema describes, with true in the place of a number."""
    choices = schema.get("anyOf", [schema])
    types = {choice.get("type") for choice in choices} | {
        "integer" for choice in choices if isinstance((choice.get("enum") or [""])[0], int)
    }
    if types & {"integer", "number"} and "boolean" not in types:
        yield True
    for choice in choices:
        if choice.get("type") == "array":
            first = choice.get("prefixItems", [choice.get("items", {})])[0]
            yield from ([value] for value in wrong(first))
        if isinstance(choice.get("additionalProperties"), dict):
            yield from ({"a": value} for value in wrong(choice["additionalProperties"]))


def fields() -> Iterator[tuple[str, str, Any]]:
    known = {model.__name__: model for model in models()}
    for name, schema in SCHEMA["$defs"].items():
        for key, described in schema.get("properties", {}).items():
            yield from ((name, key, value) for value in wrong(described) if name in known)


FIELDS = list(fields())


def test_the_schema_has_many_numbers() -> None:
    assert len(FIELDS) > 80
    assert {("Part", "points", True), ("Values", "over", True)} <= {(*field[:2], True) for field in FIELDS}


@pytest.mark.parametrize(("model", "key", "value"), FIELDS)
def test_true_is_no_number(model: str, key: str, value: Any) -> None:
    known = {found.__name__: found for found in models()}
    with pytest.raises(ValidationError, match=r"got true"):
        known[model].model_validate({key: value})


def test_the_message_has_the_line_and_the_key() -> None:
    text = "title: t\nquestions:\n- id: a\n  title: b\n  parts:\n  - {id: c, question: d, points: true}\n"
    with pytest.raises(ValueError, match=r"a\.yaml:6: questions\[a\]\.parts\[c\]\.points: expected a number, got true"):
        validated(Homework, parse_source(text, "a.yaml"))


@pytest.mark.parametrize("value", [0, -1.5, [1, 2], [[1, 2], [3, 4]], [[[1]]]])
def test_values_of_tensors(value: Any) -> None:
    assert TENSOR.validate_python(value) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "got true"),
        ([1, False], "got false"),
        ("abc", "expected a number or a list of numbers, got the text 'abc'"),
        (None, "got nothing"),
        ([], "got an empty list"),
        ({"a": 1}, "got keys with values"),
        ([1, [2, 3]], "a number beside a list of 2"),
        ([[1, 2], [3]], "a list of 2 beside a list of 1; a matrix is the list of its rows"),
        (float("nan"), "expected finite numbers, got nan"),
        ([1, float("inf")], "expected finite numbers, got inf"),
    ],
)
def test_what_is_no_value_of_a_tensor(value: Any, message: str) -> None:
    with pytest.raises(ValidationError) as found:
        TENSOR.validate_python(value)
    assert message in str(found.value)
