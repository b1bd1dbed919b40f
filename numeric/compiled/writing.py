"""The text of a generated module: imports, helpers, and the functions forward, loss, backward and both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import sympy
from sympy import Expr, Indexed, Mul, Sum, Symbol

from derive import symbols
from derive.functions import Bracket
from numeric.compiled.arrays import MASK, ArraySource
from numeric.compiled.errors import CompileError
from numeric.compiled.helpers import helper
from numeric.compiled.naming import python_name
from numeric.compiled.plan import Line, Plan, Stage
from numeric.compiled.prepare import names, prepared
from numeric.compiled.windows import added_back, view
from numeric.source.text import Text

INDENT = "    "
FUNCTIONS = ("forward", "loss", "backward", "loss_and_gradients")


@dataclass(frozen=True)
class Module:
    """The module of a plan; ``text`` writes it with or without the formulas beside the lines."""

    plan: Plan

    @cached_property
    def _prepared(self) -> tuple[list[Line], tuple[str, ...]]:
        lines, calls = prepared(self.plan)
        renamed = {size: symbols.size(name) for size, name in self.sizes.items()}
        return [
            replace(
                line, expression=line.expression.xreplace(renamed), shape=tuple(n.xreplace(renamed) for n in line.shape)
            )
            for line in lines
        ], calls

    @cached_property
    def sizes(self) -> dict[Symbol, str]:
        """The sizes that can be read off the arrays, and their names: not those of tensors."""
        tensors = (*self.plan.inputs, *self.plan.beside, *self.plan.parameters)
        known = {size for tensor in tensors for size in tensor.shape if size.is_Symbol}
        taken = {python_name(line.name) for line in self.plan.lines} | {tensor.name for tensor in tensors}
        return {size: f"size_{size}" if size.name in taken else size.name for size in known}

    @property
    def lines(self) -> list[Line]:
        """The lines as they are computed."""
        return self._prepared[0]

    @cached_property
    def source(self) -> ArraySource:
        """Writes the expressions of the lines."""
        shapes = {tensor.name: tensor.shape for tensor in self.plan.model.given}
        shapes |= {line.name: line.shape for line in self.lines}
        kept = {line.name for line in self.lines if line.column}
        calls = {name: f"{name}({{}})" for name in self._prepared[1]}
        return ArraySource(shapes, calls, frozenset(kept), f"{self._real('loss')}.dtype")

    def stage(self, stage: Stage) -> list[Line]:
        """The lines of one function."""
        return [line for line in self.lines if line.stage == stage]

    @cached_property
    def bodies(self) -> dict[Stage, list[tuple[Line | None, list[str]]]]:
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
        of_type = {self._real(stage)} if f"{python_name(self._real(stage))}.dtype" in self._code(stage) else set()
        return self._read(stage) | {self._size_source(size)[0] for size in self._sizes(stage)} | of_type

    def _real(self, stage: Stage) -> str:
        """A tensor of real numbers, whose type the other arrays take."""
        return self.plan.outputs[0]

    def _code(self, stage: Stage) -> str:
        return "\n".join(code for _, lines in self.bodies[stage] for code in lines)

    def text(self, *, formulas: bool = True) -> str:
        """The source of the module."""
        parts = [f'"""{self.plan.title}: forward and backward on a batch."""\n\nimport numpy as np']
        called = "\n".join(map(self._code, self.bodies))
        for name in (*self._prepared[1], "erf"):
            if f"{name}(" in called:
                parts.append(helper(name, self.plan.model))
        parts.append(self._forward(formulas))
        if self.plan.gradients:
            if self.stage("loss"):
                parts.append(self._loss(formulas))
            parts.append(self._backward(formulas))
            if self.stage("loss"):
                parts.append(self._both())
        return "\n\n\n".join(parts) + "\n"

    def _forward(self, formulas: bool) -> str:
        arguments = ", ".join(["params", *(python_name(tensor.name) for tensor in self.plan.inputs)])
        outputs = ", ".join(map(python_name, self.plan.outputs))
        kept = [name for name in self._order() if name in self.cached["forward"]]
        cache = ", ".join(f'"{python_name(name)}": {python_name(name)}' for name in kept)
        body = [
            f'"""Return {outputs} and what the gradients need of the forward pass."""',
            *self._loaded("forward", "params"),
            *self._body("forward", formulas),
            f"return {outputs}, {{{cache}}}",
        ]
        return _function(f"forward({arguments})", body)

    def _loss(self, formulas: bool) -> str:
        arguments = ", ".join(["params", "cache", *(python_name(tensor.name) for tensor in self.plan.beside)])
        kept = [name for name in self._order() if name in self.cached["loss"]]
        body = [
            '"""Return the loss; what the gradients need of it is added to the cache."""',
            *self._loaded("loss", "params"),
            *self._loaded("loss", "cache"),
            *self._body("loss", formulas),
            *(f'cache["{python_name(name)}"] = {python_name(name)}' for name in kept),
            "return l",
        ]
        return _function(f"loss({arguments})", body)

    def _backward(self, formulas: bool) -> str:
        arguments = ", ".join(["params", "cache", *(python_name(tensor.name) for tensor in self.plan.beside)])
        gradients = ", ".join(f'"{name}": {self._gradient(name)}' for name in self.plan.gradients)
        body = [
            '"""Return the gradients by the names of what they belong to; dz1 is the gradient of the loss by z1."""',
            *self._loaded("backward", "params"),
            *self._loaded("backward", "cache"),
            *self._body("backward", formulas),
            f"return {{{gradients}}}",
        ]
        return _function(f"backward({arguments})", body)

    def _both(self) -> str:
        inputs = ", ".join(python_name(tensor.name) for tensor in self.plan.inputs)
        beside = "".join(f", {python_name(tensor.name)}" for tensor in self.plan.beside)
        body = [
            '"""Return the loss and its gradients by the parameters."""',
            f"{', '.join('_' for _ in self.plan.outputs)}, cache = forward(params, {inputs})",
            f"return loss(params, cache{beside}), backward(params, cache{beside})",
        ]
        return _function(f"loss_and_gradients(params, {inputs}{beside})", body)

    def _gradient(self, name: str) -> str:
        return python_name(symbols.partial_name("l", name))

    def _order(self) -> list[str]:
        return [tensor.name for tensor in self.plan.inputs] + [line.name for line in self.lines]

    def _loaded(self, stage: Stage, where: str) -> Iterator[str]:
        """Assignments of what a function reads from its arguments, and of the sizes that it needs."""
        lines = self.stage(stage)
        read = self._arguments(stage)
        own = {line.name for line in lines}
        if where == "params":
            found = [tensor.name for tensor in self.plan.parameters if tensor.name in read]
        else:
            beside = {tensor.name for tensor in self.plan.beside}
            found = [name for name in self._order() if name in read - own - beside]
        if found:
            left, right = ", ".join(map(python_name, found)), ", ".join(f'{where}["{python_name(n)}"]' for n in found)
            yield f"{left} = {right}"
        if where == ("params" if stage == "forward" else "cache"):
            for size in self._sizes(stage):
                name, axis = self._size_source(size)
                yield f"{self.sizes[size]} = {python_name(name)}.shape[{axis}]"

    def _sizes(self, stage: Stage) -> list[Symbol]:
        """The sizes that the code of a function mentions."""
        words = set(re.findall(r"[A-Za-z_]\w*", self._code(stage)))
        return sorted((size for size, name in self.sizes.items() if name in words), key=str)

    def _size_source(self, size: Symbol) -> tuple[str, int]:
        for tensor in (*self.plan.inputs, *self.plan.beside, *self.plan.parameters):
            for axis, length in enumerate(tensor.shape):
                if length == size:
                    return tensor.name, axis
        raise CompileError(f"the size {size} cannot be read off an input or a parameter")

    def _body(self, stage: Stage, formulas: bool) -> Iterator[str]:
        for line, statements in self.bodies[stage]:
            if formulas and line is not None and line.note:
                yield f"# {line.note}"
            if formulas and line is not None and line.formula is not None:
                yield f"# {line.formula.unicode('index')}"
            yield from statements

    def _statements(self, line: Line, stage: Stage) -> list[str]:
        return Statements(self, line, stage).written()


@dataclass(frozen=True)
class Statements:
    """The statements that compute one line, in the memory of what is not needed any more where that is safe."""

    module: Module
    line: Line
    stage: Stage

    def written(self) -> list[str]:
        """The statements, one a line of text."""
        line, name = self.line, python_name(self.line.name)
        if line.windows is not None:
            return view(line.windows) if line.stage == "forward" else added_back(line.windows)
        axes = (*line.indices, symbols.index("_column")) if line.column else line.indices
        source = self.module.source
        ranges = [(letter, 0, length - 1) for letter, length in zip(line.indices, line.shape, strict=True)]
        ranged = source.within(ranges)
        try:
            return self._steps(ranged, name, axes)
        except CompileError as error:
            raise CompileError(f"there is no generated code yet for {line.name}: {error}") from error

    def _steps(self, source: ArraySource, name: str, axes: tuple[Symbol, ...]) -> list[str]:
        expression = self.line.expression
        for first, sign, rest in self._splits(expression):
            start, operand = source.value(first, axes), self._operand(source, rest, sign, axes)
            if start.shape == axes and not start.whole:
                sign = "-" if sign == "+" and operand.negative else sign
                code = replace(operand, negative=False).source if sign == "-" else operand.source
                return [f"{name} = {start.source}", f"{name} {sign}= {code}"]
        if isinstance(expression, Indexed | Symbol) or self.line.column:
            return [f"{name} = {source.value(expression, axes).source}"]
        dead = self._dead()
        if isinstance(expression, sympy.exp) and expression.args[0] in dead:
            inner = source.value(expression.args[0], axes).source
            return [f"{name} = np.exp({inner}, out={inner})"]
        text = source.value(expression, axes)
        if text.shape != axes:
            raise CompileError(f"{expression} does not vary along all of its axes")
        return [f"{name} = {text.source if not text.whole else f'1.0 * ({text.source})'}"]

    def _operand(self, source: ArraySource, rest: Expr, sign: str, axes: tuple[Symbol, ...]) -> Text:
        """What is added or multiplied in place; truth values multiply as they are."""
        if sign == "*" and isinstance(rest, Bracket):
            rest = MASK(rest)
            text = source.value(rest, axes)
            return replace(text, code=text.code.removeprefix("(").removesuffix(")"))
        return source.value(rest, axes)

    def _splits(self, expression: Expr) -> Iterator[tuple[Expr, str, Expr]]:
        """Ways to compute the line as one array that the rest is added to or multiplied with in place."""
        if isinstance(expression, sympy.Add):
            for term in expression.args:
                if isinstance(term, Sum) or term in self._dead():
                    yield term, "+", expression - term
        if isinstance(expression, Mul):
            numbers = Mul(*(factor for factor in expression.args if not factor.has(Indexed)))
            arrays = Mul(*(factor for factor in expression.args if factor.has(Indexed)))
            for factor in expression.args:
                if factor in self._dead() and not (expression / factor).has(factor):
                    rest = expression / factor
                    inverse = 1 / rest
                    divides = isinstance(inverse, Indexed)
                    yield factor, "/" if divides else "*", inverse if divides else rest
            if numbers != 1 and isinstance(arrays, sympy.Add):
                inverse = 1 / numbers
                divides = inverse.is_integer or inverse.is_Symbol
                yield arrays, "/" if divides else "*", inverse if divides else numbers

    def _dead(self) -> set[Expr]:
        """The elements of arrays that this function made and that nothing reads after this line."""
        lines = self.module.stage(self.stage)
        position = lines.index(self.line)
        later = set().union(*(names(line) for line in lines[position + 1 :]), self._needed())
        made = {
            line.name
            for line in lines[:position]
            if not isinstance(line.expression, Indexed | Symbol) and not line.column and line.windows is None
        }
        own = {access for access in self.line.expression.atoms(Indexed) if tuple(access.indices) == self.line.indices}
        return {access for access in own if symbols.name_of(access) in made - later and self._once(access)}

    def _once(self, access: Expr) -> bool:
        name = symbols.name_of(access)
        return sum(symbols.name_of(one) == name for one in self.line.expression.atoms(Indexed)) == 1 and (
            sum(part == access for part in sympy.preorder_traversal(self.line.expression)) == 1
        )

    def _needed(self) -> set[str]:
        plan = self.module.plan
        if self.stage == "backward":
            return {symbols.partial_name("l", name) for name in plan.gradients}
        return {*self.module.carried[self.stage], *plan.outputs, *self._aliased()}

    def _aliased(self) -> set[str]:
        """Arrays that another name stands for too."""
        return {name for line in self.module.lines if isinstance(line.expression, Indexed) for name in names(line)}


def _function(signature: str, body: Sequence[str] | Iterable[str]) -> str:
    return "\n".join([f"def {signature}:", *(f"{INDENT}{line}" for line in body)])
