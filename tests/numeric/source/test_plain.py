from __future__ import annotations

import ast
import keyword
import tokenize
from dataclasses import replace
from io import StringIO

import numpy
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol

from derive import layer, network
from derive.expression import symbols
from derive.forward import Forward
from derive.layers import Activation
from derive.layers.definition import LayerDefinition
from numeric import CompileError, compile
from numeric.export import exported
from numeric.source import SourceError
from numeric.source.names import Names
from numeric.source.naming import RESERVED, function_name, python_name, variable
from numeric.source.plain import identifier, in_docstring, literal, one_line, require_plain

TEXTS = st.text(alphabet=st.characters() | st.sampled_from("\"'\\\n\r\u2028\x85\x00{}#"), max_size=40)
FOREIGN = Symbol('[open("RAN", "w"), 3][1]', integer=True, positive=True)


@given(TEXTS)
def test_a_text_in_a_docstring_stays_a_text(text: str) -> None:
    for source in (f'"""{in_docstring(text)}."""', f'"""{in_docstring(text)}"""', f'"""a{in_docstring(text)}"""'):
        (statement,) = ast.parse(source).body
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Constant)
    assert ast.literal_eval(f'"""{in_docstring(text)}."""') == f"{one_line(text)}."


@given(TEXTS)
def test_a_text_in_a_comment_stays_in_it(text: str) -> None:
    source = f"# {one_line(text)}\nx = 1\n"
    kinds = [token.type for token in tokenize.generate_tokens(StringIO(source).readline)]
    assert kinds.count(tokenize.COMMENT) == 1
    assert len(ast.parse(source).body) == 1


@given(TEXTS)
def test_a_literal_is_the_text(text: str) -> None:
    assert ast.literal_eval(literal(text)) == one_line(text)


@given(TEXTS)
def test_names_are_words_or_refused(text: str) -> None:
    try:
        name = identifier(text)
    except SourceError:
        return
    assert name.isidentifier()
    assert name.isascii()
    assert not keyword.iskeyword(name)


@pytest.mark.parametrize(
    "source",
    ["open('RAN')", "import os", "from os import system", "x = ().__class__", "x = y", "def exec(z): pass",
     "x = [__import__('os')]", "for eval in (): pass", "x =", "a\0"],
)  # fmt: skip
def test_a_program_that_does_more_than_compute_is_refused(source: str) -> None:
    with pytest.raises(SourceError):
        require_plain(source)


def with_size(model: Forward, size: Symbol) -> Forward:
    """The model with another symbol for the size n."""
    known = {Symbol("n", integer=True, positive=True): size}
    given_ = tuple(
        replace(one, shape=tuple(sympy.sympify(length).xreplace(known) for length in one.shape)) for one in model.given
    )
    rows = tuple(
        replace(
            row,
            tensor=replace(
                row.tensor, shape=tuple(sympy.sympify(length).xreplace(known) for length in row.tensor.shape)
            ),
            expression=row.expression.xreplace(known),
        )
        for row in model.rows
    )
    return replace(model, given=given_, rows=rows)


def test_the_writer_trusts_no_name_that_was_let_through() -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(n)", "MSE(mean)", batch="B")
    changed = replace(net, forward=with_size(net.forward, FOREIGN))
    with pytest.raises(CompileError):
        compile(changed)
    for target in ("numpy", "torch", "jax"):
        with pytest.raises(CompileError):
            exported(changed, target)


@pytest.mark.parametrize("write", [python_name, function_name, lambda name: variable(Symbol(name))])
@pytest.mark.parametrize("name", ["open('RAN')", "a\nb", 'a"""', "", "__import__", "ｏｐｅｎ", "a b"])
def test_no_writer_of_names_writes_what_is_none(write: object, name: str) -> None:
    assert callable(write)
    with pytest.raises(CompileError):
        write(name)


@pytest.mark.parametrize("name", ["lambda", "in", "len", "open", *sorted(RESERVED)])
def test_words_of_python_and_of_the_program_are_written_otherwise(name: str) -> None:
    assert python_name(name) != name
    assert python_name(name).isidentifier()


