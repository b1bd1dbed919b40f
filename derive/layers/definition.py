"""What a layer is: its forward equations as text, the shapes of its tensors, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

from sympy import Expr

from derive.errors import DefinitionError
from derive.expression.identifiers import word
from derive.forward import Domain
from derive.numbers.magnitudes import rational

_NAME = re.compile(r"[A-Za-z_]\w*")
_QUOTIENT = re.compile(r"[\w*]+/\(?[\w*]+\)?")


@dataclass(frozen=True)
class LayerDefinition:
    """A layer by its forward equations, from the input ``z`` to the output ``y``.

    Attributes:
        equations: the rows, in the language of ``derive.building.equations``; the last one defines ``y``.
        axes: names for the dimensions of the input, which the equations may use as sizes.
        source: the name of the input in the equations.
        outputs: the names of the rows that the layer hands on; the first is what a network's next layer reads.
        states: for each further input that is an output of the step before, as ``h_prev`` is, that output.
        over_batch: whether the equations range over the samples of a batch: the first axis is then the batch.
        sizes: further sizes by name, such as the number of outputs.
        derived: sizes that follow from others, by their formula: ``H_out`` of a convolution.
        shapes: the shapes of parameters and of further inputs, and of rows whose index ranges the text
            leaves open; each dimension is an expression in the names of ``axes``, ``sizes`` and ``derived``.
        parameters: the names among ``shapes`` that are learnt, in the order of PyTorch's layer, with the
            prefix that a network gives them (``weight`` becomes ``W1``).
        weights: the parameters that map inputs to outputs, each with the order of its axes where those of inputs stand
            before those of outputs: ``(1, 0)`` for a matrix of the shape (outputs, inputs).
        channels: whether the first axis of a sample is that of channels, with space behind it, which come last by the
            convention of that name.
        inputs: the names among ``shapes`` that are given beside the input, for each sample its own: a mask.
        buffers: the names among ``shapes`` that are given and shared by all samples, but not learnt: running means.
        values: the names of rows that answers may use, such as the mean of a batch; the others are internal.
        constants: hyper-parameters that are real numbers, by name.
        domains: what values the tensors hold, where it is not any real number.
        call: how the layer is written when applied to an argument, ``softmax``.
        elements: the number of elements that goes in and that comes out, where these must be the same.
    """

    name: str
    equations: str
    axes: tuple[str, ...]
    sizes: Mapping[str, Expr] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    buffers: tuple[str, ...] = ()
    source: str = "z"
    outputs: tuple[str, ...] = ("y",)
    states: Mapping[str, str] = field(default_factory=dict)
    over_batch: bool = False
    values: tuple[str, ...] = ()
    constants: Mapping[str, Expr] = field(default_factory=dict)
    domains: Mapping[str, Domain] = field(default_factory=dict)
    call: str = ""
    elements: tuple[str, str] | None = None
    weights: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    channels: bool = False

    @property
    def lengths(self) -> tuple[str, ...]:
        """The further sizes that are lengths of axes, or how many parts an axis has: groups and heads.

        Sizes from which others follow in another way than by such a division are none: kernels, strides, paddings.
        """
        axes = {name for shape in self.shapes.values() for text in shape for name in _NAME.findall(text)}
        divided = [formula for formula in self.derived.values() if _QUOTIENT.fullmatch(formula)]
        others = [formula for formula in self.derived.values() if formula not in divided]
        axes |= {name for formula in divided for name in _NAME.findall(formula)}
        followed = {name for formula in others for name in _NAME.findall(formula)}
        return tuple(name for name in self.sizes if name in axes - followed)

    def __post_init__(self) -> None:
        """Every name must be a word, and every constant and further size a number or an expression.

        Raises:
            DefinitionError: one is not.
        """
        for key, what in (("sizes", "size"), ("constants", "constant")):
            values = getattr(self, key)
            read = {name: _read(value, f"{self.name}: the {what} {name}") for name, value in values.items()}
            broken = next((name for name in read if what == "size" and read[name].is_integer is False), None)
            if broken is not None:
                raise DefinitionError(f"{self.name}: the size {broken} is {values[broken]}; expected a whole number")
            object.__setattr__(self, key, read)
        word(self.name, "a layer")
        if self.call:
            word(self.call, "a function")
        for names, what in (
            ((*self.axes, *self.sizes, *self.derived), "a size"),
            ((self.source, *self.outputs, *self.shapes, *self.parameters, *self.inputs, *self.buffers), "a tensor"),
            ((*self.states, *self.states.values(), *self.values, *self.domains), "a tensor"),
            (self.constants, "a constant"),
        ):
            for name in names:
                word(name, what)


def _read(value: object, what: str) -> Expr:
    """A number, which may be given as text too, or an expression, as an expression.

    Raises:
        DefinitionError: it is neither.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, int | float | Fraction | str) and not isinstance(value, bool):
        with suppress(ValueError, ZeroDivisionError, OverflowError):
            return rational(str(value))
    raise DefinitionError(f"{what} is {value!r}; expected a number such as 3, 0.5 or '1/3', or an expression of SymPy")


