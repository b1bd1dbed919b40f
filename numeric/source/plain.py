"""Source that holds what its writer meant, and nothing else: names are words, texts stay texts, all is read again."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from types import BuiltinFunctionType

from derive.expression.identifiers import OWN, quoted
from numeric.errors import SourceError

CALLED = frozenset(
    "AssertionError ImportError KeyError NotImplementedError RuntimeError ValueError abs any bool dict enumerate float "
    "int isinstance iter len list map max min next print range reversed round set slice sorted staticmethod str sum "
    "super tuple type zip".split()
)
"""The builtin functions, classes and errors that generated source uses."""

BUILTINS = frozenset("exit quit help copyright credits license Ellipsis NotImplemented".split()) | {
    name for name, value in vars(builtins).items() if isinstance(value, type | BuiltinFunctionType)
}
"""The names that Python knows without an import; what an interpreter adds for its user, such as ``_``, is none."""

WORDS = BUILTINS.union(keyword.kwlist)
"""What a program can call nothing of its own."""

PRIME = "_prime"

SPECIAL = frozenset({"__init__", "__name__"})
"""The names with two underscores that it uses."""

PACKAGES = frozenset(
    "numpy torch jax math array_api_compat array_api_extra keras sklearn matplotlib layers classifier mlp "
    "classification_numpy classification_torch classification_keras regression_numpy regression_torch "
    "regression_keras".split()
)
"""What it imports: array libraries, and the files that belong to it."""


def identifier(name: str, taken: Collection[str] = ()) -> str:
    """The name as it stands in source, with an underscore behind it where Python has a meaning for it or it is taken.

    Distinct names stay distinct.

    Raises:
        SourceError: it is no name.
    """
    if OWN.fullmatch(name) is None:
        raise SourceError(f"{quoted(name)} cannot be written as a name in a program")
    return apart(name, WORDS if not taken else WORDS.union(taken))


def apart(name: str, taken: Collection[str]) -> str:
    """The name, with an underscore behind it where it is taken.

    A name that is one of those with underscores behind it gets one more, so that no two names become one.
    """
    ending = len(name) - len(name.rstrip("_"))
    return f"{name}_" if any(name[: len(name) - k] in taken for k in range(ending + 1)) else name


def without_primes(name: str) -> str:
    """A name with words for its primes: ``z_prime`` for ``z'``, and ``z_prime_`` for ``z_prime``."""
    plain = name.rstrip("'")
    own = f"{plain}_" if plain.rstrip("_").endswith(PRIME) else plain
    return own + PRIME * (len(name) - len(plain))


def one_line(text: str) -> str:
    """A text as it may stand in a comment: on one line, without characters that cannot be printed."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def in_docstring(text: str) -> str:
    """A text as it may stand between triple quotes, with more text around it: on one line, and it ends nothing."""
    harmless = one_line(text).replace("\\", "\\\\")
    return re.sub(r'^"|"(?=")|(?<=")"|"$', r"\\\g<0>", harmless)


def literal(text: str) -> str:
    """A text as a string between double quotes."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def require_plain(source: str) -> str:
    """The source, which was read again: it uses what it defines, array libraries and a few builtins, nothing else.

    Raises:
        SourceError: it holds something else, or is no Python.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise SourceError(f"the program that was written is no Python: {error}") from error
    defined = set(_defined(tree))
    for name in sorted(defined):
        if name not in SPECIAL and (name in BUILTINS or name.startswith("__")):
            raise SourceError(f"the program would call something of its own {name}; that has a meaning in Python")
    for foreign in _foreign(tree, defined):
        raise SourceError(f"the program would use {foreign}, which nothing in it should")
    return source


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def _foreign(tree: ast.Module, defined: Iterable[str]) -> Iterator[str]:
    known = {*defined, *CALLED, *SPECIAL}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] not in PACKAGES)
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").partition(".")[0] not in PACKAGES:
                yield str(node.module)
        elif isinstance(node, ast.Name) and node.id not in known:
            yield node.id
        elif isinstance(node, ast.Attribute) and node.attr.startswith("__") and node.attr not in SPECIAL:
            yield node.attr
