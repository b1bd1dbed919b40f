from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derive import DeriveError, scalar_graph
from derive.expression import symbols
from derive.graph import PathSum, ScalarGraph
from derive.graph.rendering import path_lines, slope_notes
from numeric import check
from tests.examples import examples

NETWORK = scalar_graph("h1 = f1(w1*x + b1); h2 = f2(w2*x + b2); h3 = f3(w3*h1 + w4*h2 + b3)")
PRODUCT = scalar_graph("a = x*y + z; b = (x + x)*a; w = a*b")


def upstream(name: str) -> PathSum:
    return NETWORK.partial(f"dL/d{name}", ["dL/dh3"])


@pytest.mark.parametrize(
    ("name", "chain", "factors"),
    [
        ("w1", "∂L/∂h₃ · ∂h₃/∂h₁ · ∂h₁/∂w₁", "∂L/∂h₃ · f₃′ · w₃ · f₁′ · x"),
        ("w4", "∂L/∂h₃ · ∂h₃/∂w₄", "∂L/∂h₃ · f₃′ · h₂"),
        ("b2", "∂L/∂h₃ · ∂h₃/∂h₂ · ∂h₂/∂b₂", "∂L/∂h₃ · f₃′ · w₄ · f₂′"),
        ("b3", "∂L/∂h₃ · ∂h₃/∂b₃", "∂L/∂h₃ · f₃′"),
    ],
)
def test_one_path(name: str, chain: str, factors: str) -> None:
    partial = upstream(name)
    text = partial.unicode(steps=True)
    assert f"= {chain}\n" in text
    assert text.endswith(f"= {factors}")
    assert check(partial.derivation).ok


def test_two_paths_are_added() -> None:
    partial = upstream("x")
    assert [line.rule for line in path_lines(partial)] == ["chain rule", "insert", "factor"]
    assert partial.explanation.startswith("Two paths run from {x} to {L}")
    assert partial.unicode() == "∂L/∂x = ∂L/∂h₃ · f₃′ · (w₃ · f₁′ · w₁ + w₄ · f₂′ · w₂)"
    assert check(partial.derivation).ok


def test_every_slope_is_said_where_it_is() -> None:
    assert slope_notes([upstream("w1")]) == (
        ("f'_1", r"f'_1(b_1 + w_1 \, x)"),
        ("f'_3", r"f'_3(b_3 + h_1 \, w_3 + h_2 \, w_4)"),
    )
    twice = scalar_graph("y = f(x) + f(2*x)").partial("dy/dx")
    assert slope_notes([twice]) == ()
    assert "f′(2x)" in twice.unicode()


def test_shared_values_have_several_paths() -> None:
    partial = PRODUCT.partial("dw/dx")
    assert [[link.name for link in path] for path in partial.paths] == [
        ["dw/da", "da/dx"],
        ["dw/db", "db/dx"],
        ["dw/db", "db/da", "da/dx"],
    ]
    assert partial.unicode(steps=True).splitlines()[-1].endswith("= 2a · x · y + 2a² + b · y")
    x, y, z, a, b = map(symbols.scalar, "xyzab")
    whole = partial.result.xreplace({b: 2 * x * a}).xreplace({a: x * y + z})
    assert sympy.expand(whole - sympy.diff(2 * x * (x * y + z) ** 2, x)) == 0


def arrows_between(graph: ScalarGraph, bottom: str, top: str) -> int:
    """How many paths lead along the arrows of a drawing from one node to another."""
    start = graph.place(bottom)
    counts = [0] * len(graph.nodes)
    counts[start] = 1
    for edge in graph.edges:
        if edge.target != start:
            counts[edge.target] += counts[edge.source]
    return counts[graph.place(top)]


@pytest.mark.parametrize(
    ("equations", "partial", "said"),
    [
        ("a = x*y + z; b = (x + x)*a; w = a*b", "dw/dx", "Four paths run from {x} to {w}:"),
        ("a = x*y + z; b = (x + x)*a; w = a*b", "dw/da", "Two paths run from {a} to {w}:"),
        ("a = x*x; w = a + 1", "dw/dx", "Two paths run from {x} to {w}:"),
        ("h = tanh(x); y = h*h + x", "dy/dx", "Three paths run from {x} to {y}, each function being one node:"),
        ("y = sigma(w*x + b); l = (y - t)^2", "dl/dw", "One path runs from {w} to {l}:"),
    ],
)
def test_as_many_paths_are_told_as_are_drawn(equations: str, partial: str, said: str) -> None:
    assert scalar_graph(equations, grain="functions").partial(partial).explanation.startswith(said)


