"""The slope of a scalar function as a derivation: sigma'(z) = sigma(z)(1 − sigma(z)), line by line."""

from __future__ import annotations

from derive.calculus.slopes import slope
from derive.derivation import Derivation
from derive.expression.partials import partial_name
from derive.expression.scalar import ScalarFunction
from derive.forward import Forward, Row, Tensor
from derive.layers import Activation, named_functions, scalar_function
from derive.steps import Quantity, Step


def slope_of(kind: Activation, library: tuple[ScalarFunction, ...] = ()) -> Derivation:
    """Derive the slope of an activation, which may be one of a user's own, from its formula.

    Its formula may apply the functions of the ``library`` beside sigma, tanh and Phi.
    """
    constants = tuple(kind.constants.items())
    known = tuple({f.name: f for f in (*named_functions(), *library)}.values())
    function = scalar_function(kind.call, kind.formula, constants, (f.name for f in known))
    value = kind.call
    z = Tensor("z", (), "input")
    row = Row(Tensor(value, ()), (), function.formula)
    functions = {f.name: f for f in (*known, function)}
    forward = Forward((z,), (row,), tuple(functions.values()))
    quantity = Quantity(partial_name(value, "z"), (), ())
    steps = [Step(quantity, line.expression, line.rule, line.sentence) for line in slope(function, known).steps]
    return Derivation(forward, quantity, steps[-1].expression, tuple(steps))
