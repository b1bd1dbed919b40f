"""What we print ourselves is right, in every notation; what other networks have, or a changed print, is not."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from answers.marking import mark
from derive import Derivation, Network, network
from derive.conventions import Layout
from derive.expression.symbols import accesses, name_of
from numeric.measuring.point import Point
from numeric.sampling.points import sample
from tests.examples import examples

PHASES = (Phase.explicit, Phase.generate)  # networks are derived anew at each try
HIDDEN = ("ReLU", "Sigmoid", "Tanh", "5*ReLU", "SiLU", "Softplus")
ENDS = (("Identity", "MSE"), ("Identity", "1/2*MSE"), ("Sigmoid", "BCE(mean)"), ("Softmax", "CrossEntropy"))


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, Network]:
    """Two networks of the same names that differ in one layer or in the loss."""
    hidden = draw(st.sampled_from(HIDDEN))
    other = draw(st.sampled_from(HIDDEN))
    end = draw(st.sampled_from(ENDS))
    second = end if other != hidden else draw(st.sampled_from([one for one in ENDS if one != end]))
    layout: Layout = draw(st.sampled_from(("gradient", "numerator")))
    batch = draw(st.sampled_from((None, None, "B")))
    made = [
        network(f"x:n -> Linear(d) -> {f} -> Linear(K) -> {e[0]} -> y_hat", loss=e[1], layout=layout, batch=batch)
        for f, e in ((hidden, end), (other, second))
    ]
    return made[0], made[1]


def differ(one: Derivation, other: Derivation) -> bool:
    """Whether what another network has is wrong in the names of this one: by value, without reading anything."""
    point = Point(one.forward, sample(one.forward, 5))
    quantity = other.quantity
    if not {name_of(access) for access in accesses(other.result)} <= set(one.forward.tensors):
        return False
    found = point.expression(other.result, quantity.indices, quantity.shape)
    return not numpy.allclose(found, point.value(quantity.name))


@examples(5, phases=PHASES)
@given(networks(), st.sampled_from(("W1", "b1", "W2", "b2", "x")), st.sampled_from(("matrix", "index")))
def test_prints_are_right_and_those_of_another_network_are_not(
    pair: tuple[Network, Network], name: str, notation: str
) -> None:
    own, other = (one.gradient(name) for one in pair)
    assert mark(own, own.latex(notation)).outcome == "right"  # type: ignore[arg-type]
    assert mark(own, own.unicode(notation)).outcome == "right"  # type: ignore[arg-type]
    if differ(own, other):
        assert mark(own, other.latex(notation)).outcome != "right"  # type: ignore[arg-type]


@examples(5, phases=PHASES)
@given(
    networks(),
    st.sampled_from(("W1", "b1", "W2")),
    st.sampled_from(("2", "-1", "d", r"\frac{1}{n}", "x_1", r"\sum_k y_k")),
)
def test_no_factor_is_accepted(pair: tuple[Network, Network], name: str, factor: str) -> None:
    own = pair[0].gradient(name)
    left, right = own.latex("matrix").split("=", 1)
    found = mark(own, rf"{left} = {factor} \left({right}\right)")
    assert found.outcome in ("wrong", "unread")


@examples(5, phases=PHASES)
@given(networks(), st.sampled_from(("W1", "b1", "W2")), st.data())
def test_no_print_without_one_of_its_transposes_is_right(
    pair: tuple[Network, Network], name: str, data: st.DataObject
) -> None:
    own = pair[0].gradient(name)
    text = own.latex("matrix")
    count = text.count(r"^{\top}")
    if count:
        at = data.draw(st.integers(0, count - 1))
        pieces = text.split(r"^{\top}")
        mutant = r"^{\top}".join([*pieces[:at], pieces[at] + pieces[at + 1], *pieces[at + 2 :]])
        assert mark(own, mutant).outcome != "right"


@pytest.mark.parametrize("notation", ["matrix", "index", "cases"])
def test_prints_of_jacobians_are_right(notation: str) -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(K) -> Softmax -> y_hat", loss="CrossEntropy")
    for top, by in (("z2", "z1"), ("y_hat", "z3"), ("z3", "z2"), ("y_hat", "x")):
        own = net.jacobian(top, by)
        assert mark(own, own.latex(notation)).outcome == "right"  # type: ignore[arg-type]
