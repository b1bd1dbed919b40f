"""Names that a homework gives: words for what formulas and programs hold, and names of files."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from answers.contract.texts import PlainText
from derive.building.language import parse_network, parse_objective, parse_stage
from derive.expression.identifiers import LONGEST, quoted, word
from derive.expression.symbols import dimension
from numeric.source.plain import WORDS

FILE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


def _file(text: str) -> str:
    if len(text) > LONGEST or FILE.fullmatch(text) is None:
        raise ValueError(
            f"{quoted(text)} cannot be a name here, since files are named so: expected letters, digits, "
            f"dots, hyphens and underscores, at most {LONGEST}"
        )
    return text


def _function(text: str) -> str:
    if word(text, "a function") in WORDS:
        raise ValueError(f"a function cannot be called {text}: that has a meaning in Python")
    return text


def _label(text: str) -> str:
    if not 0 < len(text) <= LONGEST or not text.isprintable():
        raise ValueError(f"{quoted(text)} cannot be an id: expected up to {LONGEST} characters on one line")
    return text


def _stage(text: str) -> str:
    parse_stage(text)
    return text


def _objective(text: str) -> str:
    parse_objective(text)
    return text


def _dimension(given: str | int) -> str | int:
    dimension(given)
    return given


def _network(text: str) -> str:
    parse_network(text)
    return text


Option: TypeAlias = int | float | bool | str | tuple[int | str, ...]
"""A hyper-parameter of a layer; a text is the letter of one."""

LayerName: TypeAlias = Annotated[str, AfterValidator(partial(word, what="a layer"))]
ActivationName: TypeAlias = Annotated[str, AfterValidator(partial(word, what="an activation"))]
LossName: TypeAlias = Annotated[str, AfterValidator(partial(word, what="a loss"))]
SizeName: TypeAlias = Annotated[str, AfterValidator(partial(word, what="a size"))]
TensorName: TypeAlias = Annotated[str, AfterValidator(partial(word, what="a tensor"))]
FunctionName: TypeAlias = Annotated[str, AfterValidator(_function)]
ConstantName: TypeAlias = Annotated[str, AfterValidator(partial(word, what="a constant"))]

Dimension: TypeAlias = Annotated[str | int, AfterValidator(_dimension)]
"""The length of an axis: a number, or the name of a size."""

FileName: TypeAlias = Annotated[str, AfterValidator(_file)]
"""The name of a network or a training: ``export`` and ``train`` write files and folders that are called so."""

Label: TypeAlias = Annotated[PlainText, AfterValidator(_label)]
"""What a question or a part is called in references and messages."""

StageText: TypeAlias = Annotated[str, AfterValidator(_stage)]
"""One layer, activation or loss with its arguments, in the little language of networks."""

ObjectiveText: TypeAlias = Annotated[str, AfterValidator(_objective)]
"""A loss, or a sum of losses and penalties with their factors."""

NetworkText: TypeAlias = Annotated[str, AfterValidator(_network)]
"""A network in the little language."""
