"""Shorthands of the language of equations: what stands for a formula in the rest of it.

Adding one is one entry here and one test. They are written out in the syntax tree, so that graphs, layers and proofs
know them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from lark import Token, Tree
from lark.tree import Meta

from derive.building.placed import PlacedError, position_of
from derive.remembering import LIBRARY

Tr = Tree[Any]
Parse = Callable[[str], Tr]

FORMULAS: Mapping[str, tuple[tuple[str, ...], str]] = MappingProxyType(
    {
        "clip": (("z", "low", "high"), "min(max(z, low), high)"),
        "erfc": (("z",), "1 - erf(z)"),
        "square": (("z",), "z^2"),
        "cbrt": (("z",), "sign(z)*abs(z)^(1/3)"),
        "exp2": (("z",), "2^z"),
        "pow": (("a", "b"), "a^b"),
        "hypot": (("a", "b"), "sqrt(a^2 + b^2)"),
        "logaddexp": (("a", "b"), "log(exp(a) + exp(b))"),
        "sec": (("z",), "1/cos(z)"),
        "csc": (("z",), "1/sin(z)"),
        "cot": (("z",), "cos(z)/sin(z)"),
        "sech": (("z",), "1/cosh(z)"),
        "csch": (("z",), "1/sinh(z)"),
        "coth": (("z",), "cosh(z)/sinh(z)"),
        "logit": (("p",), "log(p/(1 - p))"),
        "xlogy": (("x", "y"), "x*log(y)*[x != 0]"),
        "factorial": (("z",), "gamma(z + 1)"),
        "beta": (("a", "b"), "gamma(a)*gamma(b)/gamma(a + b)"),
        "lbeta": (("a", "b"), "(lgamma(a) + lgamma(b) - lgamma(a + b))"),
    }
)
"""Functions of numbers by their formulas."""

WITH_CONSTANT: Mapping[str, tuple[tuple[str, str], str]] = MappingProxyType(
    {
        "LeakyReLU": (("z", "slope"), "z*[z > 0] + slope*z*[z <= 0]"),
        "ELU": (("z", "alpha"), "z*[z > 0] + alpha*(exp(z) - 1)*[z <= 0]"),
        "softplus": (("z", "beta"), "log(1 + exp(beta*z))/beta"),
    }
)
"""Activations with a constant by their formulas, ``LeakyReLU(z, a)``; of one argument they have the usual constant."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("sigmoid", "Sigmoid", "logistic", "expit", "sigm"), "sigma"),
        **dict.fromkeys(("relu", "Relu", "RELU"), "ReLU"),
        **dict.fromkeys(("leaky_relu", "leakyrelu", "leakyReLU", "Leaky_ReLU", "LReLU", "lrelu"), "LeakyReLU"),
        **dict.fromkeys(("elu", "Elu"), "ELU"),
        **dict.fromkeys(("gelu", "Gelu"), "GELU"),
        **dict.fromkeys(("silu", "swish", "Swish"), "SiLU"),
        **dict.fromkeys(("Softplus", "SoftPlus"), "softplus"),
        **dict.fromkeys(("logSigmoid", "LogSigmoid", "log_sigmoid"), "logsigmoid"),
        **dict.fromkeys(("loggamma", "gammaln", "lnGamma", "logGamma"), "lgamma"),
        **dict.fromkeys(("betaln", "logbeta"), "lbeta"),
        **dict.fromkeys(("normcdf", "ndtr"), "Phi"),
        "mish": "Mish",
        "Tanh": "tanh",
        "Gamma": "gamma",
        "psi": "digamma",
        "arctan2": "atan2",
        "Exp": "exp",
        "Log": "log",
        "Softsign": "softsign",
        "Hardtanh": "hardtanh",
        "HardTanh": "hardtanh",
        "ReLU6": "relu6",
        "maximum": "max",
        "minimum": "min",
        "fabs": "abs",
        "absolute": "abs",
        "sgn": "sign",
        "power": "pow",
    }
)
"""Other names of functions, in texts and libraries that people know, each for the one that it has here."""

WHOLE: Mapping[str, tuple[tuple[str, ...], str]] = MappingProxyType(
    {
        "dot": (("u", "v"), "(sum[i] u[i]*v[i])"),
        "norm": (("v",), "sqrt(sum[i] v[i]^2)"),
        "trace": (("A",), "(sum[i] A[i,i])"),
    }
)
"""Functions of whole vectors and matrices, which are named, or are rows of others: ``dot(W[i], x)``."""

LETTERS = "kmqrpstuvw"
"""Letters for the indices of shorthands, the plainest first."""

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class _OfShorthand(Meta):
    """Where a formula stands, and the shorthand that was written there."""

    def __init__(self, place: Meta, shorthand: Tr) -> None:
        vars(self).update(vars(place))
        self.shorthand = shorthand


def written_out(tree: Tr, parse: Parse, hidden: frozenset[str] = frozenset()) -> Tr:
    """The tree with the formula of every shorthand in its place; ``parse`` reads a formula.

    Functions that have other names elsewhere get those of here. What is ``hidden`` by a function of that name stays.

    Raises:
        PlacedError: a shorthand is given other arguments than it takes.
    """
    tree = _in_own_names(tree, hidden)
    if not any(_is_shorthand(part, hidden) for part in tree.iter_subtrees()):
        return tree
    taken = {str(token) for token in tree.scan_values(lambda leaf: isinstance(leaf, Token))}
    free = (letter for letter in LETTERS if letter not in taken)
    replaced: Tr = _replaced(tree, parse, free, hidden)
    return replaced


