"""Derivations at given small sizes with every element written out, and the check of the elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy
from numpy.typing import NDArray
from sympy import Expr, Float, Indexed, Integer

from answers.contract.item import Claim, Verdict
from answers.latex.sheet import Block, Equation, Text
from derive.expression import symbols
from derive.forward import Forward
from derive.render.derivations import LINE_END, quantity_latex, quantity_unicode
from derive.written_out import WrittenOut
from numeric.expression.forward import forward
from numeric.measuring.differences import jacobian_by_differences as differences
from numeric.sampling.points import sample

Arrays = Mapping[str, NDArray[numpy.float64]]
POINTS = 3
TOLERANCE = 1e-6


def element_blocks(elements: WrittenOut) -> Iterator[Block]:
    """An equation for each element, under what they are elements of."""
    derivation = elements.derivation
    shape = r" \times ".join(map(str, elements.shape))
    count = f"All ${shape}$ elements" if len(elements.elements) > 1 else "The one element"
    yield Text(f"{count} of ${quantity_latex(derivation.quantity, derivation.forward)}$:")
    for line in elements.latex().split(LINE_END):
        yield Equation(line.replace("&", "", 1))


def elements_claim(elements: WrittenOut, sizes: Mapping[str, int]) -> Claim:
    """The claim that the elements are those of the forward pass, or of differences of it."""
    derivation = elements.derivation
    model = derivation.forward
    parts = symbols.split_partial(derivation.quantity.name)

    def verdict() -> Verdict:
        errors = []
        for seed in range(POINTS):
            arrays = sample(model, seed, {symbols.size(name): value for name, value in sizes.items()})
            values = forward(model, arrays)
            measured = values[derivation.quantity.name] if parts is None else differences(model, arrays, *parts)
            mine = numpy.array([_value(element, values, model) for element in elements.elements])
            expected = numpy.ravel(measured)
            errors.append(float(numpy.abs(mine - expected).max() / numpy.abs(expected).max()))
        return Verdict(max(errors) <= TOLERANCE, POINTS, max(errors), TOLERANCE)

    return Claim(
        f"elements of {quantity_unicode(derivation.quantity, model)}",
        f"${quantity_latex(derivation.quantity, model)}$",
        "forward pass, element by element" if parts is None else "differences, element by element",
        verdict,
        model=model,
    )


def _value(element: Expr, arrays: Arrays, model: Forward) -> float:
    """The element at the arrays: places first, since other elements are read at them; 0 is read outside."""
    value = element
    while value.has(Indexed):
        known = {
            access: _number(access, arrays, model)
            for access in value.atoms(Indexed)
            if all(subscript.is_Integer for subscript in access.indices)
        }
        value = value.xreplace(known)
    rest = {symbol: _number(symbol, arrays, model) for symbol in symbols.accesses(value)}
    return float(value.xreplace(rest))


def _number(access: Expr, arrays: Arrays, model: Forward) -> Expr:
    name, place = symbols.name_of(access), tuple(map(int, symbols.subscripts_of(access)))
    inside = all(0 <= number < length for number, length in zip(place, arrays[name].shape, strict=True))
    found = float(arrays[name][place]) if inside else 0.0
    return Integer(round(found)) if model.holds_places(name) else Float(found)
