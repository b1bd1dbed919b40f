"""From a description in the little language to a forward definition with its blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sympy import Expr, Function, Symbol

from derive.building.applied import applied_functions, called
from derive.building.arranged import arranged_row, arranged_tensor, sample_orders
from derive.building.assemble import BATCH, Names, place
from derive.building.blueprint import Block, Blueprint, Meeting
from derive.building.defined import defined, lengthened, sized
from derive.building.foreign import layer_elsewhere, loss_elsewhere
from derive.building.joins import hadamard_row, joined_row, total_row
from derive.building.language import Chain, Description, Source, Stage
from derive.building.letters import Lettering
from derive.building.lifted import with_letters
from derive.building.loss import Surroundings, shown
from derive.building.named import SHORT, Shared, named_parameters
from derive.building.objective import place_objective
from derive.building.order import check_order
from derive.building.reader import parse_formula
from derive.conventions import USUAL, Conventions
from derive.errors import NEAR, NetworkError, likeness, nearest
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.forward import Forward, Reduction, Row, Tensor
from derive.layers import ACTIVATION, LAYERS, LOSS, Activation, named_functions, parameter_names, scalar_function
from derive.layers.definition import LayerDefinition, LossDefinition
from derive.layers.dense import TIED
from derive.layers.ranges import require_in_range
from derive.render.names import require_distinct

APART = "a loss stands apart from the layers, as --loss or loss="

RESERVED = frozenset(("l", "p", "y", "y_hat"))
"""What a loss brings with it, and what the output is called."""

UNNAMED = {"Dropout": "drop"}
"""What stands below the letter of a layer's hyper-parameter where a value of the network is called by that letter."""

MISSPELT = 0.85
"""From which likeness on a word in small letters is a layer misspelt, and not the name of a value."""


