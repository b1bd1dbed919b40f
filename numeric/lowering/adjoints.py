"""The backward lines: the adjoints of the reverse sweep, nearest to the loss first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import sympy
from sympy import Add, Expr, Indexed, Sum, Symbol

from derive.calculus.dependence import names_read
from derive.calculus.express import Speaker, Vocabulary
from derive.calculus.sweep import Sweep, fresh_bound
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.functions import ArgMax
from derive.expression.partials import partial_name, partial_named
from derive.forward import Forward, Tensor
from derive.layer import upstream_name
from derive.network import Network
from numeric.errors import CompileError
from numeric.lowering.lines import Added, Line, is_product, names
from numeric.lowering.reads import Viewed
from numeric.lowering.windows import Windows


def adjoints(network: Network, viewed: Viewed, wanted: tuple[str, ...], upstream: set[str]) -> tuple[Line, ...]:
    """The adjoints that the wanted gradients need, nearest to the loss first.

    Adjoints of hidden rows are written out, and so are those that divide by a value of the forward pass or
    take its logarithm where the next adjoint can cancel it: softmax with cross-entropy becomes p - y.

    Raises:
        CompileError: a wanted gradient has no path to the loss.
    """
    backward = _Backward(network, viewed, wanted, frozenset(upstream))
    lines: dict[str, Line] = {}
    missing = list(wanted)
    known = set(map(upstream_name, upstream))
    while missing:
        name = missing.pop()
        if name not in lines:
            lines[name] = backward.line(name)
            read = {partial_named(read) for read in names(lines[name])}
            missing += [partial.bottom for partial in read if partial is not None and partial.bottom not in known]
    for name in [name for name in lines if upstream_name(name) in upstream]:
        if names(lines[name]) == {upstream_name(name)}:
            del lines[name]
    order = [row.name for row in reversed(viewed.model.rows)] + [tensor.name for tensor in viewed.model.given]
    ordered = [name for name in order if name in lines]
    early = _parameters_early(ordered, lines)
    return _with_totals([lines[name] for name in early], {name for name in early if upstream_name(name) in upstream})


def _with_totals(lines: list[Line], totals: set[str]) -> tuple[Line, ...]:
    """The lines with another name for the gradient of an output that the layer reads too.

    ``dc`` is what comes from above; what the layer adds to it is ``dl_dc``.
    """
    renamed = {partial_name("l", name): f"dl_d{name}" for name in totals}

    def moved(expression: Expr) -> Expr:
        accesses = [a for a in symbols.accesses(expression) if symbols.name_of(a) in renamed]
        return expression.xreplace(
            {a: symbols.element(renamed[symbols.name_of(a)], symbols.subscripts_of(a)) for a in accesses}
        )

    return tuple(
        replace(
            line,
            name=renamed.get(line.name, line.name),
            expression=moved(line.expression),
            added=tuple(replace(added, values=moved(added.values)) for added in line.added),
        )
        for line in lines
    )


@dataclass(frozen=True)
class _Backward:
    """The reverse sweep over the rows that are no windows.

    Windows are given there, and the loss gets a term for every tensor that is read through windows, its product
    with what their gradients add up to: that is then a term of the tensor's adjoint.
    """

    network: Network
    viewed: Viewed
    wanted: tuple[str, ...]
    upstream: frozenset[str]

    @cached_property
    def sweep(self) -> Sweep:
        """The sweep in which windows are given."""
        model, windows = self.viewed.model, self.viewed.windows
        if not windows:
            return Sweep(model, "l")
        given = [Tensor(name, model.tensors[name].shape, "input") for name in windows]
        rows = {row.name: row for row in model.rows if row.name not in windows}
        read = {found.source: model.tensors[found.source] for found in windows.values()}
        given += [Tensor(_through(name), tensor.shape, "input") for name, tensor in read.items()]
        loss = rows["l"]
        rows["l"] = replace(loss, expression=Add(loss.expression, *map(_pairing, read.values())))
        return Sweep(replace(model, given=(*model.given, *given), rows=tuple(rows.values())), "l")

    @cached_property
    def speaker(self) -> Speaker:
        """Writes adjoints in the tensors and in the adjoints that are lines."""
        model = self.sweep.forward
        kept = [name for name in self.sweep.order() if self._is_kept(name)]
        allowed = [*model.tensors, *(partial_name("l", name) for name in kept)]
        return Speaker(self.sweep, Vocabulary(frozenset(allowed)))

    @cached_property
    def taken(self) -> frozenset[str]:
        """Names that the variable of a loop cannot have."""
        return self.sweep.reserved | set(self.viewed.model.tensors) | {"l"}

    def line(self, name: str) -> Line:
        """The line that computes the adjoint of a tensor."""
        read = [windows for windows in self.viewed.windows.values() if windows.source == name]
        added = tuple(self._added(windows) for windows in read if windows.row.name in self.sweep.readers)
        if name not in self.sweep.readers or (read and not added):
            raise CompileError(f"no path leads from {name} to the loss, so it has no gradient to compile")
        expression = self.speaker.adjoint(name)
        if read:
            through = [a for a in symbols.accesses(expression) if symbols.name_of(a) == _through(name)]
            expression = expression.xreplace(dict.fromkeys(through, sympy.S.Zero))
        quantity = self.sweep.quantity(name)
        products = [one.windows.row.name for one in added if is_product(one.values)]
        formula = None
        if not added:
            formula = self._formula(name, expression)
        elif len(products) == 1:
            formula = self._formula(products[0], self.speaker.adjoint(products[0]))
        note = (
            f"the gradients of {', '.join(w.row.name for w in read)} are added to where these were read"
            if added
            else ""
        )
        return Line(
            quantity.name, quantity.indices, quantity.shape, expression, formula, "backward", note=note, added=added
        )

    def _formula(self, name: str, expression: Expr) -> Derivation:
        """The equation of the adjoint of a tensor."""
        quantity = self.sweep.quantity(name)
        return Derivation(
            self.sweep.forward, quantity, expression, (), conventions=self.network.conventions.with_(layout="gradient")
        )

    def _added(self, windows: Windows) -> Added:
        """The gradients of windows: written out where they are no sums, else by their name."""
        name = windows.row.name
        letters = windows.inner
        fresh = symbols.fresh_indices(len(letters), self.taken | symbols.names_in(*windows.outer))
        clash = {old: new for old, new in zip(letters, fresh, strict=True) if old.name in self.taken}
        windows = windows.renamed(clash)
        expression = self.speaker.adjoint(name)
        if expression.has(Sum) and not is_product(expression):
            partial = partial_name("l", name)
            return Added(windows, symbols.element(partial, windows.row.indices))
        places = dict(zip(self.sweep.quantity(name).indices, windows.row.indices, strict=True))
        return Added(windows, fresh_bound(expression, places))

    def _is_kept(self, name: str) -> bool:
        """Whether the adjoint is a line of its own."""
        model = self.sweep.forward
        tensor = model.tensors[name]
        viewed = {*self.viewed.windows, *(windows.source for windows in self.viewed.windows.values())}
        if name in self.wanted or name in viewed or tensor.role not in ("value", "hidden"):
            return True
        if tensor.role == "hidden":
            return False
        row = model.row[name]
        if any(not isinstance(part, Symbol) for a in row.expression.atoms(Indexed) for part in a.indices):
            return True  # the indices of what the row reads are not its own
        parents = names_read(row.expression, model)
        if any(model.tensors[parent].role == "parameter" for parent in parents) or row.expression.has(ArgMax):
            return True
        return not _is_singular(self.sweep.adjoint(name).expression, model)


def _through(name: str) -> str:
    """The name of what the gradients of a tensor's windows add up to."""
    return f"through_windows_{name}"


