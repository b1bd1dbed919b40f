"""The kind ``second_order``: Hessians, products with directions, the Gauss-Newton matrix, an expansion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from pydantic import Field, model_validator

from answers.contract.given import ExactNumbers
from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import LOSS_DIFFERENCES
from answers.contract.written import Lined, Noted
from answers.derivations.pages import gradient_blocks, page_claim
from answers.errors import HomeworkContentError
from answers.latex.sheet import Block, Equation, Text
from answers.numbers.curvature import TOLERANCE, Curvature, error_of
from answers.numbers.given import given, of_equations
from answers.numbers.lines import matrix_latex
from answers.readback.printed import in_blocks
from derive.calculus.second_order import direction_name
from derive.derivation import Derivation
from derive.expression import symbols
from derive.forward import Row, Tensor
from derive.network import Network
from derive.products import (
    covector_name,
    jacobian_vector_product,
    second_along,
    second_derivative,
    vector_jacobian_product,
)
from derive.render.names import ranks_of
from derive.render.printing import symbol_latex
from numeric.arrays.axes import Array
from numeric.checks.comparison import Comparison

Shown = Literal["hessian", "hessian_vector", "jacobian_vector", "vector_jacobian", "gauss_newton", "taylor"]


def as_loss(net: Network, top: str) -> Network:
    """The network with its last value as the loss."""
    forward = net.forward
    row = Row(Tensor("l", (), "loss"), (), symbols.scalar(top))
    return replace(net, forward=replace(forward, rows=(*forward.rows, row)))


class SecondOrder(Lined, Noted):
    """Second derivatives of a network's loss or of equations, and products that need no matrix."""

    kind: Literal["second_order"]
    network: str | None = Field(None, description="the network's name; or else equations")
    equations: str | None = Field(None, description="equations between numbers, whose last value is differentiated")
    by: tuple[str, ...] = Field((), description="the tensors; the parameters, or the inputs of equations, if left out")
    of: str | None = Field(None, description="the value whose Jacobian is meant; the prediction if left out")
    show: tuple[Shown, ...] = Field(("hessian",), min_length=1, description="what is shown, in this order")
    at: dict[str, ExactNumbers] = Field({}, description="numbers, at which matrices are printed too")
    digits: int = Field(4, ge=2, le=12, description="significant digits of what is no short fraction or decimal")

    @model_validator(mode="after")
    def _of_one_thing(self) -> SecondOrder:
        if (self.network is None) == (self.equations is None):
            raise ValueError("give either a network or equations")
        return self

    def answer(self, context: Context) -> Answered:
        net, top = self._described(context)
        blocks: list[Block] = self.note_blocks()
        claims: list[Claim] = []
        if self.equations is not None:
            blocks.append(Text(rf"Let $\ell$ be the last value, ${self._symbol(net, list(net.forward.row)[-2])}$."))
        for shown in self.show:
            said, derivations = self._told(shown, net, top)
            blocks.append(Text(said))
            for derivation in derivations:
                own = tuple(gradient_blocks(derivation, frozenset(), steps=False))
                blocks += own
                claims.append(page_claim(derivation, in_blocks(own)))
            if shown == "gauss_newton":
                blocks.append(Equation(self._gauss_newton_equation(net, top), result=True))
            if self.at and shown in ("hessian", "gauss_newton"):
                matrix, claim = self._at_numbers(shown, net, top)
                blocks.append(Equation(matrix, result=True))
                claims.append(claim)
        return Answered(tuple(blocks), tuple(claims))

    def _described(self, context: Context) -> tuple[Network, str]:
        if self.equations is not None:
            net, top = of_equations(self.equations, (), context)
            return (net, top) if top == "l" else (as_loss(net, top), "l")
        net = context.network(self.network or "")
        if net.loss is None:
            raise HomeworkContentError(f"{self.network} has no loss; give it one, such as MSE")
        return net, "l"

    def _names(self, net: Network) -> tuple[str, ...]:
        return self.by or tuple(net.parameters)

    def _of(self, net: Network) -> str:
        return self.of or net.prediction

    def _pairs(self, net: Network) -> Iterator[tuple[str, str]]:
        names = self._names(net)
        for place, name in enumerate(names):
            for other in names[place:]:
                yield name, other

    def _told(self, shown: Shown, net: Network, top: str) -> tuple[str, tuple[Derivation, ...]]:
        """A sentence in LaTeX, and the derivations that stand below it."""
        names = self._names(net)
        if shown == "hessian":
            pairs = tuple(second_derivative(net, *pair, top) for pair in self._pairs(net))
            return "The second derivatives, one block for each pair:", pairs
        if shown == "hessian_vector":
            along = tuple(second_along(net, name, names, top) for name in names)
            return self._along_said(net, top), along
        if shown == "taylor":
            slopes = tuple(net.jacobian(top, name) for name in names)
            return self._taylor_said(net, top), (*slopes, *(second_along(net, name, names, top) for name in names))
        of = self._of(net)
        value, fixed = self._symbol(net, of), self._direction(net, covector_name(of), of)
        if shown == "vector_jacobian":
            said = (
                f"For a fixed ${fixed}$ let $\\mathrm{{gu}}$ be its inner product with ${value}$. Its gradient is the "
                f"transposed Jacobian times ${fixed}$:"
            )
            return said, tuple(vector_jacobian_product(net, of, name) for name in names)
        if shown == "jacobian_vector":
            ways = ", ".join(f"${self._direction(net, direction_name(name), name)}$" for name in names)
            said = (
                f"Moved along {ways}, ${value}$ changes by the Jacobian times that: the derivative by ${fixed}$ of "
                f"$\\mathrm{{gv}}$, the inner product of the direction with the gradient of "
                f"$\\mathrm{{gu}} = \\langle {fixed}, {value} \\rangle$."
            )
            return said, (jacobian_vector_product(net, of, names),)
        jacobians = tuple(net.jacobian(of, name) for name in names)
        said = (
            f"Where the second derivatives of ${value}$ are left out, the Hessian of the loss is that by ${value}$ "
            "between two Jacobians. These, and the Hessian between them:"
        )
        return said, (*jacobians, second_derivative(net, of, of, top))

    def _along_said(self, net: Network, top: str) -> str:
        """What the Hessian times a direction is the gradient of."""
        terms = " + ".join(
            rf"\langle \partial {self._symbol(net, top)}/\partial {self._symbol(net, name)}, "
            rf"{self._direction(net, direction_name(name), name)} \rangle"
            for name in self._names(net)
        )
        return f"The Hessian times a direction is the gradient of $\\mathrm{{gv}} = {terms}$:"

    def _taylor_said(self, net: Network, top: str) -> str:
        """The expansion to second order."""
        first, second = [], []
        for name in self._names(net):
            way, symbol = self._direction(net, direction_name(name), name), self._symbol(net, name)
            first.append(
                rf"\left\langle \frac{{\partial {self._symbol(net, top)}}}{{\partial {symbol}}}, {way} \right\rangle"
            )
            second.append(rf"\left\langle \frac{{\partial \mathrm{{gv}}}}{{\partial {symbol}}}, {way} \right\rangle")
        inside = " + ".join(second) if len(second) == 1 else rf"\left({' + '.join(second)}\right)"
        return (
            f"To second order ${self._symbol(net, top)}$ becomes ${self._symbol(net, top)} + {' + '.join(first)} + "
            rf"\tfrac{{1}}{{2}} {inside}$, where $\mathrm{{gv}} = {' + '.join(first)}$ and "
        ) + "its gradient is the Hessian times the direction:"

    def _gauss_newton_equation(self, net: Network, top: str) -> str:
        of = self._symbol(net, self._of(net))
        names = self._names(net)
        stacked = r" & ".join(rf"\frac{{\partial {of}}}{{\partial {self._symbol(net, name)}}}" for name in names)
        second = rf"\frac{{\partial^{{2}} {self._symbol(net, top)}}}{{\partial {of} \, \partial {of}^{{\top}}}}"
        whole = rf"\bm{{J}} = \begin{{bmatrix}} {stacked} \end{{bmatrix}}"
        return rf"\bm{{G}} = \bm{{J}}^{{\top}} \, {second} \, \bm{{J}}, \qquad {whole}"

    def _at_numbers(self, shown: Shown, net: Network, top: str) -> tuple[str, Claim]:
        """A matrix at the numbers, and the claim that differences agree with it."""
        names = self._names(net)
        curvature = Curvature(given(net, self.at, top), names)
        if shown == "hessian":
            matrix = curvature.hessian(lambda one, other: second_derivative(net, one, other, top))
        else:
            of = self._of(net)
            matrix = curvature.gauss_newton(lambda name: net.jacobian(of, name), second_derivative(net, of, of, top))
        letter = r"\bm{H}" if shown == "hessian" else r"\bm{G}"

        def check() -> Comparison:
            truth = curvature.measured_hessian(top) if shown == "hessian" else self._truth(curvature, net, top)
            return Comparison(error_of(matrix, truth), TOLERANCE)

        said = "Hessian" if shown == "hessian" else "Gauss-Newton matrix"
        claim = Claim(
            f"the {said} at the numbers", f"the {said} at the numbers", (LOSS_DIFFERENCES,), check, model=net.forward
        )
        return f"{letter} = {matrix_latex(matrix, self.digits)}", claim

    def _truth(self, curvature: Curvature, net: Network, top: str) -> Array:
        return curvature.measured_gauss_newton(self._of(net), top)

    def _symbol(self, net: Network, name: str) -> str:
        return symbol_latex(name, ranks=ranks_of(net.forward))

    def _direction(self, net: Network, name: str, like: str) -> str:
        """The symbol of a direction, which has the axes of what it moves."""
        ranks = dict(ranks_of(net.forward))
        return symbol_latex(name, ranks={**ranks, name: ranks[like]})
