from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.latex import FormulaError, MarkdownError, UnprintableError, escape, inline_markdown, markdown
from answers.latex.markdown import pictures
from tests.answers.latex.formulas import formulas

words = st.text(alphabet=string.ascii_letters + string.digits, min_size=1)


@given(words, formulas.map(lambda text: " ".join(text.split())), words)
def test_maths_is_kept_as_it_is(before: str, formula: str, after: str) -> None:
    text = f"{before} ${formula}$ {after}"
    assert inline_markdown(text) == text
    assert markdown(f"{before}\n\n$$\n{formula}\n$$") == f"{before}\n\n\\[\n{formula}\n\\]"


@given(st.text(alphabet=string.ascii_letters + "&%#_ ").map(str.strip).filter(lambda text: "_" not in text[:1]))
def test_words_are_escaped(text: str) -> None:
    text = f"a {text} a".replace("_ ", " ").replace(" _", " ")
    assert inline_markdown(" ".join(text.split())) == escape(" ".join(text.split()))


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("*a* **b** `c_d--e`", r"\emph{a} \textbf{b} \inlinecode{c\_d-{}-{}e}"),
        (
            "`test_of_a_file_with_a_long_name`",
            r"\inlinecode{" + "\\_\\allowbreak{}".join(("test", "of", "a", "file", "with", "a", "long", "name")) + "}",
        ),
        ('He said "no" -- it\'s $5 and $6.', r"He said ``no'' -- it's \$5 and \$6."),
        (r"costs \$5", r"costs \$5"),
        ("<b>x</b>", r"\textless{}b\textgreater{}x\textless{}/b\textgreater{}"),
        ("at least 45 %, or $n$ %", r"at least 45\,\%, or $n$\,\%"),
        ("[a_b](http://x.y/c_d?e=%20&f#g)", r"\href{http://x.y/c_d?e=\%20\&f\#g}{a\_b}"),
        ("# A & B", r"\textheading{A \& B}"),
        ("> a", "\\begin{quote}\na\n\\end{quote}"),
        ("a\\\n[b", "a\\leavevmode\\newline\n[b"),
        ("$σ(ŷ)$", r"$\sigma (\hat{y})$"),
        (r"so $a \text{ if $x > 0$ or $y$}$ and $b$", r"so $a \text{ if $x > 0$ or $y$}$ and $b$"),
        (r"$\{x$ and $y\}$, 2 $ or $3", r"$\{x$ and $y\}$, 2 \$ or \$3"),
        (r"it costs $ 5, $\alpha$ more", r"it costs \$ 5, $\alpha$ more"),
        ("see $$x$$ there", "see \\[\nx\n\\] there"),
        ("\\begin{align}\na &= b\n\\end{align}", "\\begin{align}\na &= b\n\\end{align}"),
        ("---", r"\textrule"),
    ],
)
def test_forms(text: str, latex: str) -> None:
    assert markdown(text) == latex


@pytest.mark.parametrize(
    "text",
    [
        r"$ \text{if $x$} $",
        r"a $ \alpha $ b",
        r"a $\alpha $ b",
        r"a $ x + \beta$",
        r"**a $ \alpha $**",
        "a $\n\\alpha\n$ b",
        r"a $\alpha is",
        "| a | b |\n|---|---|\n| $ \\alpha $ | c |",
    ],
)
def test_what_looks_like_a_formula_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(MarkdownError, match=r"is no formula: the dollar signs around one have no space"):
        markdown(text)


def test_lists_nest_and_count() -> None:
    assert markdown("3. a\n4. b\n   - [x] c") == (
        "\\begin{enumerate}[nosep,start=3]\n\\item {}a\n\\item {}b\n\n"
        "\\begin{itemize}[nosep]\n\\item[\\tickedbox] {}c\n\\end{itemize}\n\\end{enumerate}"
    )


def test_a_loose_list_keeps_its_room() -> None:
    assert markdown("- a\n\n- b").startswith("\\begin{itemize}[]")


def test_code_has_its_colours() -> None:
    latex = markdown("```python\ndef f():\n    pass\n```")
    assert latex.startswith("\\begin{codelisting}\n\\codeline{}{0}{\\codekeyword{def}")
    assert r"\codeline{}{4}{\codekeyword{pass}}" in latex


