from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derive import layer
from derive.building.language import Source, Stage, parse_network, parse_stage
from derive.errors import NetworkError
from derive.expression.symbols import scalar, size

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,5}", fullmatch=True).filter(lambda name: name not in ("x", "X", "as"))
SCALES = st.one_of(st.just(""), st.integers(1, 99).map("{}*".format), st.just("1/2*"), st.just("0.5*"))


@given(NAMES, st.lists(st.tuples(SCALES, NAMES, st.lists(NAMES, max_size=2)), max_size=4))
def test_networks_are_read_as_they_are_written(source: str, stages: list[tuple[str, str, list[str]]]) -> None:
    written = [f"{scale}{name}" + (f"({', '.join(given)})" if given else "") for scale, name, given in stages]
    (chain,) = parse_network(" -> ".join([f"{source}:n", *written]))
    assert chain.source == Source("input", (source,), (size("n"),))
    read = [(stage.scale, stage.name, list(stage.positional)) for stage in chain.stages]
    assert read == [(sympy.Rational(scale.rstrip("*") or 1), name, given) for scale, name, given in stages]


def test_arguments_are_numbers_names_and_tuples() -> None:
    stage = parse_stage("Conv2d(m, kernel=(3, 2), padding=-1, slope=0.25, mode='same')")
    assert stage.positional == ("m",)
    assert dict(stage.named) == {"kernel": (3, 2), "padding": -1, "slope": sympy.Rational(1, 4), "mode": "same"}


@pytest.mark.parametrize("written", ["0.5", "1/2", "2/4", "'0.5'", "'1/2'", '"0.5"', "1.5/3", "' 1 / 2 '"])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert dict(parse_stage(f"Dropout(p={written})").named) == {"p": sympy.Rational(1, 2)}


@pytest.mark.parametrize("given", [0.5, 1 / 2, "0.5", "1/2", sympy.Rational(1, 2)])
def test_numbers_from_python_are_the_same_too(given: object) -> None:
    assert layer("Dropout", p=given).vjp("z") == layer("Dropout(0.5)").vjp("z")


def test_a_quotient_by_0_is_refused() -> None:
    with pytest.raises(NetworkError, match="1/0 divides by 0"):
        parse_stage("Dropout(1/0)")


@pytest.mark.parametrize(
    ("text", "scale"),
    [("MSE", 1), ("1/2*MSE", sympy.Rational(1, 2)), ("0.5*MSE", sympy.Rational(1, 2)), ("c*MSE", scalar("c"))],
)
def test_scales(text: str, scale: sympy.Expr) -> None:
    assert parse_stage(text) == Stage("MSE", scale=sympy.sympify(scale))


@pytest.mark.parametrize("text", ["x:(n, m) -> ReLU", "x:n x m -> ReLU", "x:n × m -> ReLU"])
def test_shapes_with_several_axes(text: str) -> None:
    (chain,) = parse_network(text)
    assert chain.source.shape == (size("n"), size("m"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x:n -> Linear(d)) -> ReLU", ")) -> ReLU\n                ^"),
        ("x:n Linear(d)", "x:n Linear(d)\n    ^"),
        ("x:n -> Linear(d) -> -> ReLU", "-> -> ReLU\n                    ^"),
        ("x: -> ReLU", "x: -> ReLU\n   ^"),
    ],
)
def test_errors_point_at_the_place(text: str, place: str) -> None:
    with pytest.raises(NetworkError) as error:
        parse_network(text)
    assert place in str(error.value)
    assert "expected the form x:n -> Linear(d)" in str(error.value)


@pytest.mark.parametrize("text", ["", "2*", "MSE(", "MSE(mean", "1/*MSE"])
def test_a_stage_that_cannot_be_read(text: str) -> None:
    with pytest.raises(NetworkError, match="cannot read the stage, expected the form"):
        parse_stage(text)


def test_a_minus_sign_before_a_name() -> None:
    with pytest.raises(NetworkError, match="a minus sign stands before d, expected a number"):
        parse_stage("Linear(-d)")
