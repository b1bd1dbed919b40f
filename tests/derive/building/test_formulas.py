from __future__ import annotations

import pytest

from derive.building.formulas import calls, parse_formula_in, setting_of
from derive.errors import DefinitionError
from derive.expression import symbols
from derive.layers import named_functions

SETTING = setting_of({"z": ("K",), "A": ("m", "K")}, "M = max[k] z[k]\ny[i] = sum[k] A[i,k]*z[k]", named_functions())


def test_definitions_have_shapes() -> None:
    assert SETTING.forward.tensors["M"].shape == ()
    assert SETTING.forward.tensors["y"].shape == (symbols.size("m"),)
    assert [definition.name for definition in SETTING.definitions] == ["M", "y"]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("z[i]", "i"),
        ("sum[k] z[k]", ""),
        ("A[i,j]*z[j]", "ij"),
        ("sum[j] A[i,j]*z[j] + K", "i"),
        ("diff(y[i], z[j])", "ij"),
        ("z[0] + beta", ""),
    ],
)
def test_free_indices(text: str, letters: str) -> None:
    assert "".join(map(str, parse_formula_in(text, SETTING).letters)) == letters


def test_ranges_of_free_indices() -> None:
    formula = parse_formula_in("A[i,j]", SETTING)
    i, j = formula.letters
    assert SETTING.range_of(i, (formula.expression,)) == symbols.size("m")
    assert SETTING.range_of(j, (formula.expression,)) == symbols.size("K")
    shifted = parse_formula_in("z[i + 1]", SETTING)
    with pytest.raises(DefinitionError, match="the range of index i is not known"):
        SETTING.range_of(shifted.letters[0], (shifted.expression,))


def test_what_a_formula_calls() -> None:
    tree = parse_formula_in("sigma'(z[i])*diff(f(M), z[i])", SETTING).tree
    assert sorted(calls(tree)) == ["diff", "f", "sigma'"]


def test_bad_formulas() -> None:
    with pytest.raises(DefinitionError, match="w is read but not defined; known here: A, M, y, z"):
        parse_formula_in("w[i]", SETTING)
    with pytest.raises(DefinitionError, match="there is no function sigmo; did you mean sigma"):
        parse_formula_in("sigmo(M)", SETTING)
    with pytest.raises(DefinitionError, match="z has 1 axes, 2 subscripts"):
        parse_formula_in("z[i,j]", SETTING)
    with pytest.raises(DefinitionError, match="cannot read the equation at line 1"):
        parse_formula_in("z[i", SETTING)
    with pytest.raises(DefinitionError, match="the range of index i is not known"):
        setting_of({"z": ("K",)}, "y[i] = z[2*i]")
