"""Layers put into a network: local names become global ones, and a batch adds an axis to every activation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat

import sympy
from sympy import Expr, Indexed, Symbol

from derive.building.arranged import (
    arranged_row,
    arranged_tensor,
    channel_order,
    in_order,
    inverse,
    weight_orders,
)
from derive.building.beside import check_beside, further_sizes
from derive.building.equations import Equation, parse_equations
from derive.building.lifted import Lift, lifted
from derive.building.reader import Vocabulary, parse_formula
from derive.conventions import USUAL, Conventions
from derive.errors import DefinitionError, NetworkError, nearest
from derive.expression import symbols, walks
from derive.expression.matrices import MatrixFunction, taken_apart
from derive.forward import Role, Row, Tensor
from derive.layers import CALLED, LayerDefinition
from derive.layers.checked import misfits

BATCH = symbols.index("b")


@dataclass(frozen=True)
class Instance:
    """A layer in its place: what must be given beside its input, the rows it adds, and the sizes that follow."""

    given: tuple[Tensor, ...]
    rows: tuple[Row, ...]
    output: Tensor
    sizes: tuple[tuple[Symbol, Expr], ...] = ()


@dataclass(frozen=True)
class Names:
    """How the local names of a layer become those of the network that it stands in.

    In a network parameters get the layer's number behind their prefix (``W1``), or are ``called`` as it says, and all
    else the output's name behind its own (``mu_z2``), unless it is among the ``kept``; a layer alone keeps the names of
    its definition.
    ``beside`` are the tensors that are read as further inputs.
    """

    source: str = "z"
    output: str = "y"
    number: int | None = None
    beside: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()
    called: Mapping[str, str] = field(default_factory=dict)

    def of(self, definition: LayerDefinition, name: str) -> str:
        """The global name of a local one."""
        if name in (definition.source, definition.outputs[0]):
            return self.source if name == definition.source else self.output
        if name in definition.inputs[: len(self.beside)]:
            return self.beside[definition.inputs.index(name)]
        if name in self.called:
            return self.called[name]
        tensor, ending = taken_apart(name)
        if tensor and name not in definition.shapes:
            return f"{self.of(definition, tensor)}{ending}"
        prefix = definition.parameters.get(name)
        if self.number is None or (prefix is None and name in self.kept):
            return name
        return f"{name}_{self.output}" if prefix is None else f"{prefix}{self.number}"


def place(
    definition: LayerDefinition,
    source: Tensor,
    names: Names,
    batch: Expr | None,
    beside: Sequence[Tensor] = (),
    functions: Iterable[str] = CALLED,
    known: Sequence[tuple[Symbol, Expr]] = (),
    conventions: Conventions = USUAL,
) -> Instance:
    """The rows of ``definition`` reading ``source``, under the names that it has in its place.

    ``beside`` are the further inputs, in the order of the definition; what it is not given must be given with
    the network. ``functions`` are those that the equations may apply beside the elementary ones. A size that follows
    by the formula of one that is ``known`` is that one. Channels and weights stand as the ``conventions`` say.

    Raises:
        NetworkError: an input has another number of axes or another size than the layer takes, or there is no batch.
        DefinitionError: the definition does not hold together.
    """
    if definition.over_batch and batch is None:
        raise NetworkError(f"{definition.name} acts on a whole batch: give its size, such as batch='B'")
    per_sample = None if definition.over_batch else batch
    samples = 0 if batch is None else 1
    order = channel_order(definition, conventions, len(source.shape), samples)
    _check_rank(definition, source, per_sample, conventions)
    source = arranged_tensor(source, None if order is None else inverse(order))
    incoming = source.shape if per_sample is None else source.shape[1:]
    _check_names(definition)
    sizes = {**dict(zip(definition.axes, incoming, strict=True)), **definition.sizes}
    sizes |= further_sizes(definition, sizes, beside, per_sample)
    derived = _derived_sizes(definition, sizes, names, known)
    _check_elements(definition, sizes, source, (*known, *derived))
    _name_sizes(definition, sizes)
    shapes = {
        name: tuple(parse_formula(text, constants=sizes) for text in shape) for name, shape in definition.shapes.items()
    }
    given = tuple(_given(definition, shapes, names, per_sample))
    check_beside(definition, shapes, beside, per_sample)
    given = tuple(tensor for tensor in given if tensor.name not in names.beside)
    shapes[definition.source] = incoming
    equations = parse_equations(
        definition.equations, Vocabulary(shapes, sizes, definition.constants, frozenset(functions))
    )
    _check_defined(definition, equations)
    rows = _rows(definition, equations, shapes, names, per_sample)
    orders = {row.name: channel_order(definition, conventions, len(row.indices), samples) for row in rows}
    orders |= {names.of(definition, name): order for name, order in weight_orders(definition, conventions)}
    orders[source.name] = order
    moved = {name: order for name, order in orders.items() if order is not None}
    if moved:
        given = tuple(arranged_tensor(tensor, moved.get(tensor.name)) for tensor in given)
        rows = tuple(arranged_row(row, moved) for row in rows)
    output = next(row.tensor for row in rows if row.name == names.output)
    return Instance(given, rows, output, derived)


def _check_rank(definition: LayerDefinition, source: Tensor, batch: Expr | None, conventions: Conventions) -> None:
    """Complain of an input that has another number of axes than the layer takes."""
    incoming = source.shape if batch is None else source.shape[1:]
    count = len(definition.axes)
    if len(incoming) != count:
        samples = 1 if definition.over_batch else 0
        order = channel_order(definition, conventions, count, samples)
        axes = ", ".join(in_order(definition.axes, order))
        way = ""
        if definition.channels and len(incoming) == count - 1:
            way = f"; with one channel it is ({', '.join(map(str, in_order((1, *incoming), order)))})"
        elif count == 1 and len(incoming) > 1:
            way = "; Flatten makes a vector of it"
        raise NetworkError(
            f"{definition.name} takes an input with {count} axes ({axes}), "
            f"but {source.name} has shape ({', '.join(map(str, incoming))}){way}"
        )


def _check_names(definition: LayerDefinition) -> None:
    given = {
        "parameters": tuple(definition.parameters),
        "inputs": definition.inputs,
        "buffers": definition.buffers,
    }
    declared = (*definition.axes, *definition.sizes, *definition.derived)
    for misfit in misfits(definition.shapes, given, declared, definition.inputs):
        raise DefinitionError(f"{definition.name}, {misfit.place[0]}: {misfit.message}")


def _check_defined(definition: LayerDefinition, equations: Sequence[Equation]) -> None:
    """See that rows read what is given or defined before them, and define what the layer hands on.

    Raises:
        DefinitionError: one does not.
    """
    given = (definition.source, *definition.parameters, *definition.inputs, *definition.buffers)
    known = dict.fromkeys(given)
    for equation in equations:
        for access in symbols.accesses(equation.expression):
            name = symbols.name_of(access)
            if name not in known and name in definition.shapes:
                raise DefinitionError(
                    f"{definition.name}: {name} is read in the equation of {equation.name}, and nothing gives it: "
                    f"list it among parameters, inputs or buffers, or define it before ({nearest(name, known)})"
                )
        known[equation.name] = None
    made = {equation.name for equation in equations}
    for kind, names in (("output", definition.outputs), ("state", definition.states.values())):
        for name in names:
            if name not in made:
                raise DefinitionError(
                    f"{definition.name}: no equation defines the {kind} {name}; {nearest(name, sorted(made))}"
                )


def _name_sizes(definition: LayerDefinition, sizes: dict[str, Expr]) -> None:
    """Add a symbol for each dimension of a further input that nothing else names."""
    for name in definition.inputs:
        for text in definition.shapes[name]:
            if text.isidentifier():
                sizes.setdefault(text, symbols.size(text))


def _given(
    definition: LayerDefinition, shapes: Mapping[str, tuple[Expr, ...]], names: Names, batch: Expr | None
) -> Iterator[Tensor]:
    """What must be given beside the input; further inputs have a batch axis where there is one."""
    kinds: tuple[tuple[Role, Iterable[str]], ...] = (
        ("parameter", definition.parameters),
        ("buffer", definition.buffers),
        ("input", definition.inputs),
    )
    for role, members in kinds:
        for name in members:
            shape = shapes[name] if role != "input" or batch is None else (batch, *shapes[name])
            yield Tensor(names.of(definition, name), shape, role, definition.domains.get(name, "real"))


def _check_elements(
    definition: LayerDefinition, sizes: Mapping[str, Expr], source: Tensor, known: Sequence[tuple[Symbol, Expr]]
) -> None:
    """See to it that a layer which only rearranges gives as many elements as it takes.

    Raises:
        NetworkError: it does not; with letters that stand for numbers, it does not for all of them.
    """
    if definition.elements is None:
        return
    taken, given = (_written_out(parse_formula(text, constants=sizes), known) for text in definition.elements)
    difference = sympy.expand(taken - given)
    if difference != 0 and (
        difference.is_number or any(symbols.number_of(symbol) is not None for symbol in difference.free_symbols)
    ):
        shape = ", ".join(map(str, source.shape))
        raise NetworkError(
            f"{definition.name} would make {given} elements of the {taken} that {source.name} of shape ({shape}) has"
        )


def _written_out(formula: Expr, known: Sequence[tuple[Symbol, Expr]]) -> Expr:
    """A formula without the sizes that follow from others."""
    for symbol, value in reversed(known):
        formula = formula.xreplace({symbol: value})
    return formula


def _derived_sizes(
    definition: LayerDefinition, sizes: dict[str, Expr], names: Names, known: Sequence[tuple[Symbol, Expr]]
) -> tuple[tuple[Symbol, Expr], ...]:
    """Add the sizes that follow to ``sizes``: numbers where they can be computed, else symbols with formulas."""
    found = []
    by_formula = {formula: symbol for symbol, formula in known}
    for name, text in definition.derived.items():
        formula = parse_formula(text, constants=sizes)
        if formula.is_Integer:
            if formula < 1:
                raise NetworkError(f"{definition.name} has no output: {name} = {text} is {formula}")
            sizes[name] = formula
        elif formula.is_number:
            raise NetworkError(f"{definition.name} does not fit: {name} = {text} is {formula}, not an integer")
        elif isinstance(formula, Symbol):
            sizes[name] = formula
        elif formula in by_formula:
            sizes[name] = by_formula[formula]
        else:
            symbol = symbols.size(names.of(definition, name) if names.number is not None else name)
            sizes[name] = by_formula[formula] = symbol
            found.append((symbol, formula))
    return tuple(found)


def _rows(
    definition: LayerDefinition,
    equations: tuple[Equation, ...],
    shapes: Mapping[str, tuple[Expr, ...]],
    names: Names,
    batch: Expr | None,
) -> tuple[Row, ...]:
    local = {
        name: names.of(definition, name)
        for name in (*shapes, *definition.outputs, *(equation.name for equation in equations))
    }
    rows = []
    taken = () if definition.over_batch else (BATCH,)
    for equation in map(relettered, equations, repeat(shapes), repeat(taken)):
        visible = (*definition.outputs, *definition.values, *definition.states.values())
        named = equation.name in visible or "_star" in equation.name or isinstance(equation.expression, MatrixFunction)
        role: Role = "value" if named else "hidden"
        domain = definition.domains.get(equation.name, equation.domain)
        tensor = Tensor(local[equation.name], equation.shape, role, domain)
        rows.append(Row(tensor, equation.indices, renamed(equation.expression, local)))
    if batch is not None:
        fixed = {local[name] for name in (*definition.parameters, *definition.buffers)}
        shared = {row.name for row in rows if _is_shared(row, fixed)}
        own = {names.source, *(local[name] for name in definition.inputs), *(row.name for row in rows)} - shared
        rows = [row if row.name in shared else batched(row, own, batch) for row in rows]
    return tuple(rows)


def _is_shared(row: Row, fixed: set[str]) -> bool:
    """Whether a row holds a determinant or an inverse of what is ``fixed``, the same for all samples."""
    return isinstance(row.expression, MatrixFunction) and row.expression.name in fixed


def relettered(
    equation: Equation, shapes: Mapping[str, tuple[Expr, ...]], reserved: tuple[Symbol, ...] = ()
) -> Equation:
    """The equation with other letters for indices that are called as a size is: the sum over k of a kernel k.

    ``reserved`` letters are taken too: that of samples, where the equations are those of one sample.
    """
    dimensions = {dimension for shape in shapes.values() for dimension in shape}
    sizes = {size.name for size in symbols.sizes_in([equation.expression, *dimensions])} | {
        letter.name for letter in reserved
    }
    integers = {symbol for symbol in equation.expression.atoms(Symbol) | set(equation.indices) if symbol.is_integer}
    letters = {symbol for symbol in integers if not symbol.is_positive}
    clash = sorted((letter for letter in letters if letter.name in sizes), key=str)
    if not clash:
        return equation
    taken = sizes | {letter.name for letter in letters}
    renaming = dict(zip(clash, symbols.fresh_indices(len(clash), taken), strict=True))
    indices = tuple(renaming.get(letter, letter) for letter in equation.indices)
    return replace(equation, indices=indices, expression=equation.expression.xreplace(renaming))


def renamed(expression: Expr, names: Mapping[str, str]) -> Expr:
    """The expression with tensors renamed."""
    if isinstance(expression, Indexed):
        name = symbols.name_of(expression)
        return symbols.element(names.get(name, name), [renamed(subscript, names) for subscript in expression.indices])
    if isinstance(expression, Symbol):
        return (
            symbols.scalar(names[expression.name])
            if expression.name in names and not expression.is_integer
            else expression
        )
    result: Expr = walks.mapped(expression, lambda part: renamed(part, names))
    return result


def batched(row: Row, names: set[str], batch: Expr) -> Row:
    """The row for a batch: the tensors in ``names`` get a first axis, what samples share does not."""
    tensor = replace(row.tensor, shape=(batch, *row.tensor.shape))
    lift = Lift(((BATCH, batch),))
    return Row(tensor, (BATCH, *row.indices), lifted(row.expression, dict.fromkeys(names, lift)))
