"""A derivation as an object: what notebooks and prompts show, its code for libraries, its value beside another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from derive import Derivation, Layer, equations, layer, network
from numeric import evaluate
from numeric.checks.equality import same_value
from numeric.codegen.single import result_name
from numeric.sampling.points import samples

NET = network("x:n -> Linear(d) -> Tanh -> Linear(K)", "MSE", batch="B")


def stated(text: str) -> Layer:
    found = equations(text)
    assert isinstance(found, Layer)
    return found


RMS = stated("y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + eps)*g[i]")
DERIVATIONS = [
    NET.gradient("W1"),
    NET.gradient("W1", within=["x", "dl/dz1"]),
    NET.value("y_hat"),
    layer("LayerNorm", batch="B").vjp("z"),
    layer("Softmax").jacobian("z"),
    layer("Conv1d(D, 3, stride=2)", batch="B").vjp("weight"),
    layer("MaxPool1d(3, stride=2)").vjp("z"),
    RMS.vjp("x"),
    network("x:n -> Linear(K) -> Tanh", "1/2*MSE").hessian("b1"),
]


def run(source: str, name: str, arrays: dict[str, Any]) -> Any:
    """The value of the one function of a module."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    function = namespace[name]
    taken = function.__code__.co_varnames[: function.__code__.co_argcount]
    return function(**{key: arrays[key] for key in taken})


EVERYWHERE = [(library, one) for library in ("torch", "jax") for one in (DERIVATIONS[0], DERIVATIONS[4])]


@pytest.mark.parametrize(
    ("library", "derivation"), [*(("numpy", one) for one in DERIVATIONS), *EVERYWHERE], ids=lambda one: str(one)[:20]
)
def test_the_code_of_one_derivation_computes_its_value(library: str, derivation: Derivation) -> None:
    module: Any = pytest.importorskip(library)
    _, arrays = samples(derivation.forward, 0, 1)[0]
    partials = {}
    if "dl/dz1" in {str(symbol) for symbol in derivation.result.free_symbols}:
        partials = {"dl/dz1": np.random.default_rng(0).normal(size=(len(arrays["x"]), len(arrays["W1"])))}
    expected = evaluate(derivation, {**arrays, **partials})
    array = module.tensor if library == "torch" else np.asarray
    given = arrays | ({"grad_z1": partials["dl/dz1"]} if partials else {})
    found = run(
        getattr(derivation, library)(),
        result_name(derivation),
        {name: array(one) if np.ndim(one) else float(one) for name, one in given.items()},
    )
    assert np.allclose(np.asarray(found), expected, rtol=1e-5, atol=1e-6)


def test_the_code_reads_as_a_person_would_write_it() -> None:
    source = NET.gradient("b2").numpy()
    assert source.startswith('"""dl/db2, as it was derived."""\n\nimport numpy as np\n')
    assert "def grad_b2(x, y, W1, b1, W2, b2):\n" in source
    assert "import torch" in NET.gradient("b2").torch()
    assert "jax" in NET.gradient("b2").jax()


def test_what_notebooks_and_prompts_show() -> None:
    derivation = NET.gradient("W1")
    html = derivation._repr_html_()
    assert html.startswith("<div><p>$")
    assert "shape: d × n" in html
    assert "<details><summary>steps</summary>$$" in html
    assert "<" not in html.replace("<div>", "").replace("</div>", "").replace("<p>", "").replace("</p>", "").replace(
        "<details>", ""
    ).replace("</details>", "").replace("<summary>", "").replace("</summary>", "")
    assert all(len(repr(one)) <= 130 for one in DERIVATIONS)
    assert "\n" not in repr(layer("LSTMCell(H)").vjp("z"))
    assert derivation.sympy() == derivation.result
    assert isinstance(derivation.sympy(), sympy.Expr)


def test_derivations_are_compared_by_value() -> None:
    gradient = NET.gradient("W1")
    assert gradient.equals(
        network("x:n -> Linear(d) -> Tanh -> Linear(K)", "1/2*MSE + 1/2*MSE", batch="B").gradient("W1")
    )
    assert not gradient.equals(network("x:n -> Linear(d) -> Tanh -> Linear(K)", "1/2*MSE", batch="B").gradient("W1"))
    assert not gradient.equals(NET.gradient("W2"))
    tanh, sigma = layer("Tanh").vjp("z"), stated("y[i] = 2*sigma(2*z[i]) - 1")
    assert same_value(sigma.vjp("z"), tanh)
    assert tanh.equals(tanh)
    assert tanh == layer("Tanh").vjp("z")
