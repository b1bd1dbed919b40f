"""What one row sends back to a tensor that it holds, itself or through internal rows: signal times local derivative."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Expr, KroneckerDelta, Mul, Symbol

from derive.calculus.express import Speaker, Vocabulary
from derive.calculus.factors import cost
from derive.calculus.sweep import Sweep, fresh_bound
from derive.expression import symbols
from derive.expression.partials import Partial
from derive.forward import Forward, Row
from derive.lecture.causes import said
from derive.lecture.ways import Way, ways
from derive.step_rules import StepRule
from derive.steps import Quantity, Step

LONGEST_RAW = 60
"""How much there may be to read in a derivative that is shown as the rules give it."""


@dataclass(frozen=True)
class Link:
    """What a row with a name of its own sends back: its signal at ``outer`` times the ``local`` derivative.

    ``ways`` say how it holds the tensor, unless that is through internal rows; ``steps`` derive the local derivative.
    """

    row: Row
    outer: tuple[Symbol, ...]
    local: Expr
    ways: tuple[Way, ...]
    steps: tuple[Step, ...] = ()

    @property
    def holder(self) -> Expr:
        """The element of the row, at the places at which it moves with that of the tensor."""
        if len(self.ways) == 1:
            return self.ways[0].holder
        equal: dict[Expr, Expr] = {}
        for factor in Mul.make_args(self.local):
            if isinstance(factor, KroneckerDelta):
                one, other = factor.args
                equal |= {one: other} if one in self.outer else {other: one} if other in self.outer else {}
        return symbols.element(self.row.name, [equal.get(letter, letter) for letter in self.outer])


class Linker:
    """Finds what is sent back in one sweep."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep, self.forward = sweep, sweep.forward

    def links(self, quantity: Quantity, name: str) -> list[Link]:
        """What each row sends back that has a name of its own, or is the top, and holds the tensor."""
        own = quantity.indices[len(self.sweep.letters) :]
        return [self._link(row, name, own, quantity) for row in self._holders(name)]

    def _holders(self, name: str) -> list[Row]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for row in self.sweep.readers.get(waiting.pop(), ()):
                internal = row.tensor.role == "hidden" and row.name != self.sweep.top
                (waiting.append if internal else found.add)(row.name)
        return [row for row in self.forward.rows if row.name in found]

    def _link(self, row: Row, name: str, own: tuple[Symbol, ...], quantity: Quantity) -> Link:
        outer = self.sweep.outer(row, quantity)
        inside = self._inside(row, name)
        if len(inside) == 1:
            local = self.sweep.local_jacobian(row, name, outer, own)
            return Link(row, outer, local, ways(row, self.forward, name, outer, own))
        part = _alone(self.forward, inside)
        sweep = Sweep(part, row.name)
        letters = sweep.quantity(name).indices
        found = Speaker(sweep, Vocabulary(), whole=True).adjoint(name)
        local = fresh_bound(found, dict(zip(letters, (*outer, *own), strict=True)))
        steps = self._of_local(part, row, name, (*outer, *own), local) if row.name != self.sweep.top else ()
        return Link(row, outer, local, (), steps)

    def _inside(self, row: Row, name: str) -> tuple[Row, ...]:
        """The internal rows that a row is computed by, and the row; that alone where the tensor is in none of them."""
        needed = {row.name}
        for other in reversed(self.forward.rows):
            if other.tensor.role == "hidden" and any(other.name in self.sweep.dependence.reads[n] for n in needed):
                needed.add(other.name)
        moved = [other for other in needed if name in self.sweep.dependence.acting.get(other, ())]
        return (
            tuple(other for other in self.forward.rows if other.name in needed) if set(moved) - {row.name} else (row,)
        )

    def _of_local(
        self, part: Forward, row: Row, name: str, letters: tuple[Symbol, ...], local: Expr
    ) -> tuple[Step, ...]:
        """The local derivative by the rules of calculus, then as it is written."""
        acting = self.sweep.dependence.acting
        held = tuple(sorted(t.name for t in part.given if t.name != name and name in acting.get(t.name, ())))
        shape = row.tensor.shape + self.forward.tensors[name].shape
        quantity = Quantity(Partial(row.name, name, held).name, letters, shape)
        count = len(row.indices)
        sentence = said(
            "Differentiate ",
            symbols.element(row.name, letters[:count]),
            " by ",
            symbols.element(name, letters[count:]),
            ".",
        )
        speaker = Speaker(Sweep(part, row.name), Vocabulary())
        formula = speaker.values(speaker.definition(symbols.element(row.name, row.indices)))
        flat = replace(part, rows=(replace(row, expression=formula),))
        raw = Sweep(flat, row.name).jacobian_steps(flat.rows[0], name, letters[:count], letters[count:])[0].expression
        if raw == local or cost(raw) > LONGEST_RAW:
            return (Step(quantity, local, StepRule.DIFFERENTIATE, sentence),)
        return (Step(quantity, raw, StepRule.DIFFERENTIATE, sentence), Step(quantity, local, StepRule.COLLECT, ""))


def _alone(forward: Forward, rows: tuple[Row, ...]) -> Forward:
    """The definition of these rows alone: all else that they read is given."""
    defined = {row.name for row in rows}
    read = {symbols.name_of(access) for row in rows for access in symbols.accesses(row.expression)} - defined
    given = (tensor for tensor in forward.tensors.values() if tensor.name in read)
    roles = (replace(tensor, role="input") if tensor.role in ("value", "hidden") else tensor for tensor in given)
    return replace(forward, given=tuple(roles), rows=rows, gradients=())
