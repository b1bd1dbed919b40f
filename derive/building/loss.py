"""One term of an objective: what of the network it reads, what it is given, its equations and its factors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

import sympy
from sympy import Expr

from derive.building.assemble import BATCH, renamed
from derive.building.equations import Equation, parse_equations
from derive.building.language import Stage
from derive.building.lifted import Lift, lifted, of_one_number, summed
from derive.building.reader import Vocabulary, parse_formula
from derive.building.terms import Asked, asked_of
from derive.errors import NetworkError
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.forward import Domain, Role, Row, Tensor
from derive.layers import Activation, LossDefinition, scalar_function
from derive.layers.ranges import require_in_range


@dataclass(frozen=True)
class Surroundings:
    """What a loss finds before it: tensors by name, what the network computes last, the batch.

    ``outputs`` are the values that nothing in the network reads, ``applied`` the functions that its rows apply, and
    ``made`` the rows of earlier terms. Where ``several`` outputs have a loss, a target that has no name is called as
    its output.
    """

    tensors: Mapping[str, Tensor]
    prediction: Tensor
    batch: Expr | None
    losses: Mapping[str, LossDefinition]
    functions: Mapping[str, Activation]
    outputs: frozenset[str] = frozenset()
    applied: Mapping[str, ScalarFunction] = field(default_factory=dict)
    made: Mapping[str, Row] = field(default_factory=dict)
    several: bool = False

    def lift_of(self, tensor: Tensor) -> Lift:
        """The axis of the batch, where a tensor has it."""
        shared = self.batch is None or tensor.role in ("parameter", "buffer")
        if shared or tensor.shape[:1] != (self.batch,):
            return Lift()
        return Lift(((BATCH, self.batch),))

    def sizes(self) -> dict[str, Expr]:
        """The sizes that the network names, by their letters."""
        shapes = [tensor.shape for tensor in self.tensors.values()]
        found = symbols.sizes_in(length for shape in shapes for length in shape)
        return {size.name: size for size in (found if self.batch is None else found | symbols.sizes_in([self.batch]))}

    def factor(self, scale: Expr) -> Expr:
        """The factors of a term: a letter that names a size of the network is that size, any other a real number.

        Raises:
            NetworkError: a letter names a tensor of the network that is no single number.
        """
        names, sizes = sorted(symbols.names_in(scale)), self.sizes()
        for name in names:
            tensor = self.tensors.get(name)
            if tensor is not None and tensor.shape:
                raise NetworkError(f"the factor {name} is a tensor of the network, with shape {shown(tensor.shape)}")
        return scale.xreplace({symbols.scalar(name): sizes[name] for name in names if name in sizes})


@dataclass(frozen=True)
class PlacedLoss:
    """What a term adds to a forward definition: given tensors, rows, functions that they apply, its value.

    The ``value`` is that of one sample where the term is ``per_sample``. ``reads`` is the prediction; ``layer`` the one
    that the loss brings with it, whose output is called ``made``.
    """

    value: Expr
    per_sample: bool
    reads: str
    given: tuple[Tensor, ...] = ()
    rows: tuple[Row, ...] = ()
    functions: tuple[ScalarFunction, ...] = ()
    layer: str = ""
    call: str = ""
    made: str = ""


def place_loss(stage: Stage, around: Surroundings) -> PlacedLoss:
    """A loss of the library or of a user in its place.

    ``MSE(mean)`` divides by the number of outputs, ``CrossEntropy(class)`` takes a class number, ``MSE(o, t)`` compares
    the value o with t. A loss of vectors is summed over the other axes of a prediction that has more than one.

    Raises:
        NetworkError: an argument does not exist, or the prediction does not have the axes that the loss takes.
    """
    definition = around.losses[stage.name]
    asked = asked_of(stage, definition, around.tensors)
    prediction = around.tensors[asked.prediction or around.prediction.name]
    by_class = "class" in asked.options
    text = definition.class_equations if by_class else definition.equations
    per_sample = around.lift_of(prediction)
    lengths, lift = _axes(definition, prediction, per_sample, asked.axis)
    shapes = _shapes(definition, lengths)
    axes = tuple(lengths[name] for name in definition.axes)
    target = () if by_class else axes
    if definition.target is not None:
        shapes[definition.target_name] = target
    shapes[definition.source] = axes
    values = {name: parse_formula(value) for name, value in asked.constants}
    for name, value in values.items():
        require_in_range(definition.name, name, value)
    known = frozenset((*around.functions, *definition.functions))
    equations = parse_equations(text, Vocabulary(shapes, {**around.sizes(), **lengths}, values, known))
    _check_defined(definition, equations)
    if not prediction.shape[len(per_sample.axes) :] and definition.axes:
        equations = tuple(map(of_one_number, equations))
        shapes = {name: () if set(shape) == {sympy.S.One} else shape for name, shape in shapes.items()}
    given, names, lifts = _given(definition, asked, around, prediction, shapes, lift)
    names[definition.source], lifts[prediction.name] = prediction.name, lift
    rows, value = _rows(definition, equations, names, lifts, lift, around, prediction)
    divisor = sympy.Mul(*prediction.shape[len(per_sample.axes) :]) if "mean" in asked.options else sympy.S.One
    positions = tuple(axis for axis in lift.axes if axis[0] != BATCH)
    functions = tuple(scalar_function(name, formula, asked.constants) for name, formula in definition.functions.items())
    return PlacedLoss(
        around.factor(stage.scale) / divisor * summed(value, positions),
        BATCH in {letter for letter, _ in lift.axes},
        prediction.name,
        tuple(given),
        tuple(rows),
        functions,
        definition.layer,
        definition.call,
        names.get("p", "p"),
    )


def shown(shape: Iterable[Expr]) -> str:
    """A shape as messages write it."""
    return f"({', '.join(map(str, shape))})"


def _axes(
    definition: LossDefinition, prediction: Tensor, per_sample: Lift, axis: int | None
) -> tuple[dict[str, Expr], Lift]:
    """The lengths of the axes that a loss reads, by name, and the other ones of the prediction around them.

    Raises:
        NetworkError: the prediction has too few axes, or not the one that is asked for.
    """
    shape = prediction.shape[len(per_sample.axes) :]
    number = len(definition.axes)
    if not shape and number == 1:
        return {definition.axes[0]: sympy.S.One}, per_sample
    if len(shape) < number:
        axes = f"{number} axes ({', '.join(definition.axes)})"
        raise NetworkError(f"{definition.name} takes {axes}, but {prediction.name} has shape {shown(prediction.shape)}")
    place = len(shape) - number
    if axis is not None:
        if number != 1 or not -len(shape) <= axis < len(shape):
            chosen = f"axis is one of 0 to {len(shape) - 1}, as {prediction.name} has shape {shown(shape)}; not {axis}"
            fixed = f"it takes the last {number} axes, so that there is no axis to choose"
            raise NetworkError(f"{definition.name}: {chosen if number == 1 else fixed}")
        place = axis % len(shape)
    taken = {BATCH.name, *definition.axes, *(size.name for size in symbols.sizes_in(shape))}
    letters = symbols.fresh_indices(len(shape) - number, taken | set("ijkm"))
    before = tuple(zip(letters[:place], shape[:place], strict=True))
    behind = tuple(zip(letters[place:], shape[place + number :], strict=True))
    own = shape[place : place + number]
    lengths = dict(zip(definition.axes, own, strict=True))
    if tuple(lengths[name] for name in definition.axes) != own:
        axes = f"the axes {', '.join(definition.axes)}, of which equal ones are as long"
        raise NetworkError(f"{definition.name} takes {axes}; {prediction.name} has shape {shown(prediction.shape)}")
    return lengths, Lift((*per_sample.before, *before), behind)


def _shapes(definition: LossDefinition, lengths: Mapping[str, Expr]) -> dict[str, tuple[Expr, ...]]:
    """The declared shapes in the lengths of the prediction's axes; what else they name is a size of its own."""
    named = {text: symbols.dimension(text) for shape in definition.shapes.values() for text in shape if text.isalnum()}
    constants = {**named, **lengths}
    return {
        name: tuple(parse_formula(text, constants=constants) for text in shape)
        for name, shape in definition.shapes.items()
    }


