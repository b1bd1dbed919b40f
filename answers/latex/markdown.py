"""Markdown with maths between dollar signs as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from answers.errors import HomeworkContentError
from answers.latex.code import code_lines
from answers.latex.escape import escape, escape_typed
from answers.latex.formula import formula, is_display
from derive.expression.identifiers import quoted
from derive.remembering import ONE


class MarkdownError(HomeworkContentError):
    """A text uses a part of Markdown that a sheet cannot print."""


def markdown(text: str) -> str:
    """The LaTeX of a Markdown text: paragraphs, lists, emphasis, code, headings, links, tables, pictures, page breaks.

    Maths between ``$`` or ``$$``, and environments such as ``align``, are kept as they are; all else is
    escaped. Straight quotes become curly ones, ``--`` and ``---`` dashes. A dollar sign with a space on its
    inner side is a dollar sign, so that prices can be told from formulas; commands of LaTeX behind one are refused.

    Raises:
        FormulaError: a formula holds what has no place in one.
        MarkdownError: the text holds a link to what is no page, or what looks like a formula and is none, or what is
            said of a picture cannot be read.
        UnprintableError: a character is not in the fonts.
    """
    latex, before, lines = "", None, text.splitlines()
    for child in SyntaxTreeNode(_parser().parse(text)).children:
        if before is not None:
            latex += "\n" if _goes_on(before, child, lines) else "\n\n"
        latex += BREAK if _is_page_break(child) else _block(child)
        before = child
    return latex


def inline_markdown(text: str) -> str:
    """The LaTeX of a Markdown text on one line, such as a title or the cell of a table.

    Raises:
        FormulaError: a formula holds what has no place in one.
        MarkdownError: the text holds a link to what is no page.
        UnprintableError: a character is not in the fonts.
    """
    return _inline(SyntaxTreeNode(_parser().parseInline(text)))


def pictures(text: str) -> tuple[str, ...]:
    """The files of the pictures in a Markdown text, in their order."""
    if "![" not in text:
        return ()
    return tuple(_address(node) for node in SyntaxTreeNode(_parser().parse(text)).walk() if node.type == "image")


def verbatim_pieces(text: str) -> Iterator[tuple[Literal["formula", "code"], str]]:
    """What stands in a Markdown text as it is written, in its order: formulas, and code."""
    for node in SyntaxTreeNode(_parser().parse(text)).walk():
        if node.type in FORMULAS:
            yield "formula", node.content
        elif node.type in CODE:
            yield "code", node.content


FORMULAS = frozenset({"math_inline", "math_inline_double", "math_block", "amsmath"})
CODE = frozenset({"code_inline", "fence", "code_block"})
BREAK = r"\sheetbreak"
BREAKS = frozenset({r"\newpage", r"\pagebreak", r"\clearpage"})
"""What a paragraph says that is no text but the end of a page."""


def _goes_on(before: SyntaxTreeNode, behind: SyntaxTreeNode, lines: list[str]) -> bool:
    """Whether a paragraph goes on around a formula on lines of its own, with no empty line between them."""
    kinds = {before.type, behind.type}
    return kinds == {"paragraph", "amsmath"} and behind.map is not None and bool(lines[behind.map[0] - 1].strip())


def _is_page_break(node: SyntaxTreeNode) -> bool:
    return node.type == "paragraph" and node.children[0].content.strip() in BREAKS


@lru_cache(maxsize=ONE)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "smartquotes"])
    dollarmath_plugin(parser, allow_labels=False, allow_space=False, allow_blank_lines=False, double_inline=True)
    amsmath_plugin(parser)
    parser.inline.ruler.before("math_inline", "math_with_words", _math_with_words)
    parser.core.ruler.after("inline", "picture_sizes", _picture_sizes)
    return parser


OPTIONS = re.compile(r"\{\s*((?:[a-z]+\s*=\s*[^\s{}=]+\s*)+)\}")
OPTION = re.compile(r"([a-z]+)\s*=\s*([^\s{}=]+)")


def _picture_sizes(state: StateCore) -> None:
    """Give pictures what is said of them in braces: ``![...](net.png){width=60%}``."""
    for token in state.tokens:
        children = token.children or []
        for picture, behind in pairwise(children):
            if picture.type == "image" and behind.type == "text" and behind.content.startswith("{"):
                found = OPTIONS.match(behind.content)
                picture.meta["size"] = dict(OPTION.findall(found[1])) if found else {behind.content: ""}
                behind.content = behind.content[found.end() :] if found else behind.content
        token.children = [child for child in children if child.type != "text" or child.content] if children else None


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


STRAY_PICTURE = re.compile(r"!\[[^\[\]]*\]\([^()]*\)?")


def _line(node: SyntaxTreeNode) -> str:
    """The LaTeX of a line of text.

    Raises:
        MarkdownError: it holds what looks like a formula or a picture and is none.
    """
    plain = "".join("\n" if part.type == "softbreak" else part.content for part in node.walk() if part.type in WRITTEN)
    picture = STRAY_PICTURE.search(plain)
    if picture:
        raise MarkdownError(
            f"{quoted(picture[0])} is no picture: ![words](file.png), and a name with spaces between < and >, "
            "![words](<my file.png>)"
        )
    stray = STRAY.search(plain)
    if stray:
        raise MarkdownError(
            f"{quoted(stray[0])} is no formula: the dollar signs around one have no space on their inner side, "
            r"$\alpha$ and not $ \alpha $"
        )
    return _inline(node)


WRITTEN = frozenset({"text", "softbreak"})


def _paragraph(node: SyntaxTreeNode) -> str:
    """A paragraph; a picture that is all of one stands in the middle, over what is said of it.

    Raises:
        MarkdownError: it is a page break inside of something else.
    """
    if _is_page_break(node):
        said = node.children[0].content.strip()
        raise MarkdownError(f"{said} ends a page between the paragraphs of a text, not inside of a list or a quotation")
    parts = node.children[0].children
    if len(parts) == 1 and parts[0].type == "image":
        (picture,) = parts
        return f"\\sheetfigure{_size(picture)}{{{_address(picture)}}}{{{_inline(picture)}}}"
    return _inline(node)


def _list(environment: str, node: SyntaxTreeNode) -> str:
    tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    options = ["nosep"] if tight else []
    if node.attrGet("start"):
        options.append(f"start={node.attrGet('start')}")
    # The group keeps an item that begins with a bracket from being read as a label.
    items = "\n".join(_item(_within(item)) for item in node.children)
    return f"\\begin{{{environment}}}[{','.join(options)}]\n{items}\n\\end{{{environment}}}"


TASK = re.compile(r"\[([ xX])\](?:\s+|\Z)")
"""A box to tick at the beginning of an item, and one that is ticked."""


def _item(latex: str) -> str:
    task = TASK.match(latex)
    if task is None:
        return f"\\item {{}}{latex}"
    box = r"\emptybox" if task[1] == " " else r"\tickedbox"
    return f"\\item[{box}] {{}}{latex[task.end() :]}"


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


PATH = re.compile(r"[A-Za-z0-9._+-][A-Za-z0-9._+/ -]*")
LENGTH = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(%|cm|mm|in|pt)")
SIZES: Mapping[str, str] = {"width": r"\linewidth", "height": r"\textheight"}
"""What may be said of a picture's size, and what a percentage of it is of."""


