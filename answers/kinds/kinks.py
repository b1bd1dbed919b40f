"""What an answer says of kinks, as claims."""

from __future__ import annotations

import numpy
from sympy import Expr

from answers.contract.item import Claim, Verdict
from derive.calculus.kinks import kink_values
from derive.derivation import Derivation
from derive.render.derivations import quantity_latex, quantity_unicode
from numeric import evaluate
from numeric.expression.forward import forward
from numeric.sampling.points import sample


def kink_claims(derivation: Derivation) -> tuple[Claim, ...]:
    """A claim for each value at a kink that the answer states: that the result takes it there."""
    return tuple(
        _claim(derivation, name, limit, value) for name, limit, value in kink_values(derivation) if value.is_number
    )


def _claim(derivation: Derivation, name: str, limit: Expr, value: Expr) -> Claim:
    def verdict() -> Verdict:
        arrays = sample(derivation.forward, 0)
        shape = forward(derivation.forward, arrays)[name].shape
        at_kink = evaluate(derivation, arrays | {name: numpy.full(shape, float(limit))})
        values = numpy.diagonal(at_kink) if at_kink.ndim == 2 else at_kink
        error = float(numpy.abs(values - float(value)).max())
        return Verdict(error == 0, 1, error, 0.0, "" if error == 0 else f"{value} is said, {values.flat[0]:g} is found")

    unicode_name = quantity_unicode(derivation.quantity, derivation.forward)
    latex = quantity_latex(derivation.quantity, derivation.forward)
    return Claim(f"{unicode_name} at the kink", f"${latex}$ at the kink", "its value there", verdict)
