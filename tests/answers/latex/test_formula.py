"""Every command that prints is allowed in a formula; whatever else a user writes is refused."""

from __future__ import annotations

import re
import string
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.latex import FormulaError, formula
from answers.latex.commands import COMMANDS, DISPLAYS, ENVIRONMENTS, REASONS, SIGNS
from answers.latex.sheet import Sheet, sheet_latex
from answers.pdf import Engine, available_engines, compile_pdf
from tests.answers.latex.formulas import formulas

ENGINES = available_engines()


@given(formulas)
def test_what_prints_is_kept(text: str) -> None:
    assert formula(text) == text


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{\partial \ell}{\partial \bm{W}^{(1)}} = \bm{\delta}\, \bm{x}^\top",
        r"\hat{y}_i = \frac{\exp(z_i)}{\sum_{j=1}^{K} \exp(z_j)}",
        r"f(x) = \begin{cases} x & \text{if $x > 0$,} \\ 0 & \text{otherwise} \end{cases}",
        r"\left\{ \begin{array}{r@{\,}c>{\bfseries}l} a & b & c \\[3pt] \hline d & e & f \end{array} \right.",
        r"\underbrace{a + b}_{\text{twice}} \overset{!}{=} \operatorname*{arg\,max}_{\theta} \lVert \theta \rVert_2^2",
        r"\left.\frac{\mathrm{d}f}{\mathrm{d}x}\right|_{x=0} \xrightarrow[n \to \infty]{\text{a.s.}} \mathbb{E}[X]",
        r"{n \choose k} = \binom{n}{k}, \quad \sqrt[3]{x}, \quad \root 3 \of x, \quad a \bmod b, \quad x' , y''",
        r"\mathcal{L}(\boldsymbol{\theta}) \stackrel{\text{a}}{=} \sum\limits_{i \in \{1, \ldots, n\}} \bigl(x_i\bigr)",
        r"\begin{pmatrix} 1 & \cdots & 0 \\ \vdots & \ddots & \vdots \\ 0 & \cdots & 1 \end{pmatrix} \otimes \bm{1}",
        r"\textcolor{red}{x} + {\color{blue} y} + \boxed{z} + \phantom{w} + \smash{v} + \raisebox{2pt}{$u$}",
        r"\begin{aligned} a &= b \\ &= c \tag{1} \end{aligned}",
        r"\vcenter{\hbox{\small \textit{in words}, 50\%, \#1, \$5, na\"ive}}",
        r"x \not\in A, \lnot b, \iint f, \dddot{x}, \sideset{}{'}\sum, \substack{i<j \\ k}, \cfrac{1}{1+x}",
    ],
)
def test_usual_formulas(text: str) -> None:
    assert formula(text) == text


def test_a_display_stands_alone() -> None:
    text = "\\begin{align*}\n  a &= b \\label{eq:one} \\\\\n  c &= d \\nonumber\n\\end{align*}"
    assert formula(text, display=True) == text
    with pytest.raises(
        FormulaError, match=r"align\* is a formula on lines of its own.*inside of a formula write aligned"
    ):
        formula(text)
    with pytest.raises(FormulaError, match="gather is a formula on lines of its own"):
        formula(r"\begin{align}\begin{gather}a\end{gather}\end{align}", display=True)