@dataclass
class Builder:
    """Collects tensors and rows while the stages of a network are read in order.

    Numbers that are lengths of axes are noted in ``lengths``; the ``lettering`` says what stands for them.
    """

    batch: Expr | None
    extra: Mapping[str, LayerDefinition | Activation] = field(default_factory=dict)
    lettering: Lettering = field(default_factory=Lettering)
    losses: Mapping[str, LossDefinition] = field(default_factory=lambda: LOSS)
    lengths: list[int] = field(default_factory=list)
    given: list[Tensor] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    functions: dict[str, ScalarFunction] = field(default_factory=dict)
    sizes: list[tuple[Symbol, Expr]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    values: dict[str, Tensor] = field(default_factory=dict)
    shared: dict[str, Shared] = field(default_factory=dict)
    beside: tuple[Tensor, ...] = ()
    unnamed: set[tuple[str, str]] = field(default_factory=set)
    referred: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()
    learnt: int = 0
    counted: int = 0
    alone: bool = False
    reduction: Reduction = "mean"
    conventions: Conventions = USUAL

    def build(self, description: Description, loss: Sequence[Stage]) -> Blueprint:
        """The blueprint of the network, with the loss behind it if there is one.

        Raises:
            NetworkError: a layer does not exist or does not fit, or two tensors would have one name.
        """
        self._require_parameters(name for name, _ in self.conventions.names)
        current = None
        self.referred = frozenset(name for chain in description for name in chain.source.names)
        stages = [stage for chain in description for stage in chain.stages]
        self.said = self.referred | {name for stage in stages for name in (stage.name, *stage.names)} | RESERVED
        for position, chain in enumerate(description):
            current = self._chain(chain, last=position == len(description) - 1)
        if current is None:
            raise NetworkError("the network has no chain")
        if loss:
            self._add_objective(loss, current)
        return self.blueprint()

    def _require_parameters(self, names: Iterable[str]) -> None:
        """Complain of a name in the conventions that no parameter has, of the library or of a user's own layer."""
        own = (kind.parameters for kind in self.extra.values() if isinstance(kind, LayerDefinition))
        known = parameter_names().union(*own)
        unknown = next((name for name in names if name not in known), None)
        if unknown is not None:
            raise NetworkError(f"the convention names: no parameter is called {unknown}; {nearest(unknown, known)}")

    def blueprint(self) -> Blueprint:
        """What was collected, the functions that results may be written in added."""
        for function in named_functions():
            self.functions.setdefault(function.name, function)
        self.functions = applied_functions((row.expression for row in self.rows), self.functions, self._called())
        ordered = tuple(sorted(self.given, key=lambda tensor: tensor.role == "parameter"))
        functions, sizes = tuple(self.functions.values()), tuple(self.sizes)
        ordered, rows = self._by_samples(ordered)
        forward = Forward(ordered, rows, functions, sizes, reduction=self.reduction)
        forward = self._with_free_letters(forward)
        names = [tensor.name for tensor in ordered] + [row.name for row in self.rows]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise NetworkError(f"two tensors would be called {twice[0]}; give one of them another name")
        self._require_letters(forward)
        require_distinct([tensor.name for tensor in forward.tensors.values() if tensor.role != "hidden"])
        require_distinct(
            {size.name: None for tensor in ordered for size in sorted(symbols.sizes_in(tensor.shape), key=str)}
        )
        return Blueprint(forward, tuple(self.blocks))

    def _by_samples(self, given: tuple[Tensor, ...]) -> tuple[tuple[Tensor, ...], tuple[Row, ...]]:
        """The given tensors and the rows with the axis of samples where the conventions have it."""
        rows = tuple(self.rows)
        if self.batch is None or self.conventions.samples == "rows":
            return given, rows
        batched = [t.name for t in given if t.role in ("input", "target") and t.shape[:1] == (self.batch,)]
        orders = sample_orders(given, rows, batched)
        return (
            tuple(arranged_tensor(tensor, orders.get(tensor.name)) for tensor in given),
            tuple(arranged_row(row, orders) for row in rows),
        )

    def _with_free_letters(self, forward: Forward) -> Forward:
        """With other letters for hyper-parameters that nobody has named, where a tensor is called so: p and p_drop."""
        renamed = {
            letter: symbols.scalar(f"{letter}_{word}")
            for letter, word in self.unnamed
            if letter in forward.tensors and forward.tensors[letter].shape
        }
        if not renamed:
            return forward
        rows = tuple(replace(row, expression=with_letters(row.expression, renamed)) for row in forward.rows)
        return replace(forward, rows=rows)

    def _require_letters(self, forward: Forward) -> None:
        """Complain of a hyper-parameter that a user has called as a tensor is."""
        for row in forward.rows:
            for letter in symbols.accesses(row.expression):
                named = forward.tensors.get(symbols.name_of(letter)) if isinstance(letter, Symbol) else None
                if named is not None and named.shape:
                    raise NetworkError(
                        f"{letter.name} is a hyper-parameter and a value of this network; give the layer a number or "
                        "another letter, such as Dropout(q)"
                    )

    def _add_objective(self, terms: Sequence[Stage], prediction: Tensor) -> None:
        tensors = {tensor.name: tensor for tensor in (*self.given, *(row.tensor for row in self.rows))}
        within = {symbols.name_of(one) for row in self.rows for one in symbols.accesses(row.expression)}
        outputs = frozenset({row.name for row in self.rows} - within)
        around = Surroundings(tensors, prediction, self.batch, self.losses, self._called(), outputs, self.functions)
        placed = place_objective(terms, around, self.reduction)
        self.given += placed.given
        self.rows += placed.rows
        self.functions.update({function.name: function for function in placed.functions})
        for term in placed.terms:
            if term.layer:
                self.blocks.append(Block(term.layer, term.reads, term.made, term.call, of_loss=True))
        aimed = next((term for term in placed.terms if any(one.role == "target" for one in term.given)), None)
        read = prediction.name if aimed is None else aimed.made if aimed.layer else aimed.reads
        self.blocks.append(Block("Loss", read, "l", of_loss=True))

    def _chain(self, chain: Chain, *, last: bool) -> Tensor:
        """The value at the end of a chain, under the name that the chain gives it or a number."""
        stages, name = self._named(chain, last)
        current = self._source(chain.source, name if not stages else "")
        if chain.stages and not stages and current.name != name:
            current = self.add(Stage("Identity"), current, name)
        for position, stage in enumerate(stages):
            end = position == len(stages) - 1
            output = name if end and name else self._next_value()
            current = self.add(stage, current, output, self.beside if position == 0 else ())
        self.values[current.name] = current
        return current

    def _named(self, chain: Chain, last: bool) -> tuple[tuple[Stage, ...], str]:
        """The stages of a chain without the name at its end, and that name; the last chain ends in y_hat."""
        default = "y_hat" if last else ""
        if not chain.stages:
            return (), default
        *before, end = chain.stages
        bare = not end.positional and not end.named and end.scale == 1 and not end.transposed and not end.names
        bare = bare and end.name not in {name for stage in before for name in stage.names[:1]}
        bare = bare and (not self._is_layer(end.name) or (_is_unknown(end.name) and end.name in self.referred))
        if bare and end.name not in self.referred:
            self._refuse_for_layer(end.name)
        named = bare and (end.name.islower() or self._is_name(end.name))
        return (tuple(before), end.name) if named else (chain.stages, default)

    def _refuse_for_layer(self, name: str) -> None:
        """Refuse a name in small letters that was meant as a layer or a loss, here or in another library."""
        if not name.islower():
            return
        known = {layer.lower(): layer for layer in (*LAYERS, *ACTIVATION, *self.extra)}
        losses = {loss.lower(): loss for loss in LOSS}
        if name not in known and layer_elsewhere(name):
            raise NetworkError(f"{name} is no layer; {layer_elsewhere(name)}")
        if name not in known and (name in losses or loss_elsewhere(name)):
            near = loss_elsewhere(name) or f"did you mean {losses[name]}?"
            raise NetworkError(f"{name} is no layer: {APART}; {near}")
        if max(likeness(name, layer) for layer in known) >= MISSPELT:
            raise NetworkError(f"{name} is no layer; {nearest(name, known.values())}")

    def _is_name(self, name: str) -> bool:
        """Whether a word with capitals that is no layer was meant as the name of a value."""
        known = (*LAYERS, *ACTIVATION, *LOSS, *self.extra)
        if name in self.referred or SHORT.fullmatch(name):
            return True
        elsewhere = layer_elsewhere(name) or loss_elsewhere(name)
        return not elsewhere and max(likeness(name.lower(), layer.lower()) for layer in known) < NEAR

    def _is_layer(self, name: str) -> bool:
        return name in LAYERS or name in self.extra or name in self.shared or name in ACTIVATION or _is_unknown(name)

    def _source(self, source: Source, name: str) -> Tensor:
        """The tensor that a chain begins with."""
        if source.kind == "input":
            leading = () if self.batch is None else (self.batch,)
            lengths = (
                self.length(length, source.shape[:axis].count(length)) for axis, length in enumerate(source.shape)
            )
            tensor = Tensor(source.names[0], (*leading, *lengths), "input")
            self.given.append(tensor)
            self.values[tensor.name] = tensor
            self.beside = ()
            return tensor
        unknown = [part for part in source.names if part not in self.values]
        if unknown:
            known = f"; {nearest(unknown[0], self.values)}" if self.values else ""
            raise NetworkError(f"no chain before this one computes {unknown[0]}; an input has its size, x:n{known}")
        parts = [self.values[part] for part in source.names]
        if source.kind in ("value", "together"):
            self.beside = tuple(parts[1:])
            return parts[0]
        self.beside = ()
        output = name or self._next_value()
        meeting: Meeting
        if source.kind == "joined":
            row, label = joined_row(parts, output, self.batch, axis=-1 if self.conventions.channels == "last" else 0)
            meeting = "join"
        else:
            row, label = (total_row if source.kind == "total" else hadamard_row)(parts, output, self.batch)
            meeting = "sum" if source.kind == "total" else "product"
        self.rows.append(row)
        self.blocks.append(Block(label, parts[0].name, row.name, meeting=meeting, parts=source.names))
        return row.tensor

    def _next_value(self) -> str:
        """The name of the next value that no chain has named."""
        self.counted += 1
        return f"z{self.counted}"

    def _activation(self, name: str) -> Activation | None:
        own = self.extra.get(name)
        return own if isinstance(own, Activation) else ACTIVATION.get(name)

    def add(self, stage: Stage, source: Tensor, output: str, beside: tuple[Tensor, ...] = ()) -> Tensor:
        """Add a stage that reads ``source``, with others ``beside`` it, and computes ``output``, which is returned.

        Raises:
            NetworkError: there is no such layer, or it does not fit.
        """
        if stage.transposed:
            return self._transposed(stage, source, output)
        if stage.name in self.shared:
            return self._again(stage, self.shared[stage.name], source, output, beside)
        own = self.extra.get(stage.name)
        if stage.name in LAYERS or isinstance(own, LayerDefinition):
            return self._layer(stage, self._definition(stage, source), source, output, beside=beside)
        if beside:
            names = ", ".join(tensor.name for tensor in (source, *beside))
            raise NetworkError(f"{stage.name} reads one value; ({names}) were given")
        kind = self._activation(stage.name)
        if kind is not None:
            return self._elementwise(stage, kind, source, output)
        if _is_unknown(stage.name):
            return self._row(source, output, stage, lambda element: Function(stage.name)(element), stage.name)
        near = layer_elsewhere(stage.name) or nearest(stage.name, [*LAYERS, *ACTIVATION, *self.extra])
        if stage.name in LOSS or loss_elsewhere(stage.name):
            near = APART
        raise NetworkError(f"there is no layer {stage.name}; {near}")

    def _again(self, stage: Stage, shared: Shared, source: Tensor, output: str, beside: tuple[Tensor, ...]) -> Tensor:
        """Add a layer again that a name stands for, with the same parameters."""
        original = shared.stage
        if stage.positional or stage.named:
            raise NetworkError(f"{stage.name} is the {original.name} before it, used again; it takes no arguments")
        if stage.names:
            raise NetworkError(f"{stage.name} has its names already; {', '.join(stage.names)} stands behind it")
        used = replace(original, scale=stage.scale * original.scale)
        kind = self._activation(original.name)
        if kind is not None and original.name not in LAYERS:
            return self._elementwise(used, kind, source, output, shared)
        return self._layer(used, self._definition(original, source), source, output, shared, beside=beside)

    def _transposed(self, stage: Stage, source: Tensor, output: str) -> Tensor:
        """Add the linear map whose weight is that of a layer before it, the other way round."""
        shared = self.shared.get(stage.name)
        if shared is None:
            near = nearest(stage.name, self.shared) if self.shared else "give it one, as in Linear(d) as V, c"
            raise NetworkError(f"{stage.name}^T: no layer before it is called {stage.name}; {near}")
        if shared.stage.name not in TIED:
            both = " or ".join(TIED)
            raise NetworkError(f"{stage.name}^T: {stage.name} is the name of a {shared.stage.name}, expected a {both}")
        if len(stage.names) > 1 or stage.positional or set(dict(stage.named)) - {"bias"}:
            raise NetworkError(f"{stage.name}^T takes bias=True, or the name of its bias, as in {stage.name}^T as c")
        name = shared.parameters["weight"]
        shape = next(tensor.shape for tensor in self.given if tensor.name == name)
        rank = len(source.shape) - (self.batch is not None)
        bias = bool(stage.names) or str(dict(stage.named).get("bias", "False")).lower() == "true"
        definition = TIED[shared.stage.name](shape, bias, rank, self.conventions.weights == "(in, out)")
        tied = {"weight": name, **({"bias": stage.names[0]} if stage.names else {})}
        plain = replace(stage, name="Linear", names=())
        return self._layer(plain, definition, source, output, tied=tied)

    def _parameters(self, stage: Stage, definition: LayerDefinition, number: int) -> dict[str, str]:
        """What the parameters of a layer are called: as the stage says, else by its number.

        A single name is that of a layer, and of its parameter if it has one, or of its weight if it is a letter.
        """
        own, known = definition.parameters, self.conventions.called
        usual = {name: known(name) if self.alone else f"{known(name, prefix)}{number}" for name, prefix in own.items()}
        return usual | named_parameters(stage, tuple(own), tuple(definition.weights))

    def _called(self) -> Mapping[str, Activation]:
        """The activations that equations may apply, by the names that they call them."""
        return called(self.extra.values())

    def length(self, number: Expr, in_input: int = 0) -> Expr:
        """The length of an axis: what stands for a number, that was met so often ``in_input`` before."""
        if not number.is_Integer:
            return number
        self.lengths.append(int(number))
        return self.lettering(int(number), self.lengths.count(int(number)) - 1, in_input)

    def _definition(self, stage: Stage, source: Tensor) -> LayerDefinition:
        own = self.extra.get(stage.name)
        if isinstance(own, LayerDefinition):
            definition = sized(own, stage)
        else:
            check_order(stage)
            definition = defined(stage, len(source.shape) - (self.batch is not None))
        return lengthened(definition, self.length)

    def _layer(
        self,
        stage: Stage,
        definition: LayerDefinition,
        source: Tensor,
        output: str,
        reused: Shared | None = None,
        *,
        beside: tuple[Tensor, ...] = (),
        tied: Mapping[str, str] = MappingProxyType({}),
    ) -> Tensor:
        """Place a layer; one that is ``reused`` gives it all its parameters, others those that are ``tied``."""
        number = reused.number if reused else self._next_number() if definition.parameters else 0
        called = dict(reused.parameters) if reused else self._parameters(stage, definition, number) | dict(tied)
        read = tuple(tensor.name for tensor in beside)
        kept = self._kept(stage, definition)
        names = Names(source.name, output, None if self.alone else number, read, kept, called)
        conventions = self.conventions
        instance = place(definition, source, names, self.batch, beside, self._called(), self.sizes, conventions)
        rows = list(instance.rows)
        if stage.scale != 1:
            last = rows[-1]
            rows[-1] = Row(last.tensor, last.indices, stage.scale * last.expression)
        for tensor in (*instance.given, *(row.tensor for row in rows)):
            _check_sizes(stage.name, tensor)
        known = {tensor.name: tensor for tensor in self.given}
        taken = set(called.values()) if reused else set(tied.values())
        for tensor in instance.given:
            if tensor.name in taken & set(known) and known[tensor.name].shape != tensor.shape:
                raise NetworkError(
                    f"{tensor.name} has shape {shown(known[tensor.name].shape)} and cannot be used again here: "
                    f"{source.name} has shape {shown(source.shape)}, so that it would need {shown(tensor.shape)}"
                )
        shared = reused or tied
        self.given += [tensor for tensor in instance.given if tensor.name not in known or not shared]
        if stage.names and not reused:
            self.shared[stage.names[0]] = Shared(stage, number, called)
        self._declare(source, definition)
        if not (stage.positional or stage.named):
            self.unnamed |= {(name, UNNAMED[stage.name]) for name in definition.constants if stage.name in UNNAMED}
        self.rows += rows
        self.sizes += instance.sizes
        further = {names.of(definition, name) for name in definition.outputs[1:]}
        self.values |= {row.name: row.tensor for row in rows if row.name in further}
        label = f"{stage.name}{number}" if definition.parameters else stage.name
        made = tuple(row.name for row in rows)
        self.blocks.append(Block(label, source.name, output, definition.call or definition.name, rows=made))
        return instance.output

    def _kept(self, stage: Stage, definition: LayerDefinition) -> frozenset[str]:
        """The names that a layer of a user's own keeps in the network: those that nothing else there has."""
        if stage.name not in self.extra:
            return frozenset()
        taken = {tensor.name for tensor in self.given} | {row.name for row in self.rows} | self.said
        return frozenset((*definition.inputs, *definition.buffers, *definition.values, *definition.outputs)) - taken

    def _declare(self, source: Tensor, definition: LayerDefinition) -> None:
        """Note that the input holds what the layer that reads it takes: class numbers for an embedding."""
        domain = definition.domains.get(definition.source)
        if domain is not None:
            self.given = [
                replace(tensor, domain=domain) if tensor.name == source.name else tensor for tensor in self.given
            ]

    def _next_number(self) -> int:
        """The number of the next layer with parameters."""
        self.learnt += 1
        return self.learnt

    def _elementwise(
        self, stage: Stage, kind: Activation, source: Tensor, output: str, reused: Shared | None = None
    ) -> Tensor:
        given = tuple(str(value) for value in stage.positional)
        names = (*kind.constants, *kind.learnt)
        named = {key: str(value) for key, value in stage.named}
        unknown = [key for key in named if key not in names]
        if unknown or len(given) > len(kind.constants):
            applied = "; it is applied to what stands before it" if given and not kind.constants else ""
            raise NetworkError(
                f"{kind.name} takes {', '.join(names) or 'no arguments'}; got {', '.join((*given, *unknown))}{applied}"
            )
        values = {**kind.constants, **dict(zip(kind.constants, given, strict=False)), **named}
        if ACTIVATION.get(kind.name) == kind:
            for key, value in values.items():
                require_in_range(kind.name, key, parse_formula(value))
        label = _labelled(stage, kind.name)
        learnt = dict(reused.parameters) if reused else self._learnt(stage, kind)
        if stage.names and not reused:
            self.shared[stage.names[0]] = Shared(stage, 0, learnt)
        if kind.learnt:
            parameters = {name: symbols.scalar(own) for name, own in learnt.items()}
            if not reused:
                self.given += [Tensor(own, (), "parameter") for own in learnt.values()]
            return self._row(
                source,
                output,
                stage,
                lambda element: parse_formula(
                    kind.formula, constants={**parameters, "z": element}, functions=self._called()
                ),
                label,
            )
        if not kind.call:
            return self._row(source, output, stage, lambda element: element, label)
        changed = [value for key, value in values.items() if value != kind.constants[key]]
        function = scalar_function("_".join((kind.call, *changed)), kind.formula, tuple(values.items()), self._called())
        if self.functions.get(function.name, function) != function:
            raise NetworkError(f"two different functions would be called {function.name}; give one another call")
        self.functions[function.name] = function
        return self._row(source, output, stage, function, label)

    def _learnt(self, stage: Stage, kind: Activation) -> dict[str, str]:
        """What the parameters of an activation are called."""
        number = "" if self.alone or not kind.learnt else str(self._next_number())
        usual = {name: f"{self.conventions.called(name)}{number}" for name in kind.learnt}
        return usual | named_parameters(stage, kind.learnt, ())

    def _row(self, source: Tensor, output: str, stage: Stage, function: object, label: str) -> Tensor:
        if not callable(function):
            raise TypeError(f"{function!r} is no function of an element")
        taken = [] if self.batch is None else [BATCH]
        letters = (*taken, *symbols.fresh_indices(len(source.shape) - len(taken), ()))
        tensor = Tensor(output, source.shape)
        body: Expr = stage.scale * function(symbols.element(source.name, letters))
        self.rows.append(Row(tensor, letters, body))
        self.blocks.append(Block(label, source.name, output))
        return tensor


def _check_sizes(layer: str, tensor: Tensor) -> None:
    wrong = [length for length in tensor.shape if length.is_number and not (length.is_Integer and length > 0)]
    if wrong:
        raise NetworkError(f"{layer} would give {tensor.name} the size {wrong[0]}; sizes are positive integers")


def _is_unknown(name: str) -> bool:
    """Whether the name is that of a function left unknown: f, g, h, with a number or without."""
    return len(name.rstrip("0123456789'")) == 1 and name[0] in "fgh"


def _labelled(stage: Stage, name: str) -> str:
    return name if stage.scale == 1 else f"{stage.scale}*{name}"
