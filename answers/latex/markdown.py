"""Markdown with maths between dollar signs as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from answers.errors import HomeworkContentError
from answers.latex.code import code_lines
from answers.latex.escape import escape, escape_typed
from answers.latex.formula import formula, is_display
from derive.expression.identifiers import quoted


class MarkdownError(HomeworkContentError):
    """A text uses a part of Markdown that a sheet cannot print."""


def markdown(text: str) -> str:
    """The LaTeX of a Markdown text: paragraphs, lists, emphasis, code, headings, links, tables.

    Maths between ``$`` or ``$$``, and environments such as ``align``, are kept as they are; all else is
    escaped. Straight quotes become curly ones, ``--`` and ``---`` dashes. A dollar sign with a space on its
    inner side is a dollar sign, so that prices can be told from formulas; commands of LaTeX behind one are refused.

    Raises:
        FormulaError: a formula holds what has no place in one.
        MarkdownError: the text holds a picture, a link to what is no page, or what looks like a formula and is none.
        UnprintableError: a character is not in the fonts.
    """
    return "\n\n".join(_blocks(SyntaxTreeNode(_parser().parse(text))))


def inline_markdown(text: str) -> str:
    """The LaTeX of a Markdown text on one line, such as a title or the cell of a table.

    Raises:
        FormulaError: a formula holds what has no place in one.
        MarkdownError: the text holds a picture, or a link to what is no page.
        UnprintableError: a character is not in the fonts.
    """
    return _inline(SyntaxTreeNode(_parser().parseInline(text)))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "smartquotes"])
    dollarmath_plugin(parser, allow_labels=False, allow_space=False, allow_blank_lines=False, double_inline=True)
    amsmath_plugin(parser)
    parser.inline.ruler.before("math_inline", "math_with_words", _math_with_words)
    return parser


def _math_with_words(state: StateInline, silent: bool) -> bool:
    """A formula with formulas in its words, such as ``$0 \\text{ if $x<0$}$``: dollars in braces do not end it."""
    if not state.src.startswith("$", state.pos) or state.src[state.pos + 1 : state.pos + 2] in ("", "$", " ", "\n"):
        return False
    depth, place, inner = 0, state.pos + 1, False
    while place < state.posMax:
        sign = state.src[place]
        if sign == "$" and depth <= 0:
            break
        inner |= sign == "$"
        depth += (sign == "{") - (sign == "}")
        place += 2 if sign == "\\" else 1
    content = state.src[state.pos + 1 : place]
    if place >= state.posMax or not inner or content[-1].isspace():
        return False
    if not silent:
        state.push("math_inline", "math", 0).content = content
    state.pos = place + 1
    return True


def _blocks(node: SyntaxTreeNode) -> list[str]:
    return [_block(child) for child in node.children]


def _block(node: SyntaxTreeNode) -> str:
    return BLOCKS[node.type](node)


def _inline(node: SyntaxTreeNode) -> str:
    return "".join(INLINES[child.type](child) for child in node.children)


STRAY = re.compile(r"\$\s*\\[A-Za-z]+|\$[^$]*\\[A-Za-z][^$]*\$")
"""A command of LaTeX behind a dollar sign that begins no formula, or between two of them."""


def _line(node: SyntaxTreeNode) -> str:
    """The LaTeX of a line of text.

    Raises:
        MarkdownError: it holds what looks like a formula and is none.
    """
    plain = "".join("\n" if part.type == "softbreak" else part.content for part in node.walk() if part.type in WRITTEN)
    stray = STRAY.search(plain)
    if stray:
        raise MarkdownError(
            f"{quoted(stray[0])} is no formula: the dollar signs around one have no space on their inner side, "
            r"$\alpha$ and not $ \alpha $"
        )
    return _inline(node)


WRITTEN = frozenset({"text", "softbreak"})


def _list(environment: str, node: SyntaxTreeNode) -> str:
    tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    options = ["nosep"] if tight else []
    if node.attrGet("start"):
        options.append(f"start={node.attrGet('start')}")
    # The group keeps an item that begins with a bracket from being read as a label.
    items = "\n".join(f"\\item {{}}{_within(item)}" for item in node.children)
    return f"\\begin{{{environment}}}[{','.join(options)}]\n{items}\n\\end{{{environment}}}"


def _within(item: SyntaxTreeNode) -> str:
    return "\n\n".join(_blocks(item))


def _code_block(node: SyntaxTreeNode) -> str:
    lines = "\n".join(
        f"\\codeline{{}}{{{line.indent}}}{{{line.latex}}}" for line in code_lines(node.content, node.info or "text")
    )
    return f"\\begin{{codelisting}}\n{lines}\n\\end{{codelisting}}"


def _table(node: SyntaxTreeNode) -> str:
    head, *bodies = node.children
    header = head.children[0]
    columns = "".join(_alignment(cell) for cell in header.children)
    rows = [header, *(row for body in bodies for row in body.children)]
    cells = [" & ".join(_inline(cell) for cell in row.children) + r" \\" for row in rows]
    cells.insert(1, r"\hline")
    table = "\n".join(cells)
    return f"\\begin{{center}}\n\\begin{{tabular}}{{{columns}}}\n{table}\n\\end{{tabular}}\n\\end{{center}}"


def _alignment(cell: SyntaxTreeNode) -> str:
    style = str(cell.attrs.get("style", ""))
    return {"text-align:right": "r", "text-align:center": "c"}.get(style, "l")


def _display(text: str) -> str:
    return f"\\[\n{formula(text)}\n\\]"


def _environment(text: str) -> str:
    """An environment that stands without dollar signs; a matrix is a formula on its own line."""
    return formula(text, display=True) if is_display(text) else _display(text)


SCHEMES = ("http://", "https://", "mailto:")
"""What a link of a sheet may lead to. Others open files or programs of who reads it."""


def _link(node: SyntaxTreeNode) -> str:
    address = str(node.attrGet("href") or "")
    if not address.lower().startswith(SCHEMES):
        raise MarkdownError(f"a link leads to {address!r}, expected an address that begins with {', '.join(SCHEMES)}")
    for character in "\\{}^":
        address = address.replace(character, f"%{ord(character):02X}")
    address = address.replace("%", r"\%").replace("#", r"\#").replace("&", r"\&")
    return f"\\href{{{address}}}{{{_inline(node)}}}"


def _picture(node: SyntaxTreeNode) -> str:
    raise MarkdownError(f"a text cannot show the picture {node.attrGet('src')!r}: only words, formulas and code")


BLOCKS: Mapping[str, Callable[[SyntaxTreeNode], str]] = {
    "paragraph": _inline,
    "inline": _line,
    "heading": lambda node: f"\\textheading{{{_inline(node)}}}",
    "bullet_list": lambda node: _list("itemize", node),
    "ordered_list": lambda node: _list("enumerate", node),
    "blockquote": lambda node: f"\\begin{{quote}}\n{_within(node)}\n\\end{{quote}}",
    "fence": _code_block,
    "code_block": _code_block,
    "hr": lambda node: r"\textrule",
    "table": _table,
    "math_block": lambda node: _display(node.content),
    "amsmath": lambda node: _environment(node.content),
}

INLINES: Mapping[str, Callable[[SyntaxTreeNode], str]] = {
    "inline": _line,
    "text": lambda node: escape(node.content),
    "strong": lambda node: f"\\textbf{{{_inline(node)}}}",
    "em": lambda node: f"\\emph{{{_inline(node)}}}",
    "code_inline": lambda node: f"\\inlinecode{{{_breakable(node.content)}}}",
    "softbreak": lambda node: "\n",
    "hardbreak": lambda node: "\\leavevmode\\newline\n",
    "link": _link,
    "image": _picture,
    "math_inline": lambda node: f"${formula(node.content)}$",
    "math_inline_double": lambda node: _display(node.content),
}


SHORT_CODE = 24
"""Code of so many characters stays on its line."""


def _breakable(code: str) -> str:
    """Code that may be broken, without a hyphen, after an underscore, a dot or a slash if it is long."""
    latex = escape_typed(code)
    if len(code) <= SHORT_CODE:
        return latex
    for place in (r"\_", ".", "/"):
        latex = latex.replace(place, rf"{place}\allowbreak{{}}")
    return latex
