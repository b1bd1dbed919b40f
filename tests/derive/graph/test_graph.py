from __future__ import annotations

import pickle

import pytest
from sympy import N, Rational, S, exp

from derive import DefinitionError, DeriveError, scalar_graph
from derive.graph import ScalarGraph
from derive.graph.rendering import operation_latex

NEURON = "f = 1/(1 + exp(-(w0*x0 + w1*x1 + w2)))"
AT = {"w0": 1, "w1": 3, "w2": -2, "x0": 5, "x1": 8}


def operators(graph: ScalarGraph) -> list[str]:
    return [node.name for node in graph.nodes if node.operation is not None]


def test_the_worked_example() -> None:
    graph = scalar_graph("q = x + y; f = q*z")
    assert (graph.inputs, graph.outputs) == (("x", "y", "z"), ("f",))
    backward = graph.backward({"x": -2, "y": 5, "z": -4})
    assert [backward.forward[name] for name in "qf"] == [3, -12]
    assert [backward[name] for name in "xyzq"] == [-4, -4, 3, -4]
    assert sorted(backward.edges.values()) == [-4, -4, -4, -4, 1, 3]


def test_primitives_of_the_sigmoid() -> None:
    whole = scalar_graph("f = sigma(w0*x0 + w1*x1 + w2)")
    assert whole.nodes == scalar_graph(NEURON).nodes
    *_, negation, exponential, plus_one, reciprocal = (node.operation for node in whole.nodes if node.operation)
    assert negation.is_negation
    assert exponential.sign == "exp"
    assert (plus_one.sign, plus_one.constant) == ("+", 1)
    assert reciprocal.is_reciprocal


@pytest.mark.parametrize("grain", ["sigma", "functions", ("sigma", "tanh")])
def test_sigma_as_one_node(grain: str | tuple[str, ...]) -> None:
    assert operators(scalar_graph("f = sigma(a*x)", grain=grain)) == ["*", "sigma"]


def test_shared_values_and_operators_are_one_node() -> None:
    assert len(scalar_graph("y = x*x").nodes) == 3
    assert operators(scalar_graph("y = tanh(x)")).count("exp") == 2
    assert operators(scalar_graph("y = (a + b)*(a + b)")) == ["+", "*"]


def test_numbers_inside_operators_or_as_nodes() -> None:
    assert [node.kind for node in scalar_graph("y = 2*x + 1").nodes].count("constant") == 0
    assert [node.kind for node in scalar_graph("y = 2*x + 1", constants="nodes").nodes].count("constant") == 2


def test_values_are_exact() -> None:
    forward = scalar_graph("y = x/3 + 1/x").forward({"x": 0.1})
    assert forward["y"] == Rational(1, 30) + 10
    gradient = scalar_graph(NEURON).backward(AT)["w2"]
    assert abs(N(gradient - exp(-27) / (1 + exp(-27)) ** 2, 150)) < Rational(10) ** -150


def test_a_function_by_cases_stays_whole() -> None:
    graph = scalar_graph("y = ReLU(x)")
    assert operators(graph) == ["ReLU"]
    assert [graph.backward({"x": value})["x"] for value in (-2, 3)] == [0, 1]


def test_several_outputs() -> None:
    graph = scalar_graph("h = 2*x; z = x^2; y = h*h")
    with pytest.raises(DeriveError, match="several outputs"):
        graph.backward({"x": 3})
    backward = graph.backward({"x": 3}, "y")
    assert (backward["x"], backward["z"]) == (24, S.Zero)


def test_equal_and_picklable() -> None:
    graph = scalar_graph(NEURON)
    assert graph == scalar_graph(NEURON) != scalar_graph("f = x")
    for value in (graph, graph.backward(AT), graph.partial("df/dx0")):
        copy = pickle.loads(pickle.dumps(value))
        assert copy == value
        assert hash(copy) == hash(value)


@pytest.mark.parametrize(
    ("text", "saying"),
    [
        ("y = x; y = 2", "y is given a value twice"),
        ("y_ = x; y = 2*y_", "y_ and y look alike in print"),
        ("a_1 = x; f = a_1*a1", "a_1 and a1 look alike in print"),
        ("y = y + 1", "y is read in its own equation"),
        ("z = y; y = 2*x", "y is read before its equation"),
        ("y[i] = x[i]", "subscripts"),
        ("y = sum[k<3] x", "not of a reduction"),
        ("y = sin(a, b)", "sin takes 1 argument, 2 were given"),
        ("y = ", "cannot read the equation"),
    ],
)
def test_what_is_no_graph(text: str, saying: str) -> None:
    with pytest.raises(DefinitionError, match=saying):
        scalar_graph(text)


def test_errors_name_what_is_near() -> None:
    with pytest.raises(DefinitionError, match="did you mean logsigmoid"):
        scalar_graph("y = x", grain="sigmoid")
    graph = scalar_graph("y = a*x1 + f1(x1)")
    with pytest.raises(DeriveError, match="did you mean x1"):
        graph.forward({"x2": 1})
    with pytest.raises(DeriveError, match="no value is given for a, x1"):
        graph.forward({})
    with pytest.raises(DeriveError, match="f1 has no formula"):
        graph.forward({"a": 1, "x1": 2})
    with pytest.raises(DeriveError, match="the value of a is a number"):
        scalar_graph("y = 2*a").forward({"a": "two"})
    with pytest.raises(DeriveError, match="no finite real value"):
        scalar_graph("y = 1/a").forward({"a": 0})


def test_a_gate_that_takes_the_larger_one() -> None:
    graph = scalar_graph("f = 2*(x*y + max(z, w, 1/2))")
    assert operators(graph) == ["*", "max", "+", "*"]
    backward = graph.backward({"x": 3, "y": -4, "z": 2, "w": -1})
    assert backward.forward["f"] == -20
    assert [backward[name] for name in "xyzw"] == [-8, 6, 2, 0]
    assert r"\max(\cdot, \cdot, \tfrac{1}{2})" in {
        operation_latex(node) for node in graph.nodes if node.operation is not None
    }


@pytest.mark.parametrize(
    ("equation", "printed"),
    [
        ("f = max(x, y, z)", "∂f/∂x = 1[x ≥ y, x ≥ z]"),
        ("f = min(x, y, z)^2", "∂f/∂x = 2 min(x, y, z) · 1[x ≤ y, x ≤ z]"),
        ("f = max(x, min(y, z))", "∂f/∂x = 1[x ≥ min(y, z)]"),
        ("f = max(x, 0, y, 2)^2", "∂f/∂x = 2 max(x, y, 2) · 1[x > 2, x ≥ y]"),
    ],
)
def test_the_largest_of_several_is_one_operator(equation: str, printed: str) -> None:
    assert scalar_graph(equation).partial("df/dx").unicode() == printed