def _pairing(tensor: Tensor) -> Expr:
    letters = symbols.fresh_indices(len(tensor.shape), {size.name for size in symbols.sizes_in(tensor.shape)})
    product = symbols.element(_through(tensor.name), letters) * symbols.element(tensor.name, letters)
    return Sum(product, *((letter, 0, length - 1) for letter, length in zip(letters, tensor.shape, strict=True)))


def _parameters_early(ordered: list[str], lines: dict[str, Line]) -> list[str]:
    """The order in which no gradient stays longer than it is needed: what reads an adjoint follows it at once."""
    result: list[str] = []
    read = set().union(*(_partials(line) for line in lines.values()))
    rows = [name for name in ordered if lines[name].name in read]
    ends = [name for name in ordered if lines[name].name not in read]
    for name in rows:
        result.append(name)
        done = {partial_name("l", known) for known in result}
        ready = [end for end in ends if end not in result and _partials(lines[end]) <= done]
        result += ready
    return [*result, *(end for end in ends if end not in result)]


def _partials(line: Line) -> set[str]:
    return {name for name in names(line) if partial_named(name)}


def _is_singular(expression: Expr, model: Forward) -> bool:
    """Whether the expression divides by a value of the forward pass, or takes its logarithm."""
    parts = [power.base for power in expression.atoms(sympy.Pow) if power.exp.is_negative]
    parts += [logarithm.args[0] for logarithm in expression.atoms(sympy.log)]
    return any(symbols.accesses(part) for part in parts if part.has(sympy.Indexed))