@given(st.data())
def test_paths_are_counted_along_the_arrows(data: st.DataObject) -> None:
    names, equations = ["x"], []
    for number in range(data.draw(st.integers(1, 4))):
        terms = data.draw(st.lists(st.sampled_from([*names, "x"]), min_size=1, max_size=4))
        signs = data.draw(st.lists(st.sampled_from("+*"), min_size=len(terms) - 1, max_size=len(terms) - 1))
        names.append(f"v{number}")
        equations.append(f"v{number} = 2*" + "".join(a + b for a, b in zip(terms, [*signs, ""], strict=True)))
    graph = scalar_graph("; ".join(equations))
    found = graph.partial(f"d{names[-1]}/dx")
    assert found.arrows == arrows_between(graph, "x", names[-1])
    parted = [link for path in found.paths for link in path if link.ways > 1]
    if not found.is_direct:
        assert ("its partial adds them up" in found.explanation) == bool(parted)


def test_no_path() -> None:
    partial = scalar_graph("h = 2*x + 1; z = x^2; y = 1/(1 + exp(-h))").partial("dy/dz")
    assert (partial.paths, partial.result) == ((), 0)
    assert partial.explanation.startswith("No path runs along the arrows from {z} to {y}")
    assert "That both depend on {x} is no contradiction" in partial.explanation
    assert partial.latex() == r"\frac{\partial y}{\partial z} = 0"
    assert check(partial.derivation).ok


def test_no_path_between_strangers() -> None:
    assert "contradiction" not in scalar_graph("y = a; z = b").partial("dy/db").explanation


def test_a_slope_is_written_in_the_value_of_its_function() -> None:
    graph = scalar_graph("h = 2*x + 1; y = sigma(h)", grain="sigma")
    assert graph.partial("dy/dh").unicode() == "∂y/∂h = y · (1 − y)"
    assert check(graph.gradient("x")).ok


def test_factors_come_in_the_order_of_the_path() -> None:
    graph = scalar_graph("y = tanh(w*x + b); L = (y - t)^2/2", grain="functions")
    assert graph.partial("dL/dw").unicode() == "∂L/∂w = (y − t) · (1 − y²) · x"
    assert scalar_graph("y = 3*(x - 1)*z").partial("dy/dx").unicode() == "∂y/∂x = 3z"


def test_a_direct_partial_is_told_from_the_whole_one() -> None:
    partial = scalar_graph("h = x - 3*z; y = z*h").partial("dy/dz")
    assert "= ∂y/∂z|h + ∂y/∂h · ∂h/∂z" in partial.unicode(steps=True)
    assert r"\left.\frac{\partial y}{\partial z}\right|_{h} + " in partial.latex(steps=True)
    assert check(partial.derivation).ok


def test_a_value_by_itself() -> None:
    assert PRODUCT.partial("dw/dw").unicode() == "∂w/∂w = 1"


@pytest.mark.parametrize(
    ("name", "given_", "saying"),
    [
        ("dw/dq", (), "there is no value q"),
        ("dL/dx", (), "there is no value L"),
        ("w", (), "no partial derivative"),
        ("dL/dx", ("dM/dw",), "is of L, not of M"),
        ("dL/dx", ("dL/dv",), "there is no value v"),
        ("dw/dx", ("dw/da",), "follows from the equations"),
    ],
)
def test_wrong_partials(name: str, given_: tuple[str, ...], saying: str) -> None:
    with pytest.raises(DeriveError, match=saying):
        PRODUCT.partial(name, given_)


@st.composite
def equations(draw: st.DrawFn) -> str:
    """Some equations, each of which reads inputs and values before it."""
    known = ["x", "u", "v"]
    rows = []
    for name in draw(st.lists(st.sampled_from("abcde"), min_size=1, max_size=4, unique=True)):
        terms = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
        form = draw(
            st.sampled_from(["{}*{} + {}", "sigma({} - {})*{}", "f({}) + {}*{}", "exp(-{}^2) - 3*{}/(2 + {}^2)"])
        )
        rows.append(f"{name} = {form.format(*(terms * 3)[:3])}")
        known.append(name)
    return "; ".join(rows)


@examples(15)
@given(equations(), st.sampled_from(["primitives", "functions"]))
def test_sums_over_paths_are_the_derivatives(text: str, grain: str) -> None:
    graph = scalar_graph(text, grain=grain)
    last = graph.model.rows[-1].name
    for name in graph.inputs:
        partial = graph.partial(f"d{last}/d{name}")
        found = check(partial.derivation)
        assert found.ok, found
        assert partial.latex(steps=True)


@pytest.mark.parametrize(
    ("formula", "partial"),
    [("abs(u)^3", "3u · |u|"), ("abs(u)*u", "2 · |u|"), ("abs(u)^5/5", "u³ · |u|"), ("abs(u)", "sign(u)")],
)
def test_signs_are_multiplied_into_absolute_values(formula: str, partial: str) -> None:
    found = scalar_graph(f"f = {formula}").partial("df/du")
    assert found.unicode() == f"∂f/∂u = {partial}"
    assert check(found.derivation).ok