HOSTILE = [
    r"\input{/etc/passwd}",
    r"\input /etc/passwd",
    r"a + \text{\input{x}}",
    r"\text{if $\input{x}$}",
    r"^^5cinput{x}",
    r"^^^^005cinput{x}",
    r"\^^69nput{x}",
    r"^^\input{x}",
    "x^ⁿ",
    r"\csname input\endcsname{x}",
    r"\begin{input}{x}\end{input}",
    r"\begin{\input x}\end{a}",
    r"\begin input",
    r"\end{document}",
    r"\begin{document}",
    r"\begin{verbatim}x\end{verbatim}",
    r"\begin{filecontents}{x}\end{filecontents}",
    r"\begin{array}{>{\input x}c}1\end{array}",
    r"\begin{array}{@{\input{x}}c}1\end{array}",
    r"\@@input x",
    r"\makeatletter\@@input x",
    r"\expandafter\input\string x",
    r"\openin7=x \read7 to\a \a",
    r"\pdffiledump length 9 {x}",
    r"\pdfmdfivesum file {x}",
    r"\immediate\pdfobj stream file {x}",
    r"\immediate\write18{ls}",
    r"\immediate\openout7=x",
    r"\catcode`\|=0 |input{x}",
    r"\def\a{\a\a}\a",
    r"\let\a\input \a{x}",
    r"\newcommand{\a}{x}",
    r"\renewcommand{\arraystretch}{2}",
    r"\loop\iftrue\repeat",
    r"\scantokens{\input{x}}",
    r"\directlua{os.execute('ls')}",
    r"\special{x}",
    r"\pdfliteral{x}",
    r"\includegraphics{x}",
    r"\verbatiminput{x}",
    r"\lstinputlisting{x}",
    r"\verb|\input|",
    r"\href{run:x}{x}",
    r"\font\a=x",
    r"\uppercase{\input x}",
    r"\lowercase{x}",
    r"\global\advance\count0 by 1",
    r"\setlength{\textwidth}{1pt}",
    r"\setcounter{page}{9}",
    r"\label{\@@input x}\ref{x}",
    r"\label{\text{x}}",
    r"\ref x",
    r"\mathchar`\x",
    r"\afterassignment\input",
    r"\char92 input",
    r"\jobname",
    r"\number\year",
    r"\INPUT{x}",
    r"\inputé{x}",
    "\\",
    "a\\",
    "a + \\ ",
    "#1",
    "a\n\nb",
    "a\n \t\nb",
    "a}b{c",
    "{a",
    r"a}\input{b",
    r"\left( x",
    r"x \right)",
    r"{\left( x} \right)",
    r"\begin{matrix} a",
    r"\begin{matrix} a \end{pmatrix}",
    r"a $ b",
    r"a $ b $ c",
    r"\left( $ \right) $",
    r"\text{a $b} c$",
    r"\begin{matrix} { \end{matrix} }",
    r"a\]b\[c",
]


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x % y", r"x \% y"),
        (r"50\% + 3%", r"50\% + 3\%"),
        (r"a \\% b", r"a \\\% b"),
        ("a % b\n+ c", "a \\% b\n+ c"),
        (r"\text{50 % of $x$}", r"\text{50 \% of $x$}"),
    ],
)
def test_a_percent_sign_hides_nothing(text: str, latex: str) -> None:
    assert formula(text) == latex


@pytest.mark.parametrize("text", HOSTILE)
def test_what_does_more_than_print_is_refused(text: str) -> None:
    for written in (text, f"a + {text}"):
        for display in (False, True):
            with pytest.raises(FormulaError):
                formula(written, display=display)


@given(st.text(alphabet=string.ascii_letters + "@", min_size=1, max_size=12) | st.sampled_from(sorted(REASONS)))
def test_no_other_command_passes(name: str) -> None:
    word = re.match("[A-Za-z]*", name)
    assert word is not None
    if word[0] in COMMANDS:
        return
    with pytest.raises(FormulaError):
        formula(f"a \\{name} b")


@given(st.characters(max_codepoint=126).filter(lambda sign: not sign.isalpha() and sign not in SIGNS))
def test_no_other_sign_passes(sign: str) -> None:
    with pytest.raises(ValueError, match=r"formula|character"):
        formula(f"a \\{sign} b")


def nested(opener: str, closer: str, deep: int) -> str:
    return opener * deep + "x" + closer * deep


REPEATS = [
    (r"\phantom{", "}"),
    (r"\smash[b]{", "}"),
    (r"\text{if $", "$}"),
    (r"\emph{$", "$}"),
    (r"\textrm{a $", "$ b}"),
    (r"\overrightarrow{a ", "}"),
    (r"\underset{y}{", "}"),
    (r"\underset{", "}{y}"),
    (r"\overset {y} {a + ", "}"),
    (r"\xrightarrow[a]{", "}"),
    (r"\xrightarrow[\text{a}]{", "}"),
    (r"\sqrt[3]{", "}"),
    (r"\sqrt [\alpha]{", "}"),
    (r"\root 3 \of {", "}"),
    (r"\mathchoice{a}{b}{", "}{c}"),
    (r"\pmb{\left(", r"\right)}"),
    (r"\alpha[\phantom{", "}"),
    (r"\overset{\begin{matrix} ", r"\end{matrix}}{y}"),
]


@pytest.mark.parametrize(("opener", "closer"), REPEATS)
def test_what_would_take_tex_too_long_is_refused(opener: str, closer: str) -> None:
    assert formula(nested(opener, closer, 4))
    with pytest.raises(FormulaError, match="stands inside of 4 commands that set what they hold several times"):
        formula(nested(opener, closer, 5))


@pytest.mark.parametrize(
    ("opener", "closer"),
    [("{", "}"), (r"\frac{1}{", "}"), ("x_{", "}"), (r"\left(", r"\right)"), (r"\begin{matrix}", r"\end{matrix}")],
)
def test_brackets_and_environments_are_read_to_a_depth(opener: str, closer: str) -> None:
    assert formula(nested(opener, closer, 29))
    with pytest.raises(FormulaError, match="stands inside of 30 open brackets and environments"):
        formula(nested(opener, closer, 31))


@pytest.mark.parametrize(
    "columns", ["*{3}{c}", "c*{12}{r}l", "c | c", r"r@{\,}c", "*{2}{rl}*{2}{c}", r">{\bfseries}l", "*{99}{c}"]
)
def test_columns_may_be_repeated(columns: str) -> None:
    for text in (rf"\begin{{array}}[t]{{{columns}}} a \end{{array}}", rf"\multicolumn{{2}}{{{columns}}}{{a}}"):
        assert formula(text) == text


