"""The lines of ``mlp.py`` that follow from derivations."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from answers.code.activations import ActivationLines, written_activation
from answers.code.lines import DerivedLine, Naming, code_of, equation
from answers.code.templates.mlp.options import BATCH, NETWORK, MlpOptions
from derive.building.blueprint import Block
from derive.building.language import Argument, parse_stage
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.partials import partial_name
from derive.network import network
from derive.remembering import TRIALS
from numeric.source import Names, SourceError, tree
from numeric.source.plain import identifier

SIZE = symbols.size(BATCH)


@dataclass(frozen=True)
class LossLines:
    """A loss function: its value, its gradient, and over what it is averaged.

    ``sizes`` is the statement that reads the sizes that the lines need, if there are any. The ``definition``
    is the value without safeguards at the ends of its range.
    """

    name: str
    title: str
    value: DerivedLine
    slope: DerivedLine
    extent: str
    sizes: ast.stmt | None
    definition: ast.expr
    definition_sizes: ast.stmt | None


NAMING = Naming()
"""Gradients are called dJdW1, as in the homework."""


@lru_cache(maxsize=TRIALS)
def forward_lines(library: str) -> tuple[DerivedLine, ...]:
    """The forward pass of the network, a line for each layer."""
    model = network(NETWORK.format(f="f", g="g"), batch=BATCH)
    names = NAMING.of(model.forward, {name: f"activation(self.{name}_function, a)" for name in "fg"})
    values = [model.value(block.value) for block in model.blocks]
    return tuple(_line(tree.name(value.quantity.name), value, library, names) for value in values)


def _line(target: ast.expr, derivation: Derivation, library: str, names: Names) -> DerivedLine:
    return DerivedLine(target, code_of(derivation, library, names), equation(derivation, SIZE, NAMING))


@lru_cache(maxsize=TRIALS)
def backward_lines(library: str) -> tuple[DerivedLine, ...]:
    """The backward pass, from the gradient with respect to y_hat to those of the parameters."""
    # The pass begins at dJ/dy_hat: it is the same for every loss.
    model = network(NETWORK.format(f="f", g="g"), "MSE", batch=BATCH)
    own = Naming(places={partial_name("l", name): f'self.grads["dJd{name}"]' for name in model.parameters})
    names = own.of(model.forward)
    found = {derivation.quantity.name: derivation for derivation in model.backward()}
    lines: list[DerivedLine] = []
    for block in reversed(model.blocks[:-1]):
        if block.label in ("f", "g"):
            derivation = found[partial_name("l", block.reads)]
            lines.append(DerivedLine(own.gradient_of(block.reads), _through(block), equation(derivation, SIZE, NAMING)))
            continue
        number = block.label.removeprefix("Linear")
        for name in (f"W{number}", f"b{number}", block.reads):
            if name != "x":
                lines.append(_line(own.gradient_of(name), found[partial_name("l", name)], library, names))
    return tuple(lines)


def _through(block: Block) -> ast.expr:
    """The call that gives the gradient by what an activation reads."""
    function = tree.quoted(f"self.{block.label}_function")
    variables = tree.name(block.reads), tree.name(block.value)
    return tree.call("activation_backward", function, NAMING.gradient_of(block.value), *variables)


def activation_lines(options: MlpOptions) -> tuple[ActivationLines, ...]:
    """Each activation y of z, and the gradient with respect to z from that with respect to y."""
    return tuple(
        written_activation(name, layer, options.library, NAMING) for name, layer in options.activations.items()
    )


def modules(options: MlpOptions) -> tuple[str, str]:
    """PyTorch's modules of the example's activations; the layers are named as its classes are."""
    f, g, _ = options.example
    return _module(options.activations[f]), _module(options.activations[g])


def _module(layer: str) -> str:
    stage = parse_stage(layer)
    named = [f"{identifier(name)}={_constant_source(value)}" for name, value in stage.named]
    module = f"nn.{identifier(stage.name)}({', '.join([*map(_constant_source, stage.positional), *named])})"
    return f"lambda z: {_constant_source(stage.scale)} * {module}(z)" if stage.scale != 1 else module


def _constant_source(value: Argument) -> str:
    """A number as Python writes it.

    Raises:
        SourceError: it is none.
    """
    if isinstance(value, str | tuple) or not value.is_Rational:
        raise SourceError(f"{value} is no number that an activation of PyTorch takes")
    return str(value) if value.is_Integer else repr(float(value))


def loss_lines(options: MlpOptions) -> tuple[LossLines, ...]:
    """Each loss and its gradient with respect to the prediction."""
    return tuple(_loss(name, loss, options.library, options.reduction) for name, loss in options.losses.items())


@lru_cache(maxsize=TRIALS)
def _loss(name: str, loss: str, library: str, reduction: Literal["mean", "sum"]) -> LossLines:
    model = network("x:n -> Linear(K) -> y_hat", loss, batch=BATCH, reduction=reduction)
    names = NAMING.of(model.forward)
    # A probability of 0 or 1 has an infinite logarithm; PyTorch's loss keeps it at -100, and the divisor at 1e-12.
    guarded = replace(names, calls={"log": "safe_log(a)"}, divisor="safe_divisor(a)")
    value, slope = model.value("l"), model.partial("dl/dy_hat")
    value_line = _line(tree.name("loss"), value, library, guarded)
    slope_line = _line(NAMING.gradient_of("y_hat"), slope, library, guarded)
    definition = code_of(value, library, names)
    sizes = _sizes(value_line.value, slope_line.value)
    return LossLines(name, loss, value_line, slope_line, _extent(slope), sizes, definition, _sizes(definition))


def _sizes(*code: ast.expr) -> ast.stmt | None:
    """The statement that reads the sizes that stand in the code."""
    used = tree.names_in(*code)
    if used >= {BATCH, "K"}:
        return tree.statement(f"{BATCH}, K = y_hat.shape")
    if BATCH in used:
        return tree.statement(f"{BATCH} = len(y_hat)")
    return tree.statement("K = y_hat.shape[1]") if "K" in used else None


def _extent(slope: Derivation) -> str:
    """Over what a loss is summed or averaged, by the sizes that its gradient is divided by."""
    used = {symbol.name for symbol in slope.result.free_symbols}
    batch, outputs = ("averaged" if size in used else "summed" for size in (BATCH, "K"))
    if batch == outputs:
        return f"{batch} over the batch and the outputs"
    return f"{batch} over the batch and {outputs} over the outputs"
