"""The program of one derivation: a function of what is given that returns its value."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from derive.building.assemble import renamed
from derive.building.blueprint import Block
from derive.calculus.second_order import gradient_name
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.partials import partial_named
from derive.forward import Forward, Row, Tensor
from derive.network import Network
from numeric.codegen.writing import Module
from numeric.errors import CompileError
from numeric.lowering.plan import plan
from numeric.source import tree
from numeric.source.naming import python_name
from numeric.source.program import Program
from numeric.targets import TargetError, translated


def source_of(derivation: Derivation, target: str = "numpy") -> str:
    """A module with one function that computes a derivation from what is given, for an array library.

    It takes the tensors that the derivation depends on by their names, partials in which it is written as
    ``grad_z2``, and hyper-parameters such as ``eps``; the axes of what it returns are those of the index form.

    Raises:
        CompileError: something in it has no generated code, or a size that no array shows.
    """
    name = result_name(derivation)
    model = _extended(derivation, name)
    first = model.given[0].name if model.given else name
    made = plan(Network(name, None, model, (Block(name, first, name),), derivation.conventions))
    own = [line for line in made.lines if line.stage == "forward"]
    module = Single(replace(made, lines=tuple(own), title=name))
    if module.settings:
        raise CompileError(f"{name} has sizes that no array shows: {', '.join(module.settings)}; give numbers for them")
    try:
        return translated(module.whole(derivation), target).text
    except TargetError as error:
        raise CompileError(str(error)) from error


def result_name(derivation: Derivation) -> str:
    """What the function is called: ``grad_W1`` of dl/dW1, ``dy_dz`` of dy/dz, ``y_value`` of a value."""
    name = derivation.quantity.name
    found = _word(name) if partial_named(name) is not None else f"{name}_value"
    while found in derivation.forward.tensors:
        found += "_"
    return found


def _word(name: str) -> str:
    """The name of a partial as a word."""
    partial = partial_named(name)
    if partial is None:
        return name
    return gradient_name(partial.bottom) if partial.top == "l" else f"d{partial.top}_d{partial.bottom}"


def _extended(derivation: Derivation, name: str) -> Forward:
    """The forward definition with the result as a further row; partials in which it is written are given."""
    model, quantity = derivation.forward, derivation.quantity
    reads = (symbols.name_of(access) for access in symbols.accesses(derivation.result))
    words = {one: _word(one) for one in reads if one not in model.tensors and partial_named(one) is not None}
    given = [replace(tensor, role="input") for tensor in model.given]
    given += [Tensor(word, model.shape_of(one), "input") for one, word in words.items()]
    row = Row(Tensor(name, quantity.shape), quantity.indices, renamed(derivation.result, words))
    return replace(model, given=tuple(given), rows=(*model.rows, row))


@dataclass(frozen=True)
class Single(Module):
    """The module of one function."""

    def whole(self, derivation: Derivation) -> Program:
        """The program for NumPy."""
        program = self.program()
        name = self.plan.outputs[0]
        constants = [tensor.name for tensor in self.plan.parameters]
        arguments = [python_name(one) for one in (*(tensor.name for tensor in self.plan.inputs), *constants)]
        body = [
            *self.sizes.statements(self._sizes("forward"), "forward"),
            *self._body("forward", formulas=True),
            ast.Return(tree.name(python_name(name))),
        ]
        function = tree.function(python_name(name), arguments, f"Return {derivation.quantity.name}.", body)
        others = tuple(one for one in program.functions if one.name != "forward")
        return Program(f"{derivation.quantity.name}, as it was derived.", program.imports, (*others, function))