NAMES = st.builds(
    lambda word, ending, primes: f"{word}{ending}{primes}",
    st.sampled_from(["lambda", "in", "len", "loss", "np", "params", "z", "u_prime", "W1", *sorted(RESERVED)]),
    st.sampled_from(["", "_", "__", "_prime", "_prime_"]),
    st.sampled_from(["", "'", "''"]),
)


@given(NAMES, NAMES)
def test_distinct_names_stay_distinct(first: str, second: str) -> None:
    for write in (python_name, function_name, lambda name: Names().tensor(name).source):
        assert (write(first) == write(second)) == (first == second)
        assert write(first).isidentifier()
        assert not keyword.iskeyword(write(first))


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
@pytest.mark.parametrize(("first", "second"), [("lambda", "u"), ("loss", "np"), ("u_prime", "in"), ("u_", "params")])
def test_arrays_are_given_by_the_names_that_were_written(first: str, second: str, target: str) -> None:
    array = pytest.importorskip({"jax": "jax.numpy"}.get(target, target)).asarray
    own = LayerDefinition(
        "Own",
        f"u'[i] = {first}[i]*z[i]; y[i] = u'[i]^2 + {second}[i]",
        ("n",),
        shapes={first: ("n",), second: ("n",)},
        parameters={first: first, second: second},
    )
    made = compile(layer(own, batch="B"), target=target)
    z, scale, shift = numpy.array([[0.5, 0.25, 2.0]]), numpy.array([1.0, 2.0, 3.0]), numpy.array([4.0, 5.0, 6.0])
    z, scale, shift = (one.astype(numpy.float32) for one in (z, scale, shift))
    y, cache = made.forward({first: array(scale), second: array(shift)}, array(z))
    gradients = made.backward({first: array(scale), second: array(shift)}, cache, array(numpy.ones_like(z)))
    numpy.testing.assert_allclose(numpy.asarray(y), (scale * z) ** 2 + shift)
    numpy.testing.assert_allclose(numpy.asarray(gradients[first]), (2 * scale * z**2)[0])
    numpy.testing.assert_allclose(numpy.asarray(gradients[second]), numpy.ones(3))
    ast.parse(exported(layer(own, batch="B"), target))


def test_functions_that_would_have_one_name_are_refused() -> None:
    own = Activation("Own", "exp(z)/(1 + exp(z))^2 + z", call="softplus_1_2")
    with pytest.raises(CompileError, match="would have one name"):
        compile(network("x:n -> Softplus(0.5) -> Own", "MSE", extra=[own], batch="B"))


def test_a_description_with_quotes_and_lines_stays_in_the_docstring() -> None:
    source = compile(network("x:n ->\n  Linear(K)", "MSE", batch="B")).source
    assert source.splitlines()[0] == '"""x:n -> Linear(K), MSE: forward and backward on a batch."""'


def test_values_of_constants_in_the_name_of_a_function() -> None:
    for target in ("numpy", "torch", "jax"):
        ast.parse(exported(layer("Softplus", "0.5", batch="B"), target))


@pytest.mark.parametrize("letter", ["b", "lambda", "np", "l", "params", "m"])
def test_an_index_may_be_called_by_any_word(letter: str) -> None:
    own = LayerDefinition(
        "Own",
        f"y[q] = sum[{letter}] P[q,{letter}]*z[{letter}]",
        ("n",),
        sizes={"k": symbols.size("k")},
        shapes={"P": ("k", "n"), "y": ("k",)},
        parameters={"P": "P"},
    )
    random = numpy.random.default_rng(0)
    weight, z, dy = random.normal(size=(3, 4)), random.normal(size=(2, 4)), random.normal(size=(2, 3))
    made = compile(layer(own, batch="B"))
    y, cache = made.forward({"P": weight}, z)
    numpy.testing.assert_allclose(y, z @ weight.T)
    numpy.testing.assert_allclose(made.backward({"P": weight}, cache, dy)["P"], dy.T @ z)


def test_what_an_interpreter_keeps_for_its_user_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins._", 3, raising=False)
    source = compile(network("x:n -> Linear(K)", "SoftmaxCrossEntropy", batch="B")).source
    assert require_plain(source) == source