def _address(node: SyntaxTreeNode) -> str:
    """The path of a picture.

    Raises:
        MarkdownError: it is an address, or has characters that TeX has a use of its own for.
    """
    name = unquote(str(node.attrGet("src") or ""))
    if PATH.fullmatch(name) is None:
        raise MarkdownError(
            f"the picture {quoted(name)}: expected the path of a file beside the homework, such as figures/net.png, "
            "of letters without accents, digits and . _ - +"
        )
    return name


def _size(node: SyntaxTreeNode) -> str:
    """The options that a picture's size makes: ``![...](net.png){width=60%}``.

    Raises:
        MarkdownError: something else is said of it, or a length is none.
    """
    options = []
    for key, value in node.meta.get("size", {}).items():
        length = LENGTH.fullmatch(value.strip("\"'"))
        if key not in SIZES or length is None:
            raise MarkdownError(
                f"the picture {_address(node)} has {key}{'=' if value else ''}{value}; "
                "expected width or height, each in %, cm, mm, in or pt, such as {width=60%}"
            )
        number = float(length[1])
        options.append(f"{key}={number / 100:g}{SIZES[key]}" if length[2] == "%" else f"{key}={number:g}{length[2]}")
    return f"[{','.join(options)}]" if options else ""


def _picture(node: SyntaxTreeNode) -> str:
    return f"\\picturefile{_size(node)}{{{_address(node)}}}"


BLOCKS: Mapping[str, Callable[[SyntaxTreeNode], str]] = {
    "paragraph": _paragraph,
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

PERCENT = re.compile(r"(?:(?<=\d)|^) (?=%)")
"""The space between a number and its percent sign; at the beginning of a text the number is a formula before it."""


def _words(node: SyntaxTreeNode) -> str:
    """Words as LaTeX; a percent sign stays on the line of its number."""
    return escape(PERCENT.sub("\N{NARROW NO-BREAK SPACE}", node.content))


INLINES: Mapping[str, Callable[[SyntaxTreeNode], str]] = {
    "inline": _line,
    "text": _words,
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