def _given(
    definition: LossDefinition,
    asked: Asked,
    around: Surroundings,
    prediction: Tensor,
    shapes: Mapping[str, tuple[Expr, ...]],
    lift: Lift,
) -> tuple[list[Tensor], dict[str, str], dict[str, Lift]]:
    """What the loss is given, how what it reads is called in the network, and the axes around each of these.

    Raises:
        NetworkError: a value of the network stands for what has another shape.
    """
    wanted: list[tuple[str, str, Role, Domain]] = []
    if definition.target is not None:
        domain: Domain = "class" if "class" in asked.options else definition.target
        own_name = f"{definition.target_name}_{prediction.name}" if around.several else definition.target_name
        wanted.append((definition.target_name, asked.target or own_name, "target", domain))
    wanted += [(n, asked.inputs.get(n, n), "target", definition.domains.get(n, "real")) for n in definition.inputs]
    wanted += [(n, n, "buffer", definition.domains.get(n, "real")) for n in definition.buffers]
    given: list[Tensor] = []
    names: dict[str, str] = {}
    lifts: dict[str, Lift] = {}
    for local, name, role, domain in wanted:
        own = Lift() if role == "buffer" else lift
        full = own.shape(shapes[local])
        known = around.tensors.get(name)
        if known is None:
            given.append(Tensor(name, full, role, domain, -1 - len(own.behind)))
        elif known.shape != full:
            own = around.lift_of(known)
            if known.shape != own.shape(shapes[local]):
                raise NetworkError(
                    f"{definition.name} compares with {name} of shape {shown(known.shape)}, "
                    f"expected shape {shown(full)}"
                )
        names[local], lifts[name] = name, own
    return given, names, lifts


