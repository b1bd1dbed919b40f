"""LaTeX for sheets: text and code as LaTeX, and the templates filled in."""

from answers.latex.code import CodeLine, code_lines
from answers.latex.environment import latex_environment, render
from answers.latex.escape import UnprintableError, escape, escape_maths
from answers.latex.formula import FormulaError, formula
from answers.latex.markdown import MarkdownError, inline_markdown, markdown

__all__ = [
    "CodeLine",
    "FormulaError",
    "MarkdownError",
    "UnprintableError",
    "code_lines",
    "escape",
    "escape_maths",
    "formula",
    "inline_markdown",
    "latex_environment",
    "markdown",
    "render",
]
