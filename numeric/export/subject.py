"""What a file is written for: a compiled network or layer, and what its tensors are for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sympy
from sympy import Expr, Indexed, Symbol

from derive.forward import Tensor
from derive.layer import Layer, as_layer, upstream_name
from derive.network import Network
from numeric.codegen import Compiled, CompileError, compile
from numeric.codegen.arrays import length_code
from numeric.codegen.compiled import over_batch
from numeric.source.naming import python_name
from numeric.source.printing import printed
from numeric.source.program import Program
from numeric.targets import translated


@dataclass(frozen=True)
class Subject:
    """A network or a layer in one array library, whose functions are those of the ``program``."""

    compiled: Compiled
    name: str
    target: str
    program: Program

    @property
    def with_loss(self) -> bool:
        """Whether the file computes a loss, rather than an output with an upstream gradient."""
        return "loss" in self.compiled.functions

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What the forward pass is given for each sample."""
        return self.compiled.plan.inputs

    @property
    def targets(self) -> tuple[Tensor, ...]:
        """What a loss is given beside; nothing of a layer."""
        return self.compiled.plan.beside if self.with_loss else ()

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return self.compiled.plan.outputs

    @property
    def upstream(self) -> tuple[str, ...]:
        """The names of the gradients by the outputs."""
        return tuple(upstream_name(name) for name in self.outputs)

    @cached_property
    def parameters(self) -> tuple[Tensor, ...]:
        """What is learnt."""
        return tuple(tensor for tensor in self.compiled.plan.parameters if tensor.role == "parameter")

    @cached_property
    def buffers(self) -> tuple[Tensor, ...]:
        """Arrays that are shared by all samples and not learnt."""
        known = self.compiled.plan.model.tensors
        shared = (tensor for tensor in self.compiled.plan.parameters if tensor.role == "buffer")
        return tuple(tensor for tensor in shared if tensor.name in known)

    @cached_property
    def constants(self) -> tuple[str, ...]:
        """Real numbers, such as eps."""
        known = {tensor.name for tensor in (*self.parameters, *self.buffers)}
        return tuple(tensor.name for tensor in self.compiled.plan.parameters if tensor.name not in known)

    @property
    def arrays(self) -> tuple[Tensor, ...]:
        """Everything that is given as an array, inputs first."""
        return (*self.inputs, *self.targets, *self.parameters, *self.buffers)

    @property
    def gradients(self) -> tuple[str, ...]:
        """The names of what gradients are computed for."""
        return self.compiled.plan.gradients

    @property
    def function_name(self) -> str:
        """The name in lower case, ``layernorm``."""
        return self.name.lower()

    def title(self, tensor: Tensor) -> str:
        """A tensor and the layer that it belongs to: ``W2 (of Linear2)``."""
        return self.compiled.arguments.called(tensor.name)

    @cached_property
    def sizes(self) -> tuple[str, ...]:
        """The sizes that the shapes of parameters and buffers are made of, those of inputs first."""
        stored = [size for tensor in (*self.parameters, *self.buffers) for size in _sizes(self.shape(tensor))]
        given = [size for tensor in self.inputs for size in _sizes(tensor.shape)]
        return tuple(dict.fromkeys([size for size in given if size in stored] + stored))

    def shape(self, tensor: Tensor) -> tuple[Expr, ...]:
        """The shape of a tensor in the sizes that others follow from: C/G channels of a group."""
        formulas = dict(self.compiled.plan.model.sizes)
        return tuple(sympy.sympify(dimension).xreplace(formulas) for dimension in tensor.shape)

    def is_shift(self, tensor: Tensor) -> bool:
        """Whether a parameter is only added: a bias, which starts at 0 where a scale starts at 1."""
        return all(
            all(_name_of(term) == tensor.name for term in sympy.Add.make_args(row.expression) if _reads(term, tensor))
            for row in self.compiled.plan.model.rows
        )


def subject_of(given: Network | Layer, target: str) -> Subject:
    """A network with its loss, a network without one, or a layer, with the gradients of all that it is given.

    Raises:
        CompileError: something in it has no generated code, or a size by name that no array shows.
        TargetError: it has none for the target.
    """
    whole = over_batch(given)
    if isinstance(whole, Network) and whole.loss is None:
        whole = as_layer(whole)
    made = compile(whole) if isinstance(whole, Layer) else _with_all_gradients(whole)
    name = _class_name(whole.name, made.program) if isinstance(whole, Layer) else "Network"
    if made.module.settings:
        # JAX would trace them, and shapes depend on them.
        raise CompileError(
            f"{whole.name if isinstance(whole, Layer) else 'the network'} has sizes that no array shows: "
            f"{', '.join(made.module.settings)}; give numbers for them"
        )
    return Subject(made, name, target, translated(made.program, target))


def _with_all_gradients(given: Network) -> Compiled:
    tensors = [t for t in given.forward.given if t.role != "buffer" and t.domain not in ("class", "binary")]
    parameters_last = sorted(tensors, key=lambda tensor: tensor.role == "parameter")
    try:
        return compile(given, by=[tensor.name for tensor in parameters_last])
    except CompileError:
        # A loss may have no derivative by its target.
        return compile(given, by=[tensor.name for tensor in parameters_last if tensor.role != "target"])


def dimension_source(dimension: Expr) -> str:
    """A dimension as Python: ``C // G``, ``2 * d``."""
    return printed(length_code(dimension))


def argument_names(tensors: tuple[Tensor, ...]) -> list[str]:
    """The Python names of tensors."""
    return [python_name(tensor.name) for tensor in tensors]


def _sizes(shape: tuple[Expr, ...]) -> list[str]:
    return [name for size in shape for name in sorted(map(str, sympy.sympify(size).free_symbols))]


def _class_name(text: str, program: Program) -> str:
    """What the class of a layer is called, in a file with the functions of a program."""
    if "->" in text:
        return "Network"
    plain = python_name(text.partition("(")[0])
    # The functions of the file are called as the class, in small letters.
    small = plain.lower()
    taken = plain.endswith("_") or python_name(small) != small or program.defines(small)
    return f"Layer{plain.strip('_')}" if taken else plain


def _name_of(term: Expr) -> str:
    return str(term.base.label) if isinstance(term, Indexed) else str(term) if isinstance(term, Symbol) else ""


def _reads(term: Expr, tensor: Tensor) -> bool:
    return tensor.name in map(str, term.free_symbols)
