"""Tables of symbols of forward definitions, and points at which everything in them has a measured value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sympy import Expr, Symbol
from sympy.core.function import AppliedUndef

from answers.reading import functions
from answers.reading.point import Point
from answers.reading.symbols import Axis, Function, Layout, Partial, Size, Table, Tensor
from answers.reading.symbols import Symbol as TableSymbol
from answers.reading.vocabulary import GREEK
from derive.expression.partials import partial_name, partial_named
from derive.forward import Forward
from derive.remembering import LIBRARY, with_forward
from numeric.measuring import point as measured

ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde"}
COMMANDS = frozenset(GREEK)


def spellings(name: str, *, upstream: bool = False) -> tuple[str, ...]:
    r"""The ways to write a name: ``W1`` as W^{(1)}, W_1, ...; ``y_hat`` as ``\hat{y}``; ``dy`` as ``\mathrm{d}y``.

    ``upstream`` says that a d in front is that of a gradient from upstream.
    """
    if upstream and len(name) > 1 and name[0] == "d":
        return (*(rf"\mathrm{{d}}{rest}" for rest in spellings(name[1:])), name)
    primes = "'" * (len(name) - len(name.rstrip("'")))
    stem, *tags = name.rstrip("'").split("_")
    accent = tags.pop(0) if tags and tags[0] in (*ACCENTS, "star") else ""
    tags = [tag for tag in tags if tag]
    number = ""
    if found := re.fullmatch(r"(\D*[^\W\d]\D*)(\d+)", stem):
        stem, number = found.groups()
    elif (found := re.fullmatch(r"([A-Z])(in|out)|([a-z])([A-Z])", stem)) and not tags:
        stem, tags = (found[1], [found[2]]) if found[1] else (found[3], [found[4]])
    letter = _letter(stem)
    base = rf"{ACCENTS[accent]}{{{letter}}}" if accent in ACCENTS else letter
    below = spellings("_".join(tags))[0] if tags else ""
    flat = ",".join(spelt for tag in _with_accents(tags) for spelt in _apart(tag))
    if below and re.fullmatch("[A-Za-z]+", below) and len(below) > 1:
        below = rf"\mathrm{{{below}}}"
    star = "^*" if accent == "star" else ""
    forms = []
    if number:
        rest = f"_{{{below}}}" if below else ""
        forms += [f"{base}_{{{number}{',' + below if below else ''}}}{star}"]
        forms += [f"{base}{rest}^{{({number})}}", f"{base}{rest}^{{[{number}]}}"] if not star else []
    else:
        forms += [f"{base}_{{{below}}}{star}" if below else f"{base}{star}"]
        forms += [f"{base}_{{{flat}}}{star}"] if flat.count(",") else []
    return tuple(f"{form}{primes}" for form in forms)


def _with_accents(tags: Sequence[str]) -> list[str]:
    """Tags, a word for an accent with the one that it stands on: y and hat are y_hat."""
    found: list[str] = []
    for tag in tags:
        if found and tag in ACCENTS:
            found[-1] += f"_{tag}"
        else:
            found.append(tag)
    return found


def _apart(tag: str) -> tuple[str, ...]:
    """A tag with its number behind it, as they stand on one line: z₃."""
    found = re.fullmatch(r"(\D+)(\d+)", tag)
    return (spellings(tag)[0],) if found is None else (spellings(found[1])[0], found[2])


def _letter(stem: str) -> str:
    if stem == "l":
        return r"\ell"
    if stem in ("eps", "epsilon"):
        return r"\varepsilon"
    if stem in COMMANDS:
        return f"\\{stem}"
    return stem if len(stem) < 2 else rf"\mathrm{{{stem}}}"


def axis_of(length: Expr, units: Collection[str] = ()) -> Axis:
    """A length as the table has it: a number, or a name such as K or 4*d; those in ``units`` are 1."""
    if str(length) in units:
        return 1
    return int(length) if length.is_Integer else str(length)


@with_forward(LIBRARY)
def table_of(
    model: Forward,
    layout: Layout = "gradient",
    base: int = 1,
    outside: frozenset[str] | None = frozenset(),
    extra: tuple[TableSymbol, ...] = (),
    partials: tuple[str, ...] = (),
    units: frozenset[str] = frozenset(),
    lowest: frozenset[str] = frozenset(),
) -> Table:
    """The table of everything in a forward definition: tensors, sizes and hyper-parameters, functions, partials.

    ``outside`` names the tensors and partials that count as 0 outside their ranges; all do if it is None. Those in
    ``lowest`` are never the largest there. ``extra`` symbols hide others.
    ``partials`` are the names of those that the text uses, where in some others are held (``dy/de|s``): what the steps
    of a derivation write as ∂y/∂e. ``units`` are lengths that are 1 here.
    """
    names = set(model.tensors)
    found: list[TableSymbol] = list(extra)
    taken = {symbol.name for symbol in extra}
    before = {initial: state for state, initial in model.initial}
    used = {*names, *taken, *(symbol.name for symbol in _numbers(model, names))}
    for tensor in model.tensors.values():
        if tensor.name in taken:
            continue
        axes = tuple(axis_of(length, units) for length in tensor.shape)
        written = spellings(tensor.name, upstream=tensor.name[1:] in names)
        if tensor.role == "loss":
            written = (*written, *(letter for letter in ("L", "J") if letter not in used))
        whole = model.holds_places(tensor.name)
        zero = outside is None or tensor.name in outside
        start = dict(model.initial).get(tensor.name, "")
        if base == 0 and tensor.name in before:
            written = tuple(rf"{spelling}_{{-1}}" for spelling in spellings(before[tensor.name]))
        last = tensor.name in lowest
        found.append(Tensor(tensor.name, written, axes, whole=whole, outside=zero, lowest=last, before=start))
    found += _numbers(model, {*names, *taken})
    found += (function for function in _functions(model) if function.name not in taken)
    return Table(
        tuple(found),
        (*_partials(model, layout, outside), *_held(partials, layout)),
        base,
        convolutions=True,
        basis=True,
        along=_along(model),
    )


def _along(model: Forward) -> int:
    """The axis of matrices along which probabilities add up to 1: the last one, unless all stand along another."""
    simplex = ("simplex", "log_simplex")
    found = {tensor.along for tensor in model.tensors.values() if tensor.domain in simplex and len(tensor.shape) > 1}
    return found.pop() if len(found) == 1 else -1


def _held(names: Collection[str], layout: Layout) -> Iterator[Partial]:
    """Partials in which others are held, with the bar and, where nothing else is written so, without it."""
    found = [partial for name in names if (partial := partial_named(name)) is not None]
    for partial in found:
        if not partial.held:
            continue
        if partial.is_immediate:
            yield Partial(partial.name, *partial.ends, layout, immediate=True)
            continue
        yield Partial(partial.name, *partial.ends, layout, held=tuple(sorted(partial.held)))
        if sum(other.ends == partial.ends for other in found) == 1:
            yield Partial(partial.name, *partial.ends, layout)


def _partials(model: Forward, layout: Layout, outside: frozenset[str] | None) -> tuple[Partial, ...]:
    names = list(model.tensors)
    tops = [row.name for row in model.rows] + (["l"] if "l" in names and "l" not in model.row else [])
    found = [
        Partial(f"d{top}/d{by}", top, by, layout, outside is None or f"d{top}/d{by}" in outside)
        for top in tops
        for by in names
        if by != "l"
    ]
    for row, partial in model.gradients:
        first = partial_named(partial)
        if first is not None:
            found += [
                Partial(f"d{row}/d{by}", first.top, f"{first.bottom},{by}", layout) for by in names if by != first.top
            ]
    return tuple(found)


def _numbers(model: Forward, taken: Iterable[str]) -> Iterator[TableSymbol]:
    expressions = [length for tensor in model.tensors.values() for length in tensor.shape]
    expressions += [row.expression for row in model.rows]
    expressions += [part for definition in model.sizes for part in definition]
    variables = {function.variable for function in model.functions}
    expressions += [
        letter for function in model.functions for letter in function.formula.free_symbols if letter not in variables
    ]
    known = set(taken)
    bound = {symbol for row in model.rows for symbol in _bound(row.expression)} | {
        i for row in model.rows for i in row.indices
    }
    symbols = sorted(
        {symbol for expression in expressions for symbol in expression.free_symbols if isinstance(symbol, Symbol)}
        - bound,
        key=str,
    )
    for symbol in symbols:
        name = str(symbol)
        if name in known or not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name):
            continue
        known.add(name)
        if symbol.is_integer:
            yield Size(name, spellings(name))
        else:
            yield Tensor(name, spellings(name))


def _bound(expression: Expr) -> Iterator[Symbol]:
    for part in expression.atoms():
        if isinstance(part, Symbol) and not part.is_positive and part.is_integer:
            yield part


def _functions(model: Forward) -> Iterator[Function]:
    known = {function.name for function in model.functions}
    for row in model.rows:
        for call in row.expression.atoms(AppliedUndef):
            name = str(call.func)
            if (
                name not in known
                and functions.elementwise_name(name) is None
                and name.isidentifier()
                and name[0] != "_"
            ):
                known.add(name)
                yield Function(name, spellings(name), None)


class Measured(Mapping[str, Any]):
    """The values of tensors and partials at a point, measured when they are asked for.

    Class numbers and places count from the base of the table, as they are printed.
    """

    def __init__(self, point: measured.Point, table: Table) -> None:
        self._point = point
        self._names = [*(s.name for s in table.symbols if isinstance(s, Tensor)), *(p.name for p in table.partials)]
        self._known = frozenset(self._names)
        self._base = table.base
        self._whole = frozenset(s.name for s in table.symbols if isinstance(s, Tensor) and s.whole)
        self._second = {
            f"d({partial})/d{by}": partial_name(row, by)
            for row, partial in point.model.gradients
            for by in point.model.tensors
        }

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            raise KeyError(name)
        found = self._point.value(self._second.get(name, name))
        return found + self._base if name in self._whole else found

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def point_at(point: measured.Point, table: Table) -> Point:
    """The point of a table at which everything is measured by a point of the forward definition."""
    return Point(table, Measured(point, table), {str(symbol): size for symbol, size in point.sizes.items()})