def _in_own_names(tree: Tr, hidden: frozenset[str]) -> Tr:
    """The tree with every function by the name that it has here."""
    if not any(_is_alias(part, hidden) for part in tree.iter_subtrees()):
        return tree
    children = [_in_own_names(child, hidden) if isinstance(child, Tree) else child for child in tree.children]
    if _is_alias(tree, hidden):
        name = children[0]
        assert isinstance(name, Token)
        children[0] = Token.new_borrow_pos(name.type, ALIASES[str(name)], name)
    return Tree(tree.data, children, tree.meta)


def _is_alias(tree: Tr, hidden: frozenset[str]) -> bool:
    """Whether a part calls a function by another name, which nothing is called here."""
    name = str(tree.children[0]) if tree.data == "call" else ""
    return name in ALIASES and name not in hidden


def _is_shorthand(tree: Tr, hidden: frozenset[str]) -> bool:
    if tree.data == "call":
        name, *arguments = tree.children
        if str(name) in WITH_CONSTANT:
            return len(arguments) > 1
        return str(name) not in hidden and (str(name) in FORMULAS or str(name) in WHOLE)
    return tree.data == "where" or (tree.data == "reduction" and str(tree.children[0]) == "min")


def _replaced(node: Any, parse: Parse, free: Iterator[str], hidden: frozenset[str]) -> Any:
    if not isinstance(node, Tree):
        return node
    children = [_replaced(child, parse, free, hidden) for child in node.children]
    made = Tree(node.data, children, node.meta)
    if not _is_shorthand(node, hidden):
        return made
    formula = _expanded(made, parse, free)
    return Tree(formula.data, formula.children, _OfShorthand(node.meta, made))


def shorthand_of(tree: Tr) -> Tr | None:
    """The shorthand in whose place a formula stands, as it was written; None if it stands there by itself."""
    return tree.meta.shorthand if isinstance(tree.meta, _OfShorthand) else None


def _expanded(made: Tr, parse: Parse, free: Iterator[str]) -> Tr:
    if made.data == "where":
        return _where(*made.children, made=made)
    if made.data == "reduction":
        kind, *ranges, body = made.children
        assert isinstance(kind, Token)
        token = Token.new_borrow_pos(kind.type, "max", kind)
        most = Tree("reduction", [token, *ranges, Tree("negate", [body], body.meta)], made.meta)
        return Tree("negate", [most], made.meta)
    name, *arguments = made.children
    assert isinstance(name, Token)
    return _formula(name, [argument for argument in arguments if isinstance(argument, Tree)], parse, free, made)


def _formula(name: Token, arguments: list[Tr], parse: Parse, free: Iterator[str], made: Tr) -> Tr:
    """The formula of a shorthand with its arguments in the place of its variables."""
    variables, text = _definition(str(name))
    if len(arguments) != len(variables):
        wanted = f"{len(variables)} argument{'s' if len(variables) > 1 else ''}"
        raise PlacedError(f"{name} takes {wanted}, {len(arguments)} were given", position_of(name))
    values = dict(zip(variables, arguments, strict=True))
    if str(name) not in WHOLE:
        return _with_values(_template(text, parse), values, made)
    for argument in arguments:
        if argument.data not in ("symbol", "access"):
            raise PlacedError(
                f"{name} takes the names of tensors, such as {name}({', '.join(variables)}): give what it is applied "
                "to a row of its own",
                position_of(argument),
            )
    letter = next(free, "")
    if not letter:
        raise PlacedError(f"there is no letter left for the index of {name}: write the sum", position_of(name))
    return _with_values(_template(text.replace("[i", f"[{letter}").replace(",i]", f",{letter}]"), parse), values, made)


def _definition(name: str) -> tuple[tuple[str, ...], str]:
    return FORMULAS.get(name) or WITH_CONSTANT.get(name) or WHOLE[name]


def _with_values(template: Any, values: Mapping[str, Tr], made: Tr) -> Any:
    """The template with arguments in the place of its variables; an element of one gets its subscripts behind."""
    if not isinstance(template, Tree):
        return template
    if template.data == "symbol" and str(template.children[0]) in values:
        return values[str(template.children[0])]
    if template.data == "access":
        tensor, subscripts = values[str(template.children[0])], template.children[1].children
        before = tensor.children[1].children if tensor.data == "access" else []
        inside = Tree("subscripts", [*before, *subscripts], made.meta)
        return Tree("access", [tensor.children[0], inside], made.meta)
    return Tree(template.data, [_with_values(child, values, made) for child in template.children], made.meta)


@lru_cache(maxsize=LIBRARY)
def _template(text: str, parse: Parse) -> Tr:
    return parse(text)


def _where(condition: Tr, value: Tr, other: Tr, *, made: Tr) -> Tr:
    """One value where a condition holds, another one elsewhere, each with its bracket."""
    terms = [
        Tree("multiply", [part, Tree("bracket", [holds], made.meta)], made.meta)
        for part, holds in ((value, condition), (other, _opposite(condition)))
        if not _is_zero(part)
    ]
    return Tree("add", terms, made.meta) if len(terms) == 2 else terms[0] if terms else value


def _is_zero(tree: Tr) -> bool:
    return tree.data == "number" and float(str(tree.children[0])) == 0


def _opposite(condition: Tr) -> Tr:
    """The condition that holds where another one does not."""
    if condition.data == "comparison":
        left, operator, right = condition.children
        assert isinstance(operator, Token)
        turned = Token.new_borrow_pos(operator.type, OPPOSITE[str(operator)], operator)
        return Tree("comparison", [left, turned, right], condition.meta)
    kind = {"both": "either", "either": "both"}[str(condition.data)]
    return Tree(kind, [_opposite(part) for part in condition.children], condition.meta)