def _check_defined(definition: LossDefinition, equations: tuple[Equation, ...]) -> None:
    """See that the equations end in one number, and read nothing of a shape that nobody gives.

    Raises:
        NetworkError: they do not.
    """
    known = {definition.source, definition.target_name, *definition.inputs, *definition.buffers}
    for equation in equations:
        for access in symbols.accesses(equation.expression):
            name = symbols.name_of(access)
            if name in definition.shapes and name not in known:
                raise NetworkError(
                    f"{definition.name}: {name} is read in the equation of {equation.name}, and nothing gives it: list "
                    "it among inputs or buffers, or define it before"
                )
        known.add(equation.name)
    if equations[-1].indices:
        last = equations[-1].name
        raise NetworkError(f"{definition.name} ends in {last}[...]; the last row of a loss is one number, {last} = ...")


def _rows(
    definition: LossDefinition,
    equations: tuple[Equation, ...],
    names: dict[str, str],
    lifts: dict[str, Lift],
    lift: Lift,
    around: Surroundings,
    prediction: Tensor,
) -> tuple[list[Row], Expr]:
    """The rows before the last one under the names that they have in the network, and the right side of the last.

    Internal ones get the loss's mark, as layers before it may have the same. What an earlier term computes is used.
    """
    *inner, last = equations
    rows: list[Row] = []
    for equation in inner:
        seen = equation.name in definition.values
        role: Role = "value" if seen else "hidden"
        domain: Domain = "simplex" if equation.name == "p" and definition.layer == "Softmax" else "real"
        letters = tuple(letter for letter in lift.subscripts(equation.indices) if isinstance(letter, sympy.Symbol))
        expression = lifted(renamed(equation.expression, names), lifts)
        for name in _free_names(equation.name if seen else f"{equation.name}_p", prediction):
            tensor = Tensor(name, lift.shape(equation.shape), role, domain, -1 - len(lift.behind))
            row = Row(tensor, letters, expression)
            if around.made.get(name, row) == row:
                break
        names[equation.name], lifts[row.name] = row.name, lift
        rows += [] if row.name in around.made else [row]
    return rows, lifted(renamed(last.expression, names), lifts)


def _free_names(name: str, prediction: Tensor) -> Iterator[str]:
    """What a row may be called: its name, with that of the prediction behind it where another term has such a row."""
    yield name
    yield f"{name}_{prediction.name}"
    yield from (f"{name}_{prediction.name}_{number}" for number in count(2))
