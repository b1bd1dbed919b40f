"""Errors of models that use what homework files do not, or not yet: unions, tuples of fixed length, mappings."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from answers.homework.schema import follow, keys_of
from answers.homework.validate import complaints


class Circle(BaseModel, extra="forbid"):
    shape: Literal["circle"]
    radius: float
    shade: Literal["square", "dark"] = "dark"


class Square(BaseModel, extra="forbid"):
    shape: Literal["square"]
    width: float


class Picture(BaseModel, extra="forbid"):
    shapes: tuple[Annotated[Circle | Square, Field(discriminator="shape")], ...] = ()
    first: Circle | Square | None = Field(None, discriminator="shape")
    either: Circle | str | None = None
    pair: tuple[int, Circle] | None = None
    named: dict[str, Square] = {}
    aliased: int = Field(0, alias="from")
    number: int | str | None = None


CIRCLE = {"shape": "circle", "radius": 1.0}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"shapes": [CIRCLE, {**CIRCLE, "radios": 1}]}, ("shapes", 1, "radios")),
        ({"shapes": [{"shape": "square", "width": 1, "widht": 2}]}, ("shapes", 0, "widht")),
        ({"first": {**CIRCLE, "radios": 1}}, ("first", "radios")),
        ({"named": {"circle": {"shape": "square"}}}, ("named", "circle")),
        ({"pair": [1, {"shape": "circle"}]}, ("pair", 1)),
        ({"form": 1}, ("form",)),
        ({"either": {**CIRCLE, "radios": 1}}, ("either", "radios")),
        ({"number": [1]}, ("number",)),
        ({"first": {"shape": "circel"}}, ("first", "shape")),
        ({"first": {}}, ("first",)),
    ],
)
def test_errors_are_placed_without_the_names_of_union_members(data: object, expected: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        Picture.model_validate(data)
    found = complaints(caught.value, Picture)
    assert [complaint.path for complaint in found] == [expected]


def test_the_nearest_key_is_that_of_the_model_in_question() -> None:
    data = {"shapes": [{"shape": "square", "width": 1, "radios": 2}], "form": 1}
    with pytest.raises(ValidationError) as caught:
        Picture.model_validate(data)
    first, second = complaints(caught.value, Picture)
    assert first.message == "there is no key radios; known: shape, width"
    assert second.message.startswith("there is no key form; did you mean from? ")


def test_all_alternatives_of_a_value_are_named_once() -> None:
    with pytest.raises(ValidationError) as caught:
        Picture.model_validate({"number": [1]})
    (complaint,) = complaints(caught.value, Picture)
    assert complaint.message == "expected a whole number or text, got a list"


def test_keys_are_those_of_the_file_not_of_the_class() -> None:
    assert "from" in keys_of(Picture)
    assert "aliased" not in keys_of(Picture)


def test_a_place_knows_the_model_that_holds_it() -> None:
    assert follow(Picture, ("shapes", 0, "square", "width")).holder is Square
    assert follow(Picture, ("shapes", 0, "circle", "radius")).holder is Circle
    assert follow(Picture, ("either", "Circle", "radius")).alternative
    assert not follow(Picture, ("shapes", 0, "circle", "radius")).alternative