@dataclass(frozen=True)
class Activation:
    """An activation that acts on each element, by its formula in ``z``.

    ``constants`` are its hyper-parameters with their default values; ``call`` is how it is written; ``about`` is a
    sentence for lists and catalogues.
    """

    name: str
    formula: str
    call: str
    constants: Mapping[str, str] = field(default_factory=dict)
    learnt: tuple[str, ...] = ()
    domain: Domain = "real"
    about: str = ""

    def __post_init__(self) -> None:
        """Every name must be a word.

        Raises:
            DefinitionError: one is not.
        """
        word(self.name, "an activation")
        if self.call:
            word(self.call, "a function")
        for name in (*self.constants, *self.learnt):
            word(name, "a constant")


@dataclass(frozen=True)
class LossDefinition:
    """A loss of one sample by its equations from ``y_hat`` and the target ``y`` to the last row, its value ``l``.

    ``source`` and ``target_name`` are what the equations call the prediction and the target, ``axes`` the names of the
    dimensions of the prediction. ``functions`` are scalar functions in ``z`` that the equations apply; ``constants``
    hyper-parameters with their default values. ``class_equations`` take a class number for the target where the loss
    admits one; ``target`` is what it holds, None where there is none. ``inputs`` are given beside for each sample, or
    are values of the network of that name, ``buffers`` are given for all samples; ``shapes`` are theirs, and those of
    rows that the text leaves open, in the names of ``axes``. ``values`` are rows that answers may use. A loss that
    turns scores into probabilities ``p`` itself names the layer that does so and how it is ``call``ed. ``about`` is a
    sentence for lists and catalogues.
    """

    name: str
    equations: str
    target: Domain | None = "real"
    prediction: Domain = "real"
    class_equations: str = ""
    functions: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    buffers: tuple[str, ...] = ()
    shapes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: tuple[str, ...] = ("p",)
    domains: Mapping[str, Domain] = field(default_factory=dict)
    layer: str = ""
    call: str = ""
    about: str = ""
    source: str = "y_hat"
    target_name: str = "y"
    axes: tuple[str, ...] = ("K",)

    def __post_init__(self) -> None:
        """Every name must be a word.

        Raises:
            DefinitionError: one is not.
        """
        word(self.name, "a loss")
        for names, what in (
            (self.axes, "a size"),
            ((self.source, self.target_name, *self.inputs, *self.buffers, *self.shapes, *self.values), "a tensor"),
            (self.functions, "a function"),
            (self.constants, "a constant"),
        ):
            for name in names:
                word(name, what)
        read = {
            name: value if isinstance(value, str) else str(_read(value, f"{self.name}: the constant {name}"))
            for name, value in self.constants.items()
        }
        object.__setattr__(self, "constants", read)


@dataclass(frozen=True)
class Penalty:
    """What is added to a loss for the size of a tensor: a formula in ``z``, summed over all its elements."""

    name: str
    formula: str
    about: str
