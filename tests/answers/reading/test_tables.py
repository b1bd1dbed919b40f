"""What derivations print is read back with tables of their own definitions, and is what is measured."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from answers.reading import Point, Table, Tensor, read, tree
from answers.reading.tables import point_at, spellings, table_of
from answers.reading.walks import walk
from derive import layer, network
from derive.derivation import Derivation
from numeric.measuring import point as measured
from numeric.sampling.points import samples


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("W1", "W^{(1)}"),
        ("z3", "z_{3}"),
        ("y_hat", r"\hat{y}"),
        ("weight_ih", r"\mathrm{weight}_{\mathrm{ih}}"),
        ("m_star", "m^*"),
        ("H_out", r"H_{\mathrm{out}}"),
        ("Hin", r"H_{\mathrm{in}}"),
        ("eps", r"\varepsilon"),
        ("f'", "f'"),
        ("s_y_hat", r"s_{\hat{y}}"),
    ],
)
def test_names_have_the_spellings_of_papers(name: str, written: str) -> None:
    assert written in spellings(name)


def place(derivation: Derivation, seed: int = 1) -> tuple[Table, Point]:
    model = derivation.forward
    table = table_of(model, derivation.layout, derivation.index_base, derivation.outside)
    sizes, arrays = samples(model, seed, 1)[0]
    return table, point_at(measured.Point(model, arrays, sizes), table)


def differences(text: str, table: Table, point: Point) -> list[float]:
    """By how much the sides of a chain differ from the first."""
    reading = read(text, table)
    first = reading.sides[0]
    ranges = dict(zip(first.letters, first.axes, strict=True))
    values = [side.value(point, first.letters, ranges).squeeze() for side in reading.sides]
    assert len(values) > 1
    scale = float(numpy.abs(values[0]).max()) or 1.0
    return [float(numpy.abs(value - values[0]).max()) / scale for value in values[1:]]


MLP = "x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> Softmax -> y_hat"
NOTATIONS: tuple[Any, ...] = ("matrix", "index")


@pytest.mark.parametrize("layout", ["gradient", "numerator"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_gradients_of_a_network_read_back(layout: Any, notation: Any) -> None:
    net = network(MLP, loss="CrossEntropy", layout=layout)
    for derivation in net.gradients().values():
        table, point = place(derivation)
        for text in (derivation.latex(notation), derivation.unicode(notation)):
            assert max(differences(text, table, point)) < 1e-7


LAYERS = [
    ("Conv2d", {"outputs": "C_out", "kernel": "k", "stride": "s", "padding": "p", "dilation": "d"}),
    ("Conv1d", {"outputs": 3, "kernel": 3, "groups": "G"}),
    ("MaxPool2d", {"kernel": 2}),
    ("AvgPool1d", {"kernel": "k"}),
    ("BatchNorm1d", {}),
    ("LSTMCell", {"hidden": "H"}),
    ("LogSoftmax", {}),
]


@pytest.mark.parametrize(("name", "options"), LAYERS, ids=[name for name, _ in LAYERS])
def test_gradients_of_layers_read_back(name: str, options: dict[str, Any]) -> None:
    made = layer(name, **options)
    for wrt in made.differentiable[:2]:
        derivation = made.vjp(wrt)
        table, point = place(derivation)
        notations: list[Any] = ["matrix", "index"] + (["convolution"] if derivation.convolution else [])
        for notation in notations:
            for text in (derivation.latex(notation), derivation.unicode(notation)):
                assert max(differences(text, table, point)) < 1e-6


@pytest.mark.parametrize("text", ["u_{2,s,i}", "u_{2,s}", "u_{2,s,i} + 0", "-u_{2,s,i}"])
def test_a_name_with_several_things_below_it_has_elements(text: str) -> None:
    tensors = tuple(Tensor(name, spellings(name), ("d",)) for name in ("u", "u2_s"))
    node = read(text, Table(tensors)).last
    assert {one.name for one in walk(node.node) if isinstance(one, tree.Read)} == {"u2_s"}


def test_a_matrix_of_one_column_is_stacked_on_a_column() -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(1) -> o", "1/2*MSE(o, t)")
    model = net.forward
    place = measured.Point(model, *next((arrays, sizes) for sizes, arrays in samples(model, 0, 1)))
    table = table_of(model, "gradient", 1)
    side = read(r"\begin{pmatrix} \bm{W}^{(2)\top} \\ \bm{z}_2 \end{pmatrix}", table).last
    value = side.value(point_at(place, table))
    assert numpy.allclose(value, numpy.concatenate([place.value("W2")[0], place.value("z2")]))
