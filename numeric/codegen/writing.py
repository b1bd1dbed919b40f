"""A generated module: imports, helpers, and the functions forward, loss, backward and both."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sympy import Indexed, Symbol

from derive.expression.partials import partial_name
from derive.forward import Tensor
from numeric.codegen.contract import ContractingSource
from numeric.codegen.gamma import HELPERS
from numeric.codegen.helpers import helper
from numeric.codegen.sizes import Sizes
from numeric.codegen.statements import Statements, overwritable
from numeric.lowering.lengths import Lengths
from numeric.lowering.lines import Line, Plan, Stage, names
from numeric.lowering.passes import passed
from numeric.lowering.stable import called
from numeric.source import tree
from numeric.source.naming import function_name, python_name
from numeric.source.printing import BODY, statement_lines
from numeric.source.program import Program

FUNCTIONS = ("forward", "loss", "backward", "loss_and_gradients")


@dataclass(frozen=True)
class Module:
    """The module of a plan; ``program`` writes it with or without the formulas beside the lines."""

    plan: Plan

    @cached_property
    def lines(self) -> list[Line]:
        """The lines as they are computed."""
        return passed(self.plan.lines, self.plan.purpose)

    @cached_property
    def _calls(self) -> tuple[str, ...]:
        """The scalar functions that the lines call by name."""
        return called(self.plan.model)

    @cached_property
    def sizes(self) -> Sizes:
        """Where the functions find the sizes that they need."""
        return Sizes(self.plan)

    @cached_property
    def settings(self) -> tuple[str, ...]:
        """The sizes that are given by name among the parameters, such as a stride ``s``."""
        stages: tuple[Stage, ...] = ("forward", "loss", "backward")
        found = {size.name for stage in stages for size in self._sizes(stage) if self.sizes.is_setting(size, stage)}
        return tuple(sorted(found))

    @cached_property
    def source(self) -> ContractingSource:
        """Writes the expressions of the lines."""
        tensors = self.plan.model.tensors
        shapes = {tensor.name: tensor.shape for tensor in tensors.values()}
        shapes |= {partial_name("l", name): tensors[name].shape for name in self.plan.outputs}
        shapes |= {line.name: line.shape for line in self.lines}
        shapes |= {constant.name: () for constant in self.plan.parameters if constant.name not in shapes}
        whole = {name for name, tensor in tensors.items() if tensor.domain in ("class", "index")}
        kept = {line.name for line in self.lines if line.column}
        calls = {name: f"{function_name(name)}(a)" for name in self._calls}
        lengths = Lengths(dict(self.plan.model.sizes))
        return ContractingSource(shapes, calls, lengths, frozenset(whole), frozenset(kept), self._type)

    def stage(self, stage: Stage) -> list[Line]:
        """The lines of one function."""
        return [line for line in self.lines if line.stage == stage]

    @cached_property
    def bodies(self) -> dict[Stage, list[tuple[Line, list[ast.stmt]]]]:
        """The statements of each function, by the line that they compute."""
        stages: tuple[Stage, ...] = ("forward", "loss", "backward")
        return {stage: [(line, self._statements(line, stage)) for line in self.stage(stage)] for stage in stages}

    @cached_property
    def carried(self) -> dict[str, set[str]]:
        """For each stage, the names of its lines that a later stage reads."""
        stages: tuple[Stage, ...] = ("forward", "loss", "backward")
        own = {stage: {line.name for line in self.stage(stage)} for stage in stages}
        reads = {stage: self._read(stage) for stage in stages}
        return {
            "forward": own["forward"] & (reads["loss"] | reads["backward"]),
            "loss": own["loss"] & reads["backward"],
        }

    @cached_property
    def cached(self) -> dict[str, set[str]]:
        """What the cache holds after a stage: its lines that are read later, and the inputs that are."""
        later = self._arguments("loss") | self._arguments("backward")
        carried = self.carried
        inputs = {tensor.name for tensor in self.plan.inputs} & later
        outputs = set(self.plan.outputs) & later
        return {"forward": carried["forward"] | inputs | outputs, "loss": carried["loss"]}

    def _read(self, stage: Stage) -> set[str]:
        return set().union(*(names(line) for line in self.stage(stage)))

    def _arguments(self, stage: Stage) -> set[str]:
        """What the statements of a stage read, sizes and types included."""
        of_type = {self._real} if any(tree.holds(one, self._type) for one in self._code(stage)) else set()
        return self._read(stage) | self.sizes.read(self._sizes(stage), stage) | of_type

    @cached_property
    def _real(self) -> str:
        """A tensor of real numbers that all functions have, whose type the other arrays take."""
        tensors = (*self.plan.inputs, *self.plan.parameters)
        return next((tensor.name for tensor in tensors if tensor.domain != "class"), self.plan.outputs[0])

    @property
    def _type(self) -> ast.expr:
        return tree.quoted("array.dtype", array=tree.name(python_name(self._real)))

    def _code(self, stage: Stage) -> list[ast.stmt]:
        return [statement for _, statements in self.bodies[stage] for statement in statements]

    def program(self, *, formulas: bool = True) -> Program:
        """The module for NumPy."""
        read = tree.names_in(*(statement for stage in self.bodies for statement in self._code(stage)))
        helpers = [
            helper(name, self.plan.model)
            for name in (*self._calls, "erf", "erfcx", *HELPERS, "gathered", "blocks")
            if (function_name(name) if name in self._calls else name) in read
        ]
        functions = [self._forward(formulas)]
        if self.plan.gradients:
            functions += [self._loss(formulas)] if self.stage("loss") else []
            functions.append(self._backward(formulas))
            functions += [self._both()] if self.stage("loss") else []
        title = f"{self.plan.title}: forward and backward on a batch."
        return Program(title, ("import numpy as np",), (*helpers, *functions))

    def _forward(self, formulas: bool) -> ast.FunctionDef:
        outputs = [tree.name(python_name(name)) for name in self.plan.outputs]
        kept = [name for name in self._order() if name in self.cached["forward"]]
        cache = _dictionary((python_name(name), python_name(name)) for name in kept)
        body = [
            *self._loaded("forward", "params"),
            *self._body("forward", formulas),
            ast.Return(tree.tuple_of([*outputs, cache])),
        ]
        made = ", ".join(map(python_name, self.plan.outputs))
        title = f"Return {made} and what the gradients need of the forward pass."
        return tree.function("forward", ["params", *_names(self.plan.inputs)], title, body)

    def _loss(self, formulas: bool) -> ast.FunctionDef:
        kept = [python_name(name) for name in self._order() if name in self.cached["loss"]]
        body = [
            *self._loaded("loss", "params"),
            *self._loaded("loss", "cache"),
            *self._body("loss", formulas),
            *(tree.assigned(_entry("cache", name), tree.name(name)) for name in kept),
            tree.statement("return l"),
        ]
        title = "Return the loss; what the gradients need of it is added to the cache."
        return tree.function("loss", ["params", "cache", *_names(self.plan.beside)], title, body)

    def _backward(self, formulas: bool) -> ast.FunctionDef:
        body = [
            *self._loaded("backward", "params"),
            *self._loaded("backward", "cache"),
            *self._body("backward", formulas),
            ast.Return(_dictionary((name, self._gradient(name)) for name in self.plan.gradients)),
        ]
        title = "Return the gradients by the names of what they belong to; dz1 is the gradient of the loss by z1."
        return tree.function("backward", ["params", "cache", *_names(self.plan.beside)], title, body)

    def _both(self) -> ast.FunctionDef:
        inputs, beside = _names(self.plan.inputs), _names(self.plan.beside)
        given = {name: tree.tuple_of(map(tree.name, names)) for name, names in (("x", inputs), ("y", beside))}
        made = [tree.name("_") for _ in self.plan.outputs]
        body = [
            tree.assigned(tree.tuple_of([*made, tree.name("cache")]), tree.quoted("forward(params, *x)", given)),
            tree.statement("return loss(params, cache, *y), backward(params, cache, *y)", given),
        ]
        title = "Return the loss and its gradients by the parameters."
        return tree.function("loss_and_gradients", ["params", *inputs, *beside], title, body)

    def _gradient(self, name: str) -> str:
        return python_name(partial_name("l", name))

    def _order(self) -> list[str]:
        return [tensor.name for tensor in self.plan.inputs] + [line.name for line in self.lines]

    def _loaded(self, stage: Stage, where: str) -> Iterator[ast.stmt]:
        """Assignments of what a function reads from its arguments, and of the sizes that it needs."""
        lines = self.stage(stage)
        read = self._arguments(stage)
        own = {line.name for line in lines}
        if where == "params":
            found = [tensor.name for tensor in self.plan.parameters if tensor.name in read]
        else:
            beside = {tensor.name for tensor in self.plan.beside}
            found = [name for name in self._order() if name in read - own - beside]
        while found:
            # As many of them in one assignment as have room.
            some = list(found)
            while len(next(statement_lines(_unpacked(some, where)))) > BODY.width and len(some) > 1:
                some.pop()
            yield _unpacked(some, where)
            found = found[len(some) :]
        if where == ("params" if stage == "forward" else "cache"):
            yield from self.sizes.statements(self._sizes(stage), stage)

    def _sizes(self, stage: Stage) -> list[Symbol]:
        """The sizes that the code of a function mentions."""
        return self.sizes.mentioned(self._code(stage), stage)

    def _body(self, stage: Stage, formulas: bool) -> Iterator[ast.stmt]:
        for line, statements in self.bodies[stage]:
            if formulas and line.note:
                yield tree.Comment(line.note)
            if formulas and line.formula is not None:
                yield tree.Comment(line.formula.unicode("index"))
            yield from statements

    def _statements(self, line: Line, stage: Stage) -> list[ast.stmt]:
        lines = self.stage(stage)
        dead = overwritable(lines, lines.index(line), self._needed(stage), self._aliased)
        windows = frozenset(one.name for one in self.lines if one.windows is not None)
        return Statements(self.source, line, dead, windows).written()

    def _needed(self, stage: Stage) -> set[str]:
        """What a function hands on."""
        if stage == "backward":
            return {partial_name("l", name) for name in self.plan.gradients}
        return {*self.carried[stage], *self.plan.outputs}

    @cached_property
    def _aliased(self) -> set[str]:
        """Arrays of which another name may be a view."""
        return {name for line in self.lines if isinstance(line.expression, Indexed) for name in names(line)}


def _unpacked(names: Sequence[str], where: str) -> ast.stmt:
    own = list(map(python_name, names))
    # Parameters are given by the names of the tensors; the cache is the module's own.
    keys = names if where == "params" else own
    if len(own) == 1:
        return tree.assigned(own[0], _entry(where, keys[0]))
    return tree.assigned(tree.tuple_of(map(tree.name, own)), tree.tuple_of(_entry(where, key) for key in keys))


def _entry(dictionary: str, key: str) -> ast.expr:
    return tree.subscript(tree.name(dictionary), [ast.Constant(key)])


def _dictionary(entries: Iterable[tuple[str, str]]) -> ast.expr:
    """A dictionary of variables by keys."""
    found = list(entries)
    return ast.Dict([ast.Constant(key) for key, _ in found], [tree.name(value) for _, value in found])


def _names(tensors: Iterable[Tensor]) -> list[str]:
    return [python_name(tensor.name) for tensor in tensors]
