from __future__ import annotations

import pytest
from hypothesis import given

from answers.errors import HomeworkContentError
from answers.latex.macros import expanded, expanded_in_text, macro_name, macros_of
from tests.answers.latex.formulas import formulas

MACROS = macros_of(
    {
        "R": r"\mathbb{R}",
        r"\norm": r"\lVert #1 \rVert",
        "half": r"\frac{1}{2}",
        "inner": r"\langle #1, #2 \rangle",
        "twice": r"\half + \half",
        "vec": r"\bm{#1}",
        "of": r"50 %",
    }
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"x \in \R^n", r"x \in \mathbb{R}^n"),
        (r"\norm{x + y}", r"\lVert x + y \rVert"),
        (r"\norm x", r"\lVert x \rVert"),
        (r"\inner{\vec a}{b}", r"\langle \bm{a}, b \rangle"),
        (r"x^\half \frac\half 2", r"x^{\frac{1}{2}} \frac{\frac{1}{2}} 2"),
        (r"\twice", r"\frac{1}{2} + \frac{1}{2}"),
        (r"\Re \Rho", r"\Re \Rho"),
        (r"\norm{a % b}", r"\lVert a % b \rVert"),
        (r"\of \R", r"50 % \mathbb{R}"),
    ],
)
def test_a_macro_is_what_it_stands_for(written: str, meant: str) -> None:
    assert expanded(written, MACROS) == meant


def test_no_command_runs_into_a_letter() -> None:
    macros = macros_of({"to": r"\rightarrow", "f": r"\alpha#1"})
    assert expanded(r"a\to b \f x", macros) == r"a\rightarrow b \alpha x"


@given(formulas)
def test_a_formula_without_macros_stays(formula: str) -> None:
    assert expanded(formula, macros_of({"zzz": "x"})) == formula


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (r"In $\R$ \R `$\R$` $\R$.", r"In $\mathbb{R}$ \R `$\R$` $\mathbb{R}$."),
        ("> $$\\norm{x\n> + y}$$\n\n```\n$\\R$\n```\n", "> $$\\lVert x\n> + y \\rVert$$\n\n```\n$\\R$\n```\n"),
        (
            "- a\n  \\begin{align}\n  \\R &= b\n  \\end{align}",
            "- a\n  \\begin{align}\n  \\mathbb{R} &= b\n  \\end{align}",
        ),
        ("| $\\R$ |\n|---|\n| $\\R$ |", "| $\\mathbb{R}$ |\n|---|\n| $\\mathbb{R}$ |"),
        (r"$5 and \R", r"$5 and \R"),
    ],
)
def test_the_formulas_of_a_text_have_them(text: str, meant: str) -> None:
    assert expanded_in_text(text, MACROS) == meant


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a", r"\input{x}", "it reads or writes files"),
        ("a", r"\def\b{x}", "it defines something"),
        ("a", r"\csname input\endcsname", "it steers TeX"),
        ("a", r"\a\a", "may call itself"),
        ("a", "{", "is not closed"),
        ("a 1", "x", "named by letters"),
    ],
)
def test_a_macro_that_does_more_than_print_is_refused(name: str, body: str, said: str) -> None:
    with pytest.raises(HomeworkContentError, match=said):
        macros_of({name: body})


def test_a_macro_that_doubles_what_it_is_given_ends() -> None:
    bodies = {chr(97 + n): rf"\{chr(98 + n)}\{chr(98 + n)}" for n in range(20)} | {"u": "x"}
    with pytest.raises(HomeworkContentError, match="more than"):
        macros_of(bodies)


def test_an_argument_that_is_missing_is_named() -> None:
    with pytest.raises(HomeworkContentError, match=r"the macro \\norm lacks argument 1"):
        expanded(r"\norm", MACROS)


def test_the_name_of_a_macro() -> None:
    assert macro_name("R") == macro_name(r"\R") == "R"
