"""Texts that would do something if a program held them as they are, and what no program may hold."""

from __future__ import annotations

import ast
import builtins
import keyword
from pathlib import Path

PAYLOAD = "open('RAN','w')"

QUOTES = ('"', "'", '"""', "'''", '\\"""', '"]', "']", '")', "')", "])")
ENDS = ("\n", "\r", "\u2028", "\x85", "; ", "\n    ")

HOSTILE = (
    PAYLOAD,
    *(f"a{quote}{end}{PAYLOAD}{end}{quote}" for quote in QUOTES for end in ENDS[:3]),
    *(f"a{end}{PAYLOAD}" for end in ENDS),
    f"a\n{PAYLOAD}\n#", f"{{{PAYLOAD}}}", f"{{{{{PAYLOAD}}}}}", f"$({PAYLOAD})$", f"$% set a = {PAYLOAD} %$",
    f"lambda: {PAYLOAD}", f"[{PAYLOAD}, 3][1]", f"x:n -> Linear('{PAYLOAD}')", f"Linear({PAYLOAD})",
    f"sum[i] {PAYLOAD}", f"$\\alpha_{{{PAYLOAD}}}$", f"\\{PAYLOAD}", "a\\", 'a\\"', "\\N{DASH}", "\\x0a", "\0",
    "__import__", "__class__", "_", "ｏｐｅｎ", "é", "a b", "../../RAN", "/RAN", "x" * 3000,
)  # fmt: skip
"""Texts that are no names."""

WORDS = (*keyword.kwlist, *(name for name in dir(builtins) if name.isidentifier() and name[0] != "_"))
"""Names that Python has a meaning for."""

OURS = (
    "np", "params", "cache", "forward", "loss", "backward", "self", "ctx", "torch", "nn", "jax", "jnp", "math", "kept",
    "keep", "check", "needed", "gradients", "erf", "gathered", "block", "blocks", "padded", "windows", "xp", "dl",
    "zeros", "ARRAYS", "CLASSES", "loss_and_gradients", "sigma", "tanh", "e", "inside", "name", "array", "lengths",
)  # fmt: skip
"""Names that generated programs use themselves."""


def innocent(source: str) -> None:
    """Assert that a program can be read and holds the payload nowhere but in texts and comments."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.Name) and node.id in ("open", "exec", "eval", "__import__")), source
        if isinstance(node, ast.Attribute) and node.attr.startswith("__"):
            assert node.attr in ("__init__", "__name__"), source
        assert not isinstance(node, ast.alias) or node.name.partition(".")[0] not in ("os", "sys", "builtins"), source


def nothing_ran(folder: Path) -> None:
    """Assert that the payload did not run."""
    assert not list(folder.rglob("RAN*")), "the payload ran"
