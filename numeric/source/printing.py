"""Syntax trees as text: brackets where operators bind too loosely, long statements on several lines."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from numeric.source.plain import in_docstring, literal, one_line
from numeric.source.tree import Comment, is_negative

INDENT = "    "


@dataclass(frozen=True)
class Page:
    """How long a line may be before it is broken; arguments that have room on one line may be ``together`` there."""

    width: int
    together: bool = False


BODY = Page(110)
"""The body of a generated function."""


class Level(IntEnum):
    """How tightly source binds, the loosest first. A matrix product or a whole quotient inside ``*`` has brackets."""

    CHOICE = 0
    COMPARISON = 1
    SUM = 2
    MATRIX_PRODUCT = 3
    PRODUCT = 4
    POWER = 5
    ATOM = 6


@dataclass(frozen=True)
class Operator:
    """How an operator is written: its level, and those that its operands need.

    A ``chain`` of it, with the same operator on the left, has no brackets.
    """

    sign: str
    level: Level
    left: Level
    right: Level
    chain: bool = False


OPERATORS: Mapping[type[ast.operator], Operator] = {
    ast.Add: Operator("+", Level.SUM, Level.SUM, Level.MATRIX_PRODUCT),
    ast.Sub: Operator("-", Level.SUM, Level.SUM, Level.MATRIX_PRODUCT),
    ast.MatMult: Operator("@", Level.MATRIX_PRODUCT, Level.POWER, Level.POWER, chain=True),
    ast.Mult: Operator("*", Level.PRODUCT, Level.PRODUCT, Level.POWER),
    ast.Div: Operator("/", Level.PRODUCT, Level.PRODUCT, Level.POWER),
    ast.FloorDiv: Operator("//", Level.MATRIX_PRODUCT, Level.ATOM, Level.ATOM),
    ast.Mod: Operator("%", Level.MATRIX_PRODUCT, Level.ATOM, Level.ATOM),
    ast.Pow: Operator("**", Level.POWER, Level.ATOM, Level.ATOM),
    ast.BitAnd: Operator("&", Level.COMPARISON, Level.ATOM, Level.ATOM, chain=True),
    ast.BitOr: Operator("|", Level.COMPARISON, Level.ATOM, Level.ATOM, chain=True),
}
COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
LOOSEST = ((" if ", " else "), (" + ", " - "), (" * ", " / ", " @ "))
"""Operators that bind alike; a line is broken at the loosest that it has outside of brackets."""

COMMA = ", "


@dataclass(frozen=True)
class Group:
    """What stands in a pair of brackets."""

    opening: str
    inside: Tokens
    closing: str

    def __str__(self) -> str:
        return f"{self.opening}{_text(self.inside)}{self.closing}"


Tokens = tuple["str | Group", ...]
"""Source in pieces: operators and commas with the blanks beside them, groups, and what is never broken."""


def printed(node: ast.expr) -> str:
    """An expression on one line."""
    return _text(_tokens(node))


def statement_lines(node: ast.stmt, indent: str = "", page: Page = BODY) -> Iterator[str]:
    """The lines of a statement, those that are too long broken: assignments, and what is returned."""
    match node:
        case Comment():
            text = f"# {one_line(node.text)}"
            lines = textwrap.wrap(text, page.width, subsequent_indent="#     ", break_on_hyphens=False)
            yield from (indent + line for line in lines)
        case ast.Assign():
            head = "".join(f"{_text(_bare(target))} = " for target in node.targets)
            yield from _laid_out(head, _bare(node.value), indent, page)
        case ast.AugAssign():
            head = f"{printed(node.target)} {OPERATORS[type(node.op)].sign}= "
            yield from _laid_out(head, _tokens(node.value), indent, page)
        case ast.Return():
            yield from _laid_out("return ", () if node.value is None else _bare(node.value), indent, page)
        case ast.Expr():
            yield indent + printed(node.value)
        case ast.For():
            yield f"{indent}for {_text(_bare(node.target))} in {_text(_bare(node.iter))}:"
            for inner in node.body:
                yield from statement_lines(inner, indent + INDENT, page)
        case _:
            raise TypeError(f"{type(node).__name__} is no statement of generated code")


def function_text(node: ast.FunctionDef) -> str:
    """The definition of a function; its docstring is on one line."""
    lines = [f"def {node.name}({', '.join(_parameters(node.args))}):"]
    title = ast.get_docstring(node)
    if title is not None:
        lines.append(f'{INDENT}"""{in_docstring(title)}"""')
    for statement in node.body if title is None else node.body[1:]:
        lines += [INDENT + line for line in statement_lines(statement)]
    return "\n".join(lines)


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    plain = len(arguments.args) - len(arguments.defaults)
    for place, argument in enumerate(arguments.args):
        yield argument.arg + ("" if place < plain else f"={printed(arguments.defaults[place - plain])}")
    if arguments.vararg is not None:
        yield f"*{arguments.vararg.arg}"


def level_of(node: ast.expr) -> Level:
    """How tightly a node binds."""
    match node:
        case ast.IfExp():
            return Level.CHOICE
        case ast.Compare():
            return Level.COMPARISON
        case ast.UnaryOp():
            return Level.SUM
        case ast.BinOp():
            return OPERATORS[type(node.op)].level
    return Level.ATOM


def _inside(node: ast.expr, level: Level) -> Tokens:
    """The node, in brackets if it binds less tightly than ``level``."""
    tokens = _tokens(node)
    return tokens if level_of(node) >= level else (Group("(", tokens, ")"),)


def _tokens(node: ast.expr) -> Tokens:
    match node:
        case ast.Name():
            return (node.id,)
        case ast.Constant():
            return (_constant(node.value),)
        case ast.Attribute():
            value = (
                (Group("(", _tokens(node.value), ")"),) if _is_digits(node.value) else _inside(node.value, Level.ATOM)
            )
            return (*value, f".{node.attr}")
        case ast.Subscript():
            places = node.slice.elts if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) > 1 else [node.slice]
            return (*_inside(node.value, Level.ATOM), Group("[", _joined(map(_tokens, places)), "]"))
        case ast.Call():
            return (*_inside(node.func, Level.ATOM), Group("(", _arguments(node), ")"))
        case ast.UnaryOp():
            return _signed(node)
        case ast.BinOp():
            return _operation(node)
        case ast.Compare():
            right = [(f" {COMPARISONS[type(op)]} ", *_inside(one, Level.SUM)) for op, one in _compared(node)]
            return (*_inside(node.left, Level.SUM), *(token for tokens in right for token in tokens))
    return _display(node)


def _compared(node: ast.Compare) -> Iterator[tuple[ast.cmpop, ast.expr]]:
    return zip(node.ops, node.comparators, strict=True)


def _display(node: ast.expr) -> Tokens:
    """Tuples, lists, dictionaries, what is made of others, and choices."""
    match node:
        case ast.Tuple():
            inside = _joined(map(_tokens, node.elts))
            return (Group("(", (*inside, ",") if len(node.elts) == 1 else inside, ")"),)
        case ast.List():
            return (Group("[", _joined(map(_tokens, node.elts)), "]"),)
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return (Group("{", _joined(_entry(key, value) for key, value in pairs), "}"),)
        case ast.Starred():
            return ("*", *_inside(node.value, Level.ATOM))
        case ast.Slice():
            return (_slice(node),)
        case ast.IfExp():
            test, other = _inside(node.test, Level.COMPARISON), _tokens(node.orelse)
            return (*_inside(node.body, Level.COMPARISON), " if ", *test, " else ", *other)
        case ast.ListComp():
            return (Group("[", _made(node.elt, node.generators), "]"),)
        case ast.GeneratorExp():
            return (Group("(", _made(node.elt, node.generators), ")"),)
    raise TypeError(f"{type(node).__name__} is no expression of generated code")


def _bare(node: ast.expr) -> Tokens:
    """The node; a tuple without its brackets."""
    if isinstance(node, ast.Tuple) and len(node.elts) > 1:
        return _joined(map(_tokens, node.elts))
    return _tokens(node)


def _constant(value: object) -> str:
    if isinstance(value, str):
        return literal(value)
    return "..." if value is ... else repr(value)


def _signed(node: ast.UnaryOp) -> Tokens:
    """A sign in front of a product is one in front of its first factor, which comes to the same."""
    if isinstance(node.op, ast.USub):
        return ("-", *_inside(node.operand, Level.PRODUCT))
    return ("~" if isinstance(node.op, ast.Invert) else "not ", *_inside(node.operand, Level.ATOM))


def _operation(node: ast.BinOp) -> Tokens:
    operator = OPERATORS[type(node.op)]
    left = _inside(node.left, operator.left)
    if operator.chain and isinstance(node.left, ast.BinOp) and type(node.left.op) is type(node.op):
        left = _tokens(node.left)
    elif is_negative(node.left) and operator.sign in ("*", "/", "//", "%"):
        left = _tokens(node.left) if level_of(node.left.operand) is Level.ATOM else left
    tight = isinstance(node.op, ast.Pow) and isinstance(node.left, ast.Name) and _is_digits(node.right)
    return (*left, operator.sign if tight else f" {operator.sign} ", *_inside(node.right, operator.right))


def _is_digits(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _arguments(node: ast.Call) -> Tokens:
    if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp) and not node.keywords:
        return _made(node.args[0].elt, node.args[0].generators)
    keywords = [(f"{one.arg}=" if one.arg else "**", *_tokens(one.value)) for one in node.keywords]
    return _joined([*map(_tokens, node.args), *keywords])


def _entry(key: ast.expr | None, value: ast.expr) -> Tokens:
    return ("**", *_inside(value, Level.ATOM)) if key is None else (*_tokens(key), ": ", *_tokens(value))


def _made(element: ast.expr, generators: Sequence[ast.comprehension]) -> Tokens:
    tokens = _tokens(element)
    for one in generators:
        tokens += (" for ", *_bare(one.target), " in ", *_inside(one.iter, Level.COMPARISON))
        for condition in one.ifs:
            tokens += (" if ", *_inside(condition, Level.COMPARISON))
    return tokens


def _slice(node: ast.Slice) -> str:
    """A slice, with blanks beside its colons where it holds more than names and numbers."""
    limits = [node.lower, node.upper] + ([node.step] if node.step is not None else [])
    texts = ["" if limit is None else printed(limit) for limit in limits]
    simple = all(limit is None or isinstance(limit, ast.Name) or _is_digits(limit) for limit in limits)
    return ":".join(texts) if simple else " : ".join(texts).replace(" :  : ", " :: ").strip()


def _joined(parts: Iterable[Tokens]) -> Tokens:
    found: Tokens = ()
    for part in parts:
        found = (*found, COMMA, *part) if found else part
    return found


def _text(tokens: Tokens) -> str:
    return "".join(map(str, tokens))


def _laid_out(head: str, value: Tokens, indent: str, page: Page) -> list[str]:
    """The lines of a statement."""
    text = _text(value)
    if len(indent + head + text) <= page.width:
        return [indent + head + text]
    parts = _operands(value)
    if len(parts) > 1:
        whole = len(indent) + len(INDENT) + len(text) <= page.width
        lines = [f"{head}(", *_indented([text] if whole else _on_lines(parts, page)), ")"]
    elif len(value) == 1 and isinstance(value[0], Group) and value[0].opening == "[":
        lines = [f"{head}[", *_indented(_rows(value[0])), "]"]
    else:
        inner = replace(page, width=page.width - len(indent)) if page.together else page
        lines = _in_brackets(head, value, inner)
    return [indent + line for line in lines]


def _rows(group: Group, count: int = 4) -> Iterator[str]:
    """The elements of a long list, a few on each line."""
    elements = [_text(part) for part in _split(group.inside, (COMMA,))]
    for start in range(0, len(elements), count):
        yield ", ".join(elements[start : start + count]) + ","


def _on_lines(parts: list[Tokens], page: Page) -> list[str]:
    long = page.width - 8
    lines = [_in_brackets("", part, page) if len(_text(part)) > long else [_text(part)] for part in parts]
    return [line for some in lines for line in some]


def _in_brackets(head: str, value: Tokens, page: Page) -> list[str]:
    """A value that is a call or in brackets, with what stands in its longest brackets on lines of its own."""
    groups = [(place, one) for place, one in enumerate(value) if isinstance(one, Group) and one.opening in ("(", "{")]
    place, group = max(groups, key=lambda found: len(str(found[1])), default=(0, None))
    if group is None or len(str(group)) <= 20:
        return [head + _text(value)]
    arguments = _split(group.inside, (COMMA,))
    parts = [(*argument, ",") for argument in arguments] if len(arguments) > 1 else _operands(group.inside)
    before, behind = _text(value[:place]), _text(value[place + 1 :])
    whole = page.together and len(INDENT + _text(group.inside)) <= page.width
    inner = [_text(group.inside)] if whole else _on_lines(parts, replace(page, width=page.width - 4))
    return [f"{head}{before}{group.opening}", *_indented(inner), f"{group.closing}{behind}"]


def _operands(tokens: Tokens) -> list[Tokens]:
    """The tokens cut before their loosest operators, or whole."""
    for operators in LOOSEST:
        parts = _split(tokens, operators)
        if len(parts) > 1:
            return parts
    return [tokens]


def _split(tokens: Tokens, marks: tuple[str, ...]) -> list[Tokens]:
    """The tokens cut at the marks; an operator begins the part behind it, a comma is dropped."""
    parts: list[Tokens] = [()]
    for token in tokens:
        if token not in marks:
            parts[-1] += (token,)
        elif isinstance(token, str):
            parts.append(() if token == COMMA else (token.lstrip(),))
    return parts


def _indented(lines: Iterable[str]) -> list[str]:
    return [INDENT + line for line in lines]