def test_tables_keep_their_alignment() -> None:
    assert markdown("| a | b |\n|---|--:|\n| $x$ | 50% |") == (
        "\\begin{center}\n\\begin{tabular}{lr}\na & b \\\\\n\\hline\n$x$ & 50\\% \\\\\n\\end{tabular}\n\\end{center}"
    )


def test_a_matrix_needs_no_dollars() -> None:
    matrix = "\\begin{pmatrix}\n1 & 2\n\\end{pmatrix}"
    assert markdown(matrix) == f"\\[\n{matrix}\n\\]"


@pytest.mark.parametrize(
    "text", ["a $\\input{x}$", "$$\n\\input{x}\n$$", "\\begin{align}\n\\input{x}\n\\end{align}", "| $\\openin$ |\n|-|"]
)
def test_a_formula_that_reads_a_file_is_refused(text: str) -> None:
    with pytest.raises(FormulaError, match="has no place in a formula: it reads or writes files"):
        markdown(text)


@pytest.mark.parametrize(
    "address", ["run:/bin/sh", "RUN:x", "other.pdf", "/etc/passwd", "#here", "ftp://x.y", "\\\\x\\y"]
)
def test_a_link_leads_to_pages_only(address: str) -> None:
    with pytest.raises(MarkdownError, match="expected an address that begins with http://"):
        markdown(f"[a]({address})")


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("![A *net*, $x$](a/net_1.png)", r"\sheetfigure{a/net_1.png}{A \emph{net}, $x$}"),
        ("![](net.pdf){width=60%}", r"\sheetfigure[width=0.6\linewidth]{net.pdf}{}"),
        ("![](n.jpg){ height=2.5cm width=20% }", r"\sheetfigure[height=2.5cm,width=0.2\linewidth]{n.jpg}{}"),
        ("so ![n](n.png){height=1em} x".replace("1em", "12pt"), r"so \picturefile[height=12pt]{n.png} x"),
        ("![n](<my net.png>)", r"\sheetfigure{my net.png}{n}"),
        ("![n](n.png) {a}", r"\picturefile{n.png} \{a\}"),
    ],
)
def test_pictures(text: str, latex: str) -> None:
    assert markdown(text) == latex
    assert pictures(text) == (latex.partition("{")[2].partition("}")[0],)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("![n](http://x.y/z.png)", "expected the path of a file beside the homework"),
        ("![n](<a}b.png>)", "expected the path of a file"),
        (r"![n](a\input.png)", "expected the path of a file"),
        ("![n](my net.png)", r"is no picture.*!\[words\]\(<my file\.png>\)"),
        ("![n](n.png){wide=3}", r"has wide=3; expected width or height"),
        ("![n](n.png){width=3parsec}", r"has width=3parsec; expected"),
        ("![n](n.png){60%}", r"has \{60%\}; expected"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_refused(text: str, said: str) -> None:
    with pytest.raises(MarkdownError, match=said):
        markdown(text)


def test_boxes_to_tick() -> None:
    assert markdown("- [ ] a\n- [X] b\n- [c](http://x.y)") == (
        "\\begin{itemize}[nosep]\n\\item[\\emptybox] {}a\n\\item[\\tickedbox] {}b\n"
        "\\item {}\\href{http://x.y}{c}\n\\end{itemize}"
    )


@pytest.mark.parametrize("said", [r"\newpage", r"\pagebreak", r"\clearpage"])
def test_a_page_ends_between_paragraphs(said: str) -> None:
    assert markdown(f"a\n\n{said}\n\nb") == "a\n\n\\sheetbreak\n\nb"
    with pytest.raises(MarkdownError, match="between the paragraphs"):
        markdown(f"- a\n\n  {said}")


def test_a_sentence_goes_on_around_a_formula_on_its_own_lines() -> None:
    formula = "\\begin{align}\na &= b\n\\end{align}"
    assert markdown(f"so\n{formula}\nand") == f"so\n{formula}\nand"
    assert markdown(f"so\n\n{formula}\n\nand") == f"so\n\n{formula}\n\nand"


def test_a_character_of_no_font_is_refused() -> None:
    with pytest.raises(UnprintableError, match=r"U\+1F393"):
        markdown("See *🎓*.")
