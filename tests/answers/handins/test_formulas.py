"""Formulas of texts, with what stands around them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from answers.handins.files import Format, HandinError, HandinText, definitions_in, readable, text_of
from answers.handins.formulas import Formula, formulas_in, latex_of
from answers.handins.rows import equations_in
from answers.reading import macros_in


def found(text: str, form: Format = "tex") -> list[Formula]:
    return list(formulas_in(HandinText("a", form, text)))


@pytest.mark.parametrize(
    ("content", "equations"),
    [
        ("a = b", ["a = b"]),
        (r"a &= b \\ &= c", [r"a &= b \\ &= c"]),
        (r"a &= b \\ c &= d", ["a &= b", "c &= d"]),
        (r"a &= b \\ &\quad + e \\ c &= d", [r"a &= b \\ &\quad + e", "c &= d"]),
        (r"a = b, \quad c = d", ["a = b", "c = d"]),
        (r"a = b \quad \text{and} \quad c = d", ["a = b", "c = d"]),
        (r"a = b \quad i = 1", ["a = b", "i = 1"]),
        (r"a = \begin{cases} 1 & i = j \\ 0 & i \ne j \end{cases} \\ c = d",
         [r"a = \begin{cases} 1 & i = j \\ 0 & i \ne j \end{cases}", "c = d"]),
        (r"a = b \label{e} \nonumber \\[2mm] c = d \tag{1}", ["a = b", "c = d"]),
        (r" \\ ", []),
    ],
)  # fmt: skip
def test_equations_of_a_display(content: str, equations: list[str]) -> None:
    assert [" ".join(one.replace(r"\\", r" \\ ").split()) for one in equations_in(content)] == equations


def test_formulas_of_latex_with_their_lines_and_headings() -> None:
    text = r"""\newcommand{\W}{W}
\begin{document}
\section{1.1 First}
\subsection*{(c) Gradients} % a = commented
% answer 1.1c dl/dW1
\[ a = b % = c
\]
Text $x$ and \(y\).
\paragraph{2} \begin{align} c &= d \\ e &= f \end{align}
"""
    formulas = found(text)
    assert [formula.latex for formula in formulas] == ["a = b", "x", "y", "c &= d", "e &= f"]
    assert formulas[0].line == 6
    assert (formulas[0].part, formulas[0].quantity) == ("1.1c", "dl/dW1")
    assert formulas[0].headings == ("1.1 First", "(c) Gradients")
    assert [formula.displayed for formula in formulas] == [True, False, False, True, True]
    assert (formulas[3].part, formulas[3].headings[-1]) == ("", "2")


def test_formulas_of_markdown_in_tables_and_fences() -> None:
    text = "## 2 (b)\n| of | it is |\n| --- | --- |\n| $W_1$ | $a^T$ |\n| $b_1$ | $c$ |\n\n```math\nd = e\n```\n"
    formulas = found(text, "md")
    assert [(formula.row, formula.latex) for formula in formulas] == [("W_1", "a^T"), ("b_1", "c"), ("", "d = e")]
    assert formulas[0].headings == ("2 (b)",)


def test_formulas_of_tables_in_latex() -> None:
    text = r"\begin{tabular}{|c|p{3cm}|} \hline $W_1$ & $a$ \\ \hline $b$ & $c$ \\ \end{tabular}"
    assert [(formula.row, formula.latex) for formula in found(text)] == [("W_1", "a"), ("b", "c")]


def test_plain_text_has_equations_on_lines() -> None:
    formulas = found("Question 1.2\n(c)\n# answer 1.2c dl/db1\n- dl/db1 = W2.T (yhat - y)\nno formula\n", "txt")
    assert [formula.latex for formula in formulas] == [r"dl/db_{1} = W_{2}^T (\hat{y} - y)"]
    assert (formulas[0].part, formulas[0].headings[-1]) == ("1.2c", "(c)")
    assert latex_of(r"\frac{\partial \ell}{\partial W_1} = 2 x") == r"\frac{\partial \ell}{\partial W_1} = 2 x"
    assert latex_of("2*sigma(z1) @ delta") == r"2*\sigma(z_{1})   \delta"


def test_notebooks_have_markdown_and_markers_in_their_metadata(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "source": "x = $1$", "metadata": {}},
        {"cell_type": "markdown", "source": ["$$\n", "a = b\n", "$$"], "metadata": {"gradsheet": {"part": "1a"}}},
    ]
    file = tmp_path / "a.ipynb"
    file.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (formula,) = formulas_in(text_of(file))
    assert (formula.latex, formula.part) == ("a = b", "1a")


@pytest.mark.parametrize("content", [b"{", b'{"cells": 3}', b'{"cells": [3]}', b"[]", b"\x00\x01\x02"])
def test_what_is_no_notebook_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.write_bytes(content)
    with pytest.raises(HandinError, match=r"a\.ipynb is no"):
        text_of(file)


def test_files_of_a_hand_in(tmp_path: Path) -> None:
    for name in ("b.tex", "a.md", ".hidden.tex", "c.pdf", "__MACOSX/d.tex", "inside/e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "link.tex").symlink_to(tmp_path / "b.tex")
    assert [path.name for path in readable(tmp_path)] == ["a.md", "b.tex", "e.txt"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("ŷ".encode(), "ŷ"),
        ("ŷ".encode("utf-16"), "ŷ"),
        (b"\xe9", "é"),
        (b"a\r\nb\rc", "a\nb\nc"),
        (b"\xef\xbb\xbfa", "a"),
    ],
)
def test_texts_in_any_encoding(content: bytes, text: str, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(content)
    assert text_of(tmp_path / "a.md").text == text


def test_definitions_of_all_files_count_but_not_those_in_comments() -> None:
    texts = [
        HandinText("a", "tex", "\\newcommand{\\a}{1}\n% \\newcommand{\\b}{2}\n"),
        HandinText("b", "tex", "\\def\\c{3}"),
    ]
    assert definitions_in(texts).split() == [r"\newcommand{\a}{1}", r"\def\c{3}"]


def test_a_definition_over_several_lines_is_whole_and_one_without_an_end_is_left_out() -> None:
    text = "\\newcommand{\\e}{%\n  (\\hat y - y)\n}\n\\newcommand{\\open}{(\n\n\\def\\c{3}"
    found = macros_in(definitions_in([HandinText("a", "tex", text)]))[0]
    assert set(found) == {"\\e", "\\c"}


UNCLOSED = (
    r"\begin{align} ", r"\[ ", "$$x ", "$x ", "{", r"\begin{tabular}{c} a & ", "|a|\n", "```\n", "# a\n", "\\", "**a",
    "(", r"\newcommand{\a}{", r"\[ a = b \quad c = d ", r"\text{$", "dl/dW1 = ", r"\item[", "% answer 1a ",
)  # fmt: skip


@pytest.mark.parametrize("piece", UNCLOSED)
@pytest.mark.parametrize("form", ["tex", "md", "txt"])
def test_texts_that_close_nothing_end_soon(piece: str, form: Format) -> None:
    start = time.process_time()
    found(piece * (30_000 // len(piece)), form)
    assert time.process_time() - start < 5


def test_formulas_in_code_are_none_and_what_is_not_closed_hides_nothing() -> None:
    assert [one.latex for one in found("```python\nx = $1$\n```\n$$a = b$$ \\[ $c$", "md")] == ["a = b", "c"]
    assert [one.latex for one in found(r"\begin{align} $a$ \[ b = c \]")] == ["a", "b = c"]
    assert [one.latex for one in found(r"\begin{alignat}{2} a &= b \end{alignat} costs \$5 and \$6")] == ["a &= b"]
