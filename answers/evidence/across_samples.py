"""The evidence ``across_samples``: whether the output for one sample of a batch depends on the other samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy
import sympy
from pydantic import Field
from sympy import Expr, KroneckerDelta

from answers.contract.evidence import Evidence, Found, quoted_claim
from answers.contract.item import Claim, Context
from answers.contract.methods import FORWARD_DIFFERENCES
from answers.derivations.claims import claim
from answers.derivations.pages import forward_blocks
from answers.latex.escape import escape
from answers.latex.numbers import scientific
from answers.latex.sheet import Block, Equation
from derive.derivation import Derivation
from derive.layer import Layer, layer
from derive.render import cases_latex, latex
from derive.render.derivations import derivation_latex, quantity_latex
from derive.render.names import ranks_of
from numeric.checks.comparison import Comparison, largest, relative_error
from numeric.checks.tolerances import STEPWISE
from numeric.measuring.differences import jacobian_by_differences
from numeric.sampling.points import sample
from numeric.values.evaluation import evaluate

Option = int | float | bool | str


class AcrossSamples(Evidence):
    """``NAME_across``: the largest derivative of an output by an input of another sample, at a random batch.

    The derivatives are derived from the layers' equations; where the part across samples is 0, the value is 0.
    """

    kind: Literal["across_samples"]
    layers: dict[str, dict[str, Option]] = Field(
        min_length=1, description="layers with their options: {BatchNorm1d: {affine: false}, LayerNorm: {}}"
    )
    seed: int = 0

    def find(self, context: Context) -> Found:
        values, claims = {}, []
        blocks: list[Block] = []
        for name, options in self.layers.items():
            alone = layer(name, batch="B", conventions=context.conventions, sizes=(), **dict[str, Any](options))
            across = Across(name, alone, alone.jacobian("z"), self.seed)
            largest = across.largest()
            values[f"{name}_across"] = scientific(largest) if largest else "0"
            blocks += across.blocks(context)
            claims += [claim(across.jacobian), across.claim()]
            claims.append(quoted_claim(f"value quoted for {name}", values, {f"{name}_across": largest}))
        return Found(values, tuple(blocks), tuple(claims))


@dataclass(frozen=True)
class Across:
    """A layer over a batch with the Jacobian of its output by its input."""

    name: str
    layer: Layer
    jacobian: Derivation
    seed: int

    @property
    def part(self) -> Expr:
        """The derivative of an output by an input of another sample."""
        sample_of_output, sample_of_input = self._samples
        between = {
            delta: sympy.S.Zero
            for delta in self.jacobian.result.atoms(KroneckerDelta)
            if set(delta.args[:2]) == {sample_of_output, sample_of_input}
        }
        return sympy.factor_terms(self.jacobian.result.xreplace(between))

    @property
    def _samples(self) -> tuple[Expr, Expr]:
        indices = self.jacobian.quantity.indices
        return indices[0], indices[len(indices) // 2]

    def largest(self) -> float:
        """The largest element across samples at a random batch, by the derived formula."""
        arrays = sample(self.jacobian.forward, self.seed)
        return float(_off_diagonal(evaluate(self.jacobian, arrays)).max())

    def blocks(self, context: Context) -> tuple[Block, ...]:
        """The equations of the layer, its Jacobian, and the part of it across samples."""
        forward = self.jacobian.forward
        rows = [row for row in forward.rows if row.tensor.role != "loss"]
        ranks, base = ranks_of(forward), context.conventions.index_base
        output, source = (latex(letter, index_base=0) for letter in self._samples)
        left = quantity_latex(self.jacobian.quantity, forward, whole=False)
        right = cases_latex(self.part, ranks=ranks, index_base=base)
        across = rf"{left} = {right} \qquad \text{{for }} {output} \neq {source}"
        return (
            *forward_blocks(forward, rows, base, title=escape(self.name)),
            Equation(derivation_latex(self.jacobian, "cases")),
            Equation(across, result=True),
        )

    def claim(self) -> Claim:
        """What is said across samples against differences of the forward equations."""
        quantity = quantity_latex(self.jacobian.quantity, self.jacobian.forward, whole=False)
        what, shown = f"{self.name} across samples", f"${quantity}$ across samples"
        return Claim(what, shown, (FORWARD_DIFFERENCES,), self.verdict)

    def verdict(self) -> Comparison:
        """Compare the part across samples with differences, element by element; 0 must be 0 to the last bit."""
        arrays = sample(self.jacobian.forward, self.seed)
        measured = _off_diagonal(jacobian_by_differences(self.jacobian.forward, arrays, "y", "z", "complex"))
        derived = _off_diagonal(evaluate(self.jacobian, arrays))
        if self.part == 0:
            error = float(measured.max(initial=0.0))
            return Comparison(error, 0.0, measured.size, "" if error == 0 else "it is not 0")
        if not measured.any():
            return Comparison.failed("no output depends on another sample", STEPWISE, measured.size)
        error = relative_error(derived, measured, largest(measured))
        return Comparison(error, STEPWISE, measured.size)


def _off_diagonal(jacobian: Any) -> Any:
    """The sizes of the elements between different samples; the first axis of each half counts them."""
    half = jacobian.ndim // 2
    batch = jacobian.shape[0]
    by_sample = numpy.moveaxis(jacobian, half, 1).reshape(batch, batch, -1)
    return numpy.abs(by_sample[~numpy.eye(batch, dtype=bool)])
