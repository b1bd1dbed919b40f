"""Trees of nodes: children in the order of the fields, rebuilt over others, and all sizes in them."""

from __future__ import annotations

import sympy

from derive.convolution import nodes as space
from derive.expression.symbols import scalar, size
from derive.matrix.build import rebuilt
from derive.matrix.nodes import Apply, Elementwise, Named, Node, Product, Scale, Slice, Stacked, Transpose
from derive.matrix.sequences import Chain, OverTime

n, d = size("n"), size("d")
u, t = scalar("u"), sympy.Symbol("t", integer=True)
A, B, v = Named("A", d, n), Named("B", n, d), Named("v", n, sympy.S.One)
NODES: tuple[Node, ...] = (
    A,
    Product((A, B)),
    Scale(n, v),
    Transpose(A),
    Elementwise(u**2, (u,), (A,)),
    Stacked((v, Scale(d, v))),
    Slice(v, sympy.S.One, d),
    Apply("softmax", v, "z", "y"),
    OverTime(Chain(Product((A, B)), t, sympy.S.One, n), t, sympy.S.Zero, n),
)


def test_a_node_over_its_own_children_is_itself() -> None:
    for node in NODES:
        assert node.with_children(node.children) == node
        assert rebuilt(node, node.children) == node or isinstance(node, Transpose | OverTime)


def test_every_leaf_is_reached() -> None:
    assert [type(part).__name__ for part in NODES[-1].walk()] == ["OverTime", "Chain", "Product", "Named", "Named"]
    assert {part.name for node in NODES for part in node.walk() if isinstance(part, Named)} == {"A", "B", "v"}


def test_children_are_put_where_they_were() -> None:
    assert Product((A, B)).with_children((B, A)) == Product((B, A))
    assert NODES[5].with_children((v, v)) == Stacked((v, v))


def test_sizes_change_everywhere() -> None:
    three = NODES[-1].resized({n: sympy.Integer(3)})
    assert three == OverTime(
        Chain(Product((Named("A", d, sympy.Integer(3)), Named("B", sympy.Integer(3), d))), t, sympy.S.One, 3),
        t,
        sympy.S.Zero,
        sympy.Integer(3),
    )


def test_maps_over_space_are_trees_too() -> None:
    one, kernel = space.Map("z", (), (n,)), space.Map("w", (), (d,))
    whole = space.Correlation(space.Padded(one, (d,), (n + 2 * d,)), kernel, (sympy.S.One,), (n,))
    assert [type(part).__name__ for part in whole.walk()] == ["Correlation", "Padded", "Map", "Map"]
    assert whole.with_children(whole.children) == whole
    assert whole.resized({d: sympy.S.One}).kernel.size == (1,)