@pytest.mark.parametrize(
    "columns",
    [
        "*{100}{c}",
        "*{1000000000}{c}",
        "*{9}{*{9}{c}}",
        "*9{c}",
        "*99c",
        r"*{\linewidth}{c}",
        '*{"FF}{c}',
        "c*{ 123 } {c}",
    ],
)
def test_columns_are_not_repeated_without_end(columns: str) -> None:
    for text in (
        rf"\begin{{array}}{{{columns}}} a \end{{array}}",
        rf"\begin {{tabular}} [t] {{{columns}}} a \end{{tabular}}",
        rf"\multicolumn {{2}} {{{columns}}}{{a}}",
    ):
        with pytest.raises(FormulaError, match=r"they are repeated as \*\{3\}\{c\}, a plain number of times up to 99"):
            formula(text)


def test_what_is_bold_already_is_not_made_bold_again() -> None:
    for outer in ("boldsymbol", "bm", "hm"):
        with pytest.raises(FormulaError, match="stands in what is bold already"):
            formula(rf"\{outer}{{a \frac{{\boldsymbol x}}{{y}}}}")
    assert formula(r"\boldsymbol{a} + \boldsymbol{\bm{b}} \bm{c}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"\aplha", r"there is no command \\aplha for formulas; did you mean \\alpha\?"),
        (r"\begin{alinged}", r"there is no environment alinged for formulas; did you mean aligned\?"),
        (r"\input{x}", r"the formula \\input\{x\}: \\input has no place in a formula: it reads or writes files"),
        (r"\newcommand{\R}{x}", "write in full"),
        (r"\DeclareMathOperator{\sgn}{sgn}", r"write \\operatorname"),
        (r"{a", r"\{ is not closed"),
        ("a & b", "a & separates the columns of an environment such as aligned or pmatrix and stands outside"),
        (r"\begin{pmatrix} 1 & {2 & 3} \end{pmatrix}", "stands inside of {"),
        (r"a}", r"\} closes nothing: there is no \{ for this \}"),
        (r"{\left( x} \right)", r"\} stands where \\left is not closed"),
    ],
)
def test_the_message_says_what_to_write(text: str, said: str) -> None:
    with pytest.raises(FormulaError, match=said):
        formula(text)


def test_the_tables_do_not_overlap() -> None:
    assert not COMMANDS & set(REASONS)
    assert not DISPLAYS & ENVIRONMENTS


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_a_sheet_knows_all_that_is_allowed(engine: Engine, tmp_path: Path) -> None:
    names = sorted(COMMANDS - {"of"} | DISPLAYS | ENVIRONMENTS)
    asked = "\n".join(rf"\ifcsname {name}\endcsname\else\typeout{{unknown: {name}}}\fi" for name in names)
    head = sheet_latex(Sheet("T", "T", ())).partition(r"\begin{document}")[0]
    tex = f"{head}\\begin{{document}}\n{asked}\nx\\end{{document}}\n"
    log = compile_pdf(tex, tmp_path / "a.pdf", engine=engine).log
    assert re.findall("^unknown: (.*)$", log.text, re.MULTILINE) == []


DEFINES = re.compile(
    r"\\(?:DeclareMath(?:Symbol|Accent|Delimiter|Radical|Alphabet|Operator)|DeclareRobustCommand|DeclareTextFontCommand"
    r"|(?:re)?newcommand|def|let|gdef)\*?\s*\{?\s*\\([A-Za-z]+)(?![A-Za-z@])"
)
INTERNAL = set(
    """braceld bracelu bracerd braceru downbracefill upbracefill leftarrowfill rightarrowfill sqrtsign AmSfont DOTSB
    DOTSI DOTSX DeclareCurrentRelease DeclareRelease MultiIntegral do endmathdisplay endsplit hdots mathaccentV
    mathdisplay mathindent minalignsep mintagsep numberwithin primfrac split theequation tmspace veqno operatorfont
    qopname mathhexbox ignorespacesafterend DeclareBoldMathCommand GenericError GenericWarning bmdefine heavymath
    heavysymbol hmdefine""".split()
)
"""What the packages define for themselves or for preambles."""


@pytest.mark.parametrize("file", ["fontmath.ltx", "amsmath.sty", "amsopn.sty", "amstext.sty", "amsbsy.sty", "bm.sty"])
def test_every_public_command_of_the_mathematics_packages_is_judged(file: str) -> None:
    try:
        found = subprocess.run(["kpsewhich", file], capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        found = ""
    if not found:
        pytest.skip("the files of TeX Live are not here")
    lines = (line.partition("%")[0] for line in Path(found).read_text(encoding="latin1").splitlines())
    names = set(DEFINES.findall("\n".join(lines)))
    assert names
    assert sorted(names - COMMANDS - set(REASONS) - INTERNAL) == []
