"""Wrong matrix forms, layouts, evaluations, evidence and code, each with the line that must fail because of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sympy import latex

from derive.matrix.nodes import Identity, Node, Plus, ShapeError, Transpose
from tests.planted.planting import Mutant

Rule = Callable[..., Any]
NETWORK = "x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat"


def layout_ignored(right: Rule) -> Rule:
    return lambda node, layout, *ranks: right(node, "gradient", *ranks)


def row_for_column(right: Rule) -> Rule:
    return lambda *given: frozenset()


def transpose_dropped(right: Rule) -> Rule:
    return lambda factor, axes: factor.node


def never_transposed(right: Rule) -> Rule:
    return lambda node: node


def reversed_product(right: Rule) -> Rule:
    """The factors the other way round, where no shape forbids it."""

    def product(*factors: Node) -> Node:
        try:
            return right(*reversed(factors))
        except ShapeError:
            return right(*factors)

    return product


def first_factor_alone(right: Rule) -> Rule:
    return lambda *factors: factors[0]


def identity_for_diagonal(right: Rule) -> Rule:
    return lambda column: Identity(column.shape[0])


def coefficient_dropped(right: Rule) -> Rule:
    return lambda coefficient, node: node


def last_term_dropped(right: Rule) -> Rule:
    def plus(*terms: Node) -> Node:
        found = right(*terms)
        return right(*found.terms[:-1]) if isinstance(found, Plus) else found

    return plus


def value_without_activation(right: Rule) -> Rule:
    return lambda former, name, *given: right(former, {"z2": "z1"}.get(name, name), *given)


def another_tensor_read(right: Rule) -> Rule:
    return lambda name, *given: right("z1" if name == "z2" else name, *given)


def twice_the_difference(right: Rule) -> Rule:
    def central(*given: Any) -> Any:
        found = right(*given)
        return replace(found, value=2 * found.value)

    return central


def half_the_slope(right: Rule) -> Rule:
    return lambda *given: right(*given) / 2


def last_layer_first(right: Rule) -> Rule:
    return lambda *given: right(*given)[::-1]


def uphill(right: Rule) -> Rule:
    def loss_and_gradients(compiled: Any, *given: Any) -> Any:
        loss, slopes = right(compiled, *given)
        return loss, {name: -slope / 100 for name, slope in slopes.items()}

    return loss_and_gradients


def source_without_transposes(right: Rule) -> Rule:
    def broadcastable(writer: Any, node: Node) -> Any:
        return right(writer, node.node if isinstance(node, Transpose) else node)

    return broadcastable


def all_allowed(right: Rule) -> Rule:
    return lambda *given: True


def input_of_another_layer(right: Rule) -> Rule:
    def value(net: Any, name: str, *given: Any, written_out: bool = True) -> Any:
        other = name if written_out else {"z2": "z1"}.get(name, name)
        return right(net, other, *given, written_out=written_out)

    return value


def of_the_other_network(right: Rule) -> Rule:
    return lambda item, context, network: right(item, context, None)


def of_another_parameter(right: Rule) -> Rule:
    return lambda net, name, *given: right(net, {"b1": "b2"}.get(name, name), *given)


def sum_of_slopes(right: Rule) -> Rule:
    return lambda name, place, bound, depth: [
        *right(name, place, bound, depth),
        (f"{name}_power", latex(bound * depth)),
    ]


def exponent_lost(right: Rule) -> Rule:
    return lambda *given: right(*given).split(" ")[0]


def value_beside_the_kink(right: Rule) -> Rule:
    return lambda derivation: ((name, limit, 1 - value) for name, limit, value in right(derivation))


MUTANTS = {
    "symbols that are not allowed": Mutant(
        "derive.calculus.express:Vocabulary.allows",
        all_allowed,
        "1.1b",
        "1.1b",
        "z₃",
        derive=(
            "x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat",
            "--loss",
            "MSE",
            "--wrt",
            "b1",
            "--within",
            "x,W1,b1,W2,dl/dy_hat",
        ),
    ),
    "input of another layer in the forward table": Mutant(
        "derive.network:Network.value",
        input_of_another_layer,
        "1.1b",
        "1.1b",
        "z₃",
        only="derive prints no inputs of layers",
    ),
    "changes of another network": Mutant(
        "answers.kinds.changes:Changes._item",
        of_the_other_network,
        "1.2a",
        "1.2a",
        "z₂",
        only="derive compares no networks",
    ),
    "gradient of another parameter": Mutant(
        "derive.network:Network.gradient",
        of_another_parameter,
        "1.1c",
        "1.1c",
        "∂ℓ/∂b₂",
        derive=(NETWORK, "--loss", "MSE", "--wrt", "b1"),
    ),
    "sum of slopes for their product": Mutant(
        "answers.evidence.slopes:_said",
        sum_of_slopes,
        "1.2c",
        "1.2c",
        "numbers quoted for Sigmoid",
        only="derive quotes no numbers",
    ),
    "exponent of a quoted number lost": Mutant(
        "answers.latex.numbers:scientific",
        exponent_lost,
        "1.2c",
        "1.2c",
        "ratio quoted for Sigmoid",
        only="derive quotes no numbers",
    ),
    "wrong value at the kink": Mutant(
        "derive.calculus.kinks:kink_values",
        value_beside_the_kink,
        "1.1d",
        "1.1d",
        "∂z₂/∂z₁ at the kink",
        only="derive prints no values at kinks",
    ),
    "layout is ignored": Mutant("derive.matrix.form:lay_out", layout_ignored, "1.1c", "1.1c", "∂ℓ/∂W₁"),
    "layout is ignored, square": Mutant("derive.matrix.form:lay_out", layout_ignored, "square", "1a", "∂ℓ/∂W₁"),
    "gradient of a scalar read as a column": Mutant(
        "derive.matrix.form:Former._rows", row_for_column, "1.1c", "1.1c", "∂ℓ/∂W₁"
    ),
    "transpose dropped, square": Mutant("derive.matrix.contract:_towards", transpose_dropped, "square", "1a", "∂ℓ/∂b₁"),
    "product reversed, square": Mutant("derive.matrix.contract:product", reversed_product, "square", "1a", "∂ℓ/∂W₁"),
    "elementwise factor dropped": Mutant(
        "derive.matrix.contract:hadamard", first_factor_alone, "square", "1a", "∂ℓ/∂b₁"
    ),
    "identity for a diagonal": Mutant(
        "derive.matrix.contract:diagonal", identity_for_diagonal, "1.1d", "1.1d", "∂z₂/∂z₁"
    ),
    "coefficient of a matrix form dropped": Mutant(
        "derive.matrix.recognise:scale", coefficient_dropped, "batch", "1a", "∂ℓ/∂W₂"
    ),
    "term of a matrix form dropped": Mutant("derive.matrix.recognise:plus", last_term_dropped, "1.1b", "1.1b", "z₁"),
    "forward table without the activation": Mutant(
        "derive.matrix.form:Former.definition", value_without_activation, "1.1b", "1.1b", "z₂"
    ),
    "another tensor is read": Mutant(
        "numeric.expression.compiler:access", another_tensor_read, "1.1c", "1.1c", "∂ℓ/∂W₁"
    ),
    "differences without their 2": Mutant(
        "numeric.measuring.differences:_central", twice_the_difference, "1.1d", "1.1d", "∂ℓ/∂ŷ"
    ),
    "evidence with half the slope": Mutant(
        "answers.evidence.slopes:_exact",
        half_the_slope,
        "1.2c",
        "1.2c",
        "largest slope of Sigmoid",
        only="derive quotes no numbers",
    ),
    "evidence of the wrong layer": Mutant(
        "answers.evidence.depth:_gradients",
        last_layer_first,
        "1.2c",
        "1.2c",
        "gradient through 10 layers of Sigmoid",
        only="derive quotes no numbers",
    ),
    "evidence that walks uphill": Mutant(
        "numeric.codegen.compiled:Compiled.loss_and_gradients",
        uphill,
        "1.1a",
        "1.1a",
        "loss after gradient descent",
        only="derive trains nothing",
    ),
    "code without its transposes": Mutant(
        "numeric.source.matrix:MatrixSource.broadcastable",
        source_without_transposes,
        "2.1",
        "2.1",
        "dJdW2 of mlp.py",
        refused="the program would use d, which nothing in it should",
        only="derive writes no code",
    ),
}
