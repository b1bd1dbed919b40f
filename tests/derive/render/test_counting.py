"""What is printed in indices from 1 means the same as in indices from 0: read back, from arrays that begin at 1."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from typing import Any, Literal

import numpy
import pytest
import sympy

from derive import layer, network, with_ranges, written_out
from derive.convolution.nodes import ConvolutionForm
from derive.derivation import Derivation
from derive.expression.functions import ArgMax, Bracket
from derive.expression.partials import ends_of
from derive.expression.scalar import ScalarFunction
from derive.expression.symbols import element, index, scalar, size, sizes_in
from derive.forward import Forward
from derive.layer import Layer
from derive.layers import LOSS
from derive.lettering import lettering_of
from derive.matrix.nodes import Elementwise, Named
from derive.render import shape_unicode, unicode
from derive.render.counting import count_from_one
from derive.render.legends import legends
from derive.render.names import ranks_of
from derive.render.printing import symbol_unicode
from derive.render.rows import row_unicode
from derive.steps import Notation, Quantity
from derive.with_ranges import Ranges
from numeric.arrays.sizes import with_derived
from numeric.expression.forward import forward
from numeric.measuring.differences import jacobian_by_differences
from numeric.sampling.points import sample, sample_sizes
from tests.derive.render.index_reader import IndexReader
from tests.numeric.codegen.subjects import BEHIND, CATALOGUE, LOSSES, WITH_NUMBERS
from tests.sweeps import layer_kind, loss_kind, sweep

Base = Literal[0, 1]
MOST = 3
"""So many elements of a tensor are read back, spread over all of it."""

SUBJECTS = [*CATALOGUE, *WITH_NUMBERS]
RANGES: tuple[Ranges, ...] = ("brackets", "limits")
PRODUCT = {sign: re.compile(rf"\(a \\{sign} b\)_i = \\sum_j a_\{{(.*?)\}}") for sign in ("star", "ast")}

ELEMENTARY: Mapping[str, Callable[[float], float]] = {
    "sign": numpy.sign, "exp": math.exp, "log": math.log, "tanh": math.tanh, "erf": math.erf, "sqrt": math.sqrt,
}  # fmt: skip


class At:
    """A forward definition at a random point: the values of all tensors, and printed formulas there."""

    def __init__(self, model: Forward, seed: int = 0) -> None:
        self.model = model
        sizes = with_derived(model, sample_sizes(model, seed))
        self.sizes = {symbol.name: number for symbol, number in sizes.items()}
        self.given: dict[str, Any] = {**sample(model, seed, sample_sizes(model, seed)), **self.sizes}
        self.values = {name: numpy.asarray(array) for name, array in forward(model, self.given).items()}
        self.reals = {name: float(v) for name, v in self.given.items() if name not in self.values}
        self.ranks = ranks_of(model)

    def number(self, dimension: sympy.Expr) -> int:
        return int(dimension.xreplace({s: sympy.Integer(self.sizes[s.name]) for s in dimension.free_symbols}))

    def partials(self, text: str) -> tuple[str, dict[str, Any]]:
        """The text with a name for each partial of the loss that it reads, and the values of these, measured."""
        names = {symbol_unicode(name, ranks=self.ranks): name for name in self.values}
        found: dict[str, Any] = {}

        def named(match: re.Match[str]) -> str:
            name = f"slope{len(found)}"
            found[name] = jacobian_by_differences(self.model, self.given, "l", names[match[1]], method="complex")
            return name

        return re.sub(r"∂ℓ/∂([^\[\s]+)", named, text), found

    def read(self, text: str, base: Base, places: Mapping[str, int], limits: Any = ()) -> float:
        """The value of a printed formula where the indices, which count from 0 here, have these values."""
        text, arrays = self.partials(text)
        for name, array in self.values.items():
            shown = symbol_unicode(name, ranks=self.ranks)
            arrays[shown] = array + base if self.model.holds_places(name) else array
        sizes = {shape_unicode((sympy.Symbol(name, integer=True, positive=True),)): n for name, n in self.sizes.items()}
        reals = {symbol_unicode(name): value for name, value in self.reals.items()}
        names = {"π": math.pi, "e": math.e, **sizes, **reals, **{name: p + base for name, p in places.items()}}
        letters = [(str(i), self.number(low) + base, self.number(high) + base) for i, low, high in limits]
        return IndexReader(text, base, arrays, names, self.functions, letters).whole()

    @cached_property
    def functions(self) -> dict[str, Callable[[float], float]]:
        own = {symbol_unicode(function.name): self._called(function) for function in self.model.functions}
        return {**ELEMENTARY, **own}

    def _called(self, function: ScalarFunction) -> Callable[[float], float]:
        formula = function.formula
        for _ in range(4):  # formulas call one another
            for inner in self.model.functions:
                made = sympy.Function(inner.name)
                formula = formula.replace(made, lambda u, f=inner: f.formula.xreplace({f.variable: u}))
        known = {sympy.Symbol(name, real=True): value for name, value in self.reals.items()}
        plain = formula.xreplace(known)

        @cache
        def value(argument: float) -> float:
            return float(plain.xreplace({function.variable: sympy.Float(argument)}).doit().evalf())

        return value


def places_of(array: Any) -> Iterator[tuple[int, ...]]:
    """Some places of an array, the first and the last among them."""
    everything = list(numpy.ndindex(*array.shape))
    step = max(1, len(everything) // MOST)
    yield from dict.fromkeys([*everything[::step], everything[-1]])


def same(found: float, expected: float, text: str) -> None:
    assert found == pytest.approx(float(expected), rel=1e-6, abs=1e-9), text


def form_of(tensor: str) -> ConvolutionForm:
    form = layer("Conv1d", 4, "k", padding="p").vjp(tensor).convolution
    assert form is not None
    return form


def rows_hold(model: Forward, base: Base) -> int:
    point, tried = At(model), 0
    for row in model.rows:
        text = row_unicode(row, model, index_base=base).split(" = ", 1)[1]
        quantity, expression = lettering_of(model).equation(
            Quantity(row.name, row.indices, row.tensor.shape), row.expression
        )
        limits = next((maximum.limits for maximum in expression.atoms(ArgMax)), ())
        for place in places_of(point.values[row.name]):
            letters = {index.name: number for index, number in zip(quantity.indices, place, strict=True)}
            value = point.values[row.name][place] + (base if model.holds_places(row.name) else 0)
            same(point.read(text, base, letters, limits), value, f"{row.name}: {text}")
            tried += 1
    return tried


def result_holds(point: At, derivation: Derivation, *notations: Notation) -> None:
    """The printed result, read back, has the elements that differences of the forward rows have."""
    top, name = ends_of(derivation.quantity.name)
    expected = numpy.asarray(jacobian_by_differences(point.model, point.given, top, name, method="complex"))
    for text in {derivation.unicode(notation).split(" = ", 1)[1] for notation in notations}:
        for place in places_of(expected):
            letters = {i.name: number for i, number in zip(derivation.quantity.indices, place, strict=True)}
            same(point.read(text, derivation.index_base, letters), expected[place], text)


@cache
def made(name: str, base: Base) -> Layer:
    plain, options = CATALOGUE.get(name, (name, {}))
    return layer(plain, index_base=base, **options)


@sweep(lambda name, base: (layer_kind(name), base))
@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("name", SUBJECTS)
def test_the_equations_of_every_layer(name: str, base: Base) -> None:
    assert rows_hold(made(name, base).network.forward, base)


@sweep(lambda name, base: (layer_kind(name), base))
@pytest.mark.parametrize(("name", "base"), [*((name, 1) for name in SUBJECTS), *((name, 0) for name in WITH_NUMBERS)])
def test_the_gradients_of_every_layer(name: str, base: Base) -> None:
    one = made(name, base)
    point = At(one.network.forward)
    for tensor in one.differentiable:
        result_holds(point, one.vjp(tensor), "index", "cases")


WINDOWS = [
    "Conv1d(2, 3, stride=2, padding=1)",
    "Conv1d(2, k, stride=s, padding=p, dilation=d)",
    "Conv2d(2, (3, 2), stride=2, padding=1)",
    "ConvTranspose1d(2, 3, stride=2, padding=1)",
    "AvgPool1d(3, stride=2, padding=1)",
    "MaxPool2d(2)",
]


@sweep(lambda name, ranges, base: (layer_kind(name), ranges, base))
@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("ranges", ["brackets", "cases", "limits"])
@pytest.mark.parametrize("name", WINDOWS)
def test_exact_ranges(name: str, ranges: Ranges, base: Base) -> None:
    one = made(name, base)
    point = At(one.network.forward)
    for tensor in one.differentiable:
        result_holds(point, with_ranges(one.vjp(tensor), ranges), "cases" if ranges == "cases" else "index")


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("name", ["MaxPool2d(2, stride=1)", "Conv2d(1, 2, padding=1)", "Embedding(5, 2)"])
def test_what_is_written_out(name: str, base: Base) -> None:
    """Every element, its own number included: both sides of each equation are read back."""
    one = made(name, base)
    point = At(one.network.forward)
    sizes = {n: v for n, v in point.sizes.items() if not n.endswith("_out")}
    for derivation in (*one.forward(), *map(one.vjp, one.differentiable)):
        if derivation.quantity.name not in point.values:
            continue
        known = {n: v for n, v in sizes.items() if n in needed(derivation)}
        for line in written_out(derivation, known).unicode().splitlines():
            left, right = line.split(" = ", 1)
            if "argmax" not in right:
                same(point.read(right, base, {}), point.read(left, base, {}), line)


def needed(derivation: Derivation) -> set[str]:
    """The sizes that a derivation is written out at."""
    shapes = [dimension for tensor in derivation.forward.tensors.values() for dimension in tensor.shape]
    return {symbol.name for symbol in sizes_in([*shapes, derivation.result])}


@sweep(lambda name, base: (loss_kind(name), base))
@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_over_a_batch(name: str, base: Base) -> None:
    """Class numbers count as indices do, and so do the samples of a batch."""
    last = BEHIND.get(LOSS[name.removesuffix("(class)")].prediction, "Identity")
    net = network(f"x:n -> Linear(K) -> {last}", loss=name, batch="B", index_base=base)
    point = At(net.forward)
    assert rows_hold(net.forward, base)
    result_holds(point, net.gradient("W1"), "index", "cases")


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("name", ["SoftmaxCrossEntropy(class)", "MultiClassHinge(class)", "NLL(class)"])
def test_every_step_towards_a_gradient_by_classes(name: str, base: Base) -> None:
    """A sum over the classes leaves the condition that the class of a sample is one of them."""
    last = BEHIND.get(LOSS[name.removesuffix("(class)")].prediction, "Identity")
    net = network(f"x:n -> Linear(K) -> {last}", loss=name, batch="B", index_base=base)
    point, gradient, tried = At(net.forward), net.gradient("W1"), 0
    for step in gradient.steps:
        one = replace(gradient, quantity=step.quantity, result=step.expression, matrix=None, steps=())
        text = one.unicode("index").split(" = ", 1)[1]
        if "∂" in text.replace("∂ℓ/∂", "") or "|" in step.quantity.name:
            continue  # what other partials are, and along which paths, is not told apart here
        result_holds(point, one, "index", "cases")
        tried += 1
    assert tried > 3


def test_the_range_of_class_numbers_and_of_places() -> None:
    model = network("x:n -> Linear(K)", loss="SoftmaxCrossEntropy(class)", batch="B", index_base=1).forward
    ranks, b, K = ranks_of(model), index("b"), size("K")
    label = element("y", (b,))
    inside = Bracket(sympy.And(label >= 0, label < K))
    assert unicode(inside, ranks=ranks) == "1[1 ≤ y[b] ≤ K]"
    assert unicode(inside, ranks=ranks, index_base=0) == "1[0 ≤ y[b] < K]"
    assert unicode(label * element("p", (b, label)), ranks=ranks) == "p[b,y[b]] · (y[b] − 1)"
    u = scalar("u")
    node = Elementwise(Bracket(sympy.And(u >= 0, u < K)), (u,), (Named("y", size("B"), sympy.S.One),))
    assert unicode(node, ranks=ranks) == "1[1 ≤ y ≤ K]"
    scores = Elementwise(Bracket(u >= 0), (u,), (Named("y_hat", size("B"), sympy.S.One),))
    assert unicode(scores, ranks=ranks) == "1[ŷ ≥ 0]"


CHAIN = "x:(C,L) -> Conv1d(2, 3, stride=2, padding=1) -> MaxPool1d(2) -> Flatten -> Linear(K)"


@pytest.mark.parametrize("base", [0, 1])
def test_a_network_with_windows_and_classes(base: Base) -> None:
    net = network(CHAIN, loss="SoftmaxCrossEntropy(class)", batch="B", index_base=base)
    point = At(net.forward)
    assert rows_hold(net.forward, base) > 20
    for name in ("W1", "b1", "W2", "b2"):
        result_holds(point, net.gradient(name), "index")
    for ranges in RANGES:
        result_holds(point, with_ranges(net.gradient("W1"), ranges), "index")


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("derive.render.counting.shifted_subscript", count_from_one),
        ("derive.render.counting._shifted_limit", lambda limit: limit),
        ("derive.render.counting._shifted_relation", lambda relation: relation),
        ("derive.render.counting._labels_from_one", lambda expression: expression),
    ],
)
def test_what_still_counts_from_0_is_seen(place: str, wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, wrong)
    with pytest.raises((AssertionError, KeyError)):
        _all_hold()


def _all_hold() -> None:
    pool = layer("MaxPool2d", "k", stride="s", index_base=1)
    conv = layer("Conv1d", 2, "k", stride="s", padding="p", index_base=1)
    rows_hold(pool.network.forward, 1)
    rows_hold(conv.network.forward, 1)
    point = At(conv.network.forward)
    for ranges in RANGES:
        result_holds(point, with_ranges(conv.vjp("weight"), ranges), "index")


@pytest.mark.parametrize("base", [0, 1])
def test_the_legend_of_the_products_of_maps(base: Base) -> None:
    """The sums of the legend, at every place and for kernels that reach over the end, are NumPy's products."""
    texts = [one.latex for one in legends(map(form_of, ("z", "weight")), base)]
    a, b = numpy.array([2.0, 3.0, 5.0, 7.0, 11.0]), numpy.array([1.0, -1.0, 4.0])
    for sign, whole in (("star", numpy.correlate(a, b, "valid")), ("ast", numpy.convolve(a, b))):
        (subscript,) = {found[1].replace("-", "−") for text in texts if (found := PRODUCT[sign].search(text))}
        for place, expected in enumerate(whole):
            known = ({"i": place + base, "j": t + base} for t in range(3))
            reads = [round(IndexReader(subscript, base, {}, letters, {}).whole()) - base for letters in known]
            total = sum(a[read] * b[t] for t, read in enumerate(reads) if 0 <= read < len(a))
            assert total == pytest.approx(expected)
