"""Derivatives of formulas by an element of a tensor: ``∂ log(a) / ∂ z_i``, and ``∂/∂ z_i`` in front of brackets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answers.reading import syntax, tree
from answers.reading.context import Context, Meaning, joined
from answers.reading.errors import Misshapen
from answers.reading.names import named
from answers.reading.shapes import Bindings
from answers.reading.walks import walk

RULE = "the derivative of a formula is read if it is one of a number by an element"


def of_formula(context: Context, body: Any, name: Any, brackets: Sequence[Any]) -> list[Meaning]:
    """What the derivative of a formula by an element is: tensors that the element is no part of stay as they are.

    Raises:
        Unreadable: the formula cannot be read, or it holds what depends on the element in ways of its own.
        Misshapen: it is no number, or what it is by is no element.
    """
    start, end = syntax.place_of(name)
    base, scripts = (name.base, name.scripts) if isinstance(name, syntax.Scripted) else (name, [])
    while isinstance(base, syntax.Group) and len(base.inside.items) == 1 and not scripts:
        name = base.inside.items[0]
        base, scripts = (name.base, name.scripts) if isinstance(name, syntax.Scripted) else (name, [])
    if not isinstance(base, syntax.Word):
        raise context.wrong("a name was expected behind ∂", start, end)

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        inside, element = nodes
        if not isinstance(element, tree.Read) or None in element.subscripts or not inside.shape.is_scalar:
            raise Misshapen(RULE)
        for part in walk(inside):
            if not isinstance(part, tree.Read) or part.name == element.name:
                continue
            if (part.name, element.name, (), False) in context.table.by_ends:
                raise Misshapen(f"{part.name} may depend on {element.name}; write its own derivative")
        places = tuple(place for place in element.subscripts if place is not None)
        return [Meaning(tree.Derivative(inside, element.name, places), bindings)]

    parts = [context.read(body), named(context, base, scripts, brackets)]
    try:
        return joined(parts, made)
    except Misshapen as reason:
        raise reason.placed(context.text, start, end) from None
