"""From a derivation for all sizes to that at given ones: numbers in the place of letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from sympy import Expr

from derive import trees
from derive.building.letters import Numbers, with_numbers
from derive.calculus.ranges import notes_on
from derive.convolution import reads_windows
from derive.derivation import Derivation, General
from derive.forward import Forward


def specialised(general: Derivation, numbers: Numbers, forward: Forward | None = None) -> Derivation:
    """The derivation with numbers in the place of letters: of its result, its steps and all its forms.

    ``forward`` is the forward definition at the numbers, if it is there already. Each equation follows from the
    general one alone; the derivation keeps that one.
    """
    model = forward or with_numbers(general.forward, numbers)
    quantity = put(general.quantity, numbers)
    result = put(general.result, numbers)
    return replace(
        general,
        forward=model,
        quantity=quantity,
        result=result,
        steps=tuple(put(step, numbers) for step in general.steps),
        matrix=put(general.matrix, numbers),
        convolution=put(general.convolution, numbers),
        notes=notes_on(result, quantity, model) if reads_windows(model) else (),
        general=General(general, tuple(numbers.items())),
    )


def put(value: Any, numbers: Mapping[Expr, Expr]) -> Any:
    """An expression, or what is made of expressions, with numbers in the place of letters and nothing rearranged."""
    if isinstance(value, Expr):
        return trees.replaced(value, numbers)
    if isinstance(value, tuple):
        return tuple(put(part, numbers) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {entry.name: put(getattr(value, entry.name), numbers) for entry in fields(value)}
        return replace(value, **changed)
    return value
