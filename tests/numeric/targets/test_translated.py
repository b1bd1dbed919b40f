"""Statements of generated NumPy code, and what they become."""

from __future__ import annotations

import ast

import pytest

from numeric.source import tree
from numeric.source.program import Program
from numeric.targets import TARGETS, TargetError, translated


def program(*statements: ast.stmt) -> Program:
    """A program for NumPy of one function."""
    return Program("A title.", (), (tree.function("backward", ["params", "cache", "dy"], "Words.", statements),))


def body(statement: str, target: str) -> str:
    """The translation of one statement, without what stands above it."""
    text = translated(
        program(tree.Comment("a comment"), tree.statement(statement), tree.statement("return z")), target
    ).text
    return text.partition("# a comment\n    ")[2].removesuffix("\n    return z\n")


def test_statements_that_are_the_same_everywhere_are_kept_as_they_are() -> None:
    for statement in ("z = x @ W.T", "z += b[:, None]", 'cache["p"] = p', "z = x + y"):
        for target in TARGETS:
            assert body(statement, target) == statement


@pytest.mark.parametrize(
    ("statement", "target", "expected"),
    [
        ("z = np.maximum(x, 0)", "torch", "z = torch.clamp(x, min=0)"),
        ("z = np.maximum(x, y)", "torch", "z = torch.maximum(x, y)"),
        ("z = np.exp(x, out=x)", "torch", "z = torch.exp(x, out=x)"),
        ("z = np.exp(x, out=x)", "jax", "z = jnp.exp(x)"),
        ("z = x.max(axis=1, keepdims=True)", "torch", "z = torch.amax(x, dim=1, keepdim=True)"),
        ("z = (x + y).sum()", "array_api", "z = xp.sum(x + y)"),
        ("z = -np.vdot(x, y + z) / B", "torch", "z = -torch.sum(x * (y + z)) / B"),
        ("z = x.transpose(1, 0, 2)", "torch", "z = x.permute((1, 0, 2))"),
        ("z = np.zeros((3, B), x.dtype)", "torch", "z = torch.zeros((3, B), dtype=x.dtype, device=dy.device)"),
        ('z = np.einsum("ij,ij->i", x, y, optimize=True)', "jax", 'z = jnp.einsum("ij,ij->i", x, y)'),
        ("z[:, 1:] += y", "jax", "z = z.at[:, 1:].add(y)"),
        ("z[..., m] -= y", "array_api", "z = at(z)[..., m].add(-y)"),
        ("z[:, 1:] += y", "torch", "z[:, 1:] += y"),
        ("np.add.at(z, y, dy.sum(axis=0))", "jax", "z = z.at[y].add(jnp.sum(dy, axis=0))"),
        ("np.add.at(z, y, dy)", "torch", "z.index_put_((y,), dy, accumulate=True)"),
        ("np.add.at(z, y, dy)", "array_api", "z = added_at(z, y, dy)"),
        ("z *= x > 0", "array_api", "z = xp.where(x > 0, z, 0)"),
        ("z = p - (np.arange(K) == y[:, None])", "jax", "z = p - (jnp.arange(K) == y[:, None])"),
        ("z = p - (y == k)", "torch", "z = p - (y == k).to(p.dtype)"),
        ("z = np.pad(x, ((0, 0), (1, 2), (3, 4)))", "torch", "z = torch.nn.functional.pad(x, (3, 4, 1, 2))"),
        ("z = np.pad(x, ((0, 0), (1, 1)), constant_values=-np.inf)", "torch",
         "z = torch.nn.functional.pad(x, (1, 1), value=-torch.inf)"),
    ],
)  # fmt: skip
def test_statements(statement: str, target: str, expected: str) -> None:
    assert body(statement, target) == expected


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_what_has_no_equivalent_is_refused(target: str) -> None:
    with pytest.raises(TargetError, match=r"np\.bitwise_count"):
        body("z = np.bitwise_count(x)", target)
    with pytest.raises(TargetError, match=r"np\.sum"):
        body("z = x.sum(initial=3)", target)
    with pytest.raises(TargetError, match="another axis than the first"):
        body("np.add.at(z, (slice(None), y), dy)", target)


def test_imports_are_those_that_are_used() -> None:
    statements = map(tree.statement, ("z = np.pad(dy, ((1, 1),))", "z[1:] += dy", "return z"))
    assert translated(program(*statements), "array_api").imports == ("from array_api_extra import at, pad",)
