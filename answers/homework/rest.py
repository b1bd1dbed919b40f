"""Pages for what the library has and a homework is not about yet, so that a catalogue stays whole."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from answers.contract.model import first_line
from answers.homework.model import Homework, Part, RestOf
from answers.kinds.layer import LayerPage
from answers.kinds.loss import LossPage
from derive.building.language import parse_stage
from derive.errors import NetworkError
from derive.forward import Domain
from derive.layers import ACTIVATION, CALLED, LAYERS, LOSS

PREDICTED_BY: Mapping[Domain, str] = {"unit": "Sigmoid", "simplex": "Softmax", "log_simplex": "LogSoftmax"}
"""The layer whose outputs are of a domain, for losses of such predictions."""


def with_the_rest(homework: Homework) -> Homework:
    """The homework with a part for each thing that a question has the ``rest`` of; a question without parts goes.

    Things that any part is about are left out, and those whose name is the id of a part.
    """
    if all(question.rest is None for question in homework.questions):
        return homework
    known = {part.id for part in homework.parts()} | set(_subjects(homework))
    questions = []
    for question in homework.questions:
        if question.rest is not None:
            made, names = REST[question.rest], {*known, *question.without}
            parts = tuple(made(name) for name in _names(question.rest) if name not in names)
            whole = question.model_copy(update={"parts": (*question.parts, *parts)})
            questions += [whole] if whole.parts else []
        else:
            questions.append(question)
    return homework.model_copy(update={"questions": tuple(questions)})


def _subjects(homework: Homework) -> Iterator[str]:
    """The layers, activations and losses that have a page."""
    for part in homework.parts():
        for item in part.answer:
            if isinstance(item, LayerPage):
                yield _name(item.layer)
            elif isinstance(item, LossPage):
                yield item.loss.partition("(")[0]


def _name(layer: str) -> str:
    """The name of a layer that may be given with arguments; what cannot be read is told where it is answered."""
    try:
        return parse_stage(layer).name
    except NetworkError:
        return layer


def _names(rest: RestOf) -> tuple[str, ...]:
    return tuple({"layers": LAYERS, "activations": ACTIVATION, "losses": LOSS}[rest])


def _activation_page(name: str) -> Part:
    """The page of an activation, with its curve and that of its slope where it is a function of one number."""
    curve: dict[str, Any] = {"kind": "plot", "functions": [name]}
    layer = {"kind": "layer", "layer": name}
    return _part(name, ACTIVATION[name].about, layer, *([curve] if ACTIVATION[name] in CALLED.values() else []))


def _layer_page(name: str) -> Part:
    """The page of a layer, whose arguments are the first letters of their names where it needs them."""
    parameters = inspect.signature(LAYERS[name]).parameters.values()
    needed = {one.name: one.name[0] for one in parameters if one.default is one.empty and one.name != "rank"}
    return _part(name, first_line(LAYERS[name]), {"kind": "layer", "layer": name, "options": needed})


def _loss_page(name: str) -> Part:
    """The page of a loss behind the layer that makes such predictions, with class numbers too where it takes them."""
    loss = LOSS[name]
    whole: dict[str, Any] = {"kind": "loss", "loss": name, "behind": PREDICTED_BY.get(loss.prediction)}
    by_class = {**whole, "loss": f"{name}(class)", "after": name, "steps": False}
    return _part(name, loss.about, whole, *([by_class] if loss.class_equations else []))


def _part(name: str, about: str, *answer: dict[str, Any]) -> Part:
    return Part.model_validate({"id": name, "label": name, "question": about, "answer": list(answer)})


REST: Mapping[RestOf, Callable[[str], Part]] = {
    "layers": _layer_page,
    "activations": _activation_page,
    "losses": _loss_page,
}
"""How the page of each kind of thing is made."""
