"""A preamble prints and sets; what reads files, runs programs or could hide such a command is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from answers.command.homeworks import loaded
from answers.errors import HomeworkContentError, HomeworkError
from answers.homework.load import loads
from answers.latex.preamble import preamble
from answers.sheets.build import build

RIGHT = [
    r"\usepackage{booktabs}",
    r"\usepackage[dvipsnames]{xcolor}\usepackage{siunitx, cancel}",
    r"\newcommand{\R}{\mathbb{R}}",
    r"\definecolor{key}{RGB}{160,20,20}  % \input is only said here",
    r"\setlength{\parskip}{3pt} \geometry{margin=2cm}",
    r"\newenvironment{remark}{\begin{quote}}{\end{quote}}",
    "\\renewcommand{\\familydefault}{\\sfdefault}\n50\\%",
]
HOSTILE = [
    r"\input{/etc/passwd}",
    r"\input /etc/passwd",
    r"\include{x}",
    r"\newread\f \openin\f=/etc/passwd \read\f to\x",
    r"\immediate\write18{id}",
    r"\usepackage{shellesc}\ShellEscape{id}",
    r"\directlua{os.execute('id')}",
    r"\begin{luacode}os.execute('id')\end{luacode}",
    r"\usepackage{luacode}",
    r"\usepackage{ luacode }",
    r"\begin{directlua}{x}\end{directlua}",
    r"\latelua{x}",
    r"\csname input\endcsname{x}",
    r"\catcode`\|=0 |input{x}",
    r"^^5cinput{x}",
    r"\makeatletter\@@input x",
    r"\@input{x}",
    r"\@nameuse{input}{x}",
    r"\ExplSyntaxOn \use:c {input} {x}",
    r"\UseName{input}{x}",
    r"\scantokens{\input{x}}",
    r"\verbatiminput{x}",
    r"\usepackage{catchfile}\CatchFileDef{\x}{/etc/passwd}{}",
    r"\pdfobj stream file {/etc/passwd}",
    r"\font\x=/etc/passwd",
    r"\usepackage{../x}",
    r"\usepackage{/tmp/x}",
    r"\documentclass{article}",
    r"\begin{document}x",
    r"\newcommand{\x}{",
    r"}",
    r"\\input{x} \input{y}",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_sets_a_sheet_is_kept(text: str) -> None:
    assert preamble(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_reads_or_runs_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(HomeworkContentError):
        preamble(text)
    tex = "\n".join(f"  {line}" for line in ("\\usepackage{booktabs}", text))
    with pytest.raises(HomeworkError, match=r"homework:[2-4]: preamble: "):
        loads(f"title: T\npreamble: |\n{tex}\nquestions: []\n")


def test_its_commands_are_known_to_formulas_and_its_settings_to_the_sheet(tmp_path: Path) -> None:
    file = tmp_path / "hw.yaml"
    file.write_text(
        "title: T\npreamble: |\n  \\newcommand{\\E}[1]{\\mathbb{E}\\left[#1\\right]}\n"
        "  \\DeclareMathOperator{\\sgn}{sgn}\n  \\definecolor{key}{RGB}{160,20,20}\n"
        "introduction: Let $\\E{x} = \\sgn(x)$.\nquestions: []\n"
    )
    with loaded(str(file)) as source:
        assert source.homework.introduction == r"Let $\mathbb{E}\left[x\right] = \operatorname{sgn}(x)$."
        assert all(path.exists() for path in build(source.homework, tmp_path / "out", beside=source.beside).files)


def test_an_error_of_tex_in_it_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "hw.yaml"
    file.write_text("title: T\npreamble: |\n  \\usepackage{booktabs}\n  \\wrongcommand{x}\nquestions: []\n")
    said = r"hw\.yaml:4: preamble: TeX stops at this text: Undefined control"
    with pytest.raises(HomeworkError, match=said), loaded(str(file)) as source:
        build(source.homework, tmp_path / "out", only="questions", beside=source.beside)
