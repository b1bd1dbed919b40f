"""Matrix nodes with the other sign, so that no minus has to stand before brackets."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Add

from derive.matrix.nodes import Elementwise, Hadamard, Node, Ones, Plus, Scale


def opposite(node: Node) -> Node | None:
    """The node with the other sign where a sum in it can take it; None where it would need a minus in front.

    Among the factors of an elementwise product only such as y - 1 do, which become 1 - y.
    """
    if isinstance(node, Plus):
        return Plus(tuple(_negated(term) for term in node.terms))
    if isinstance(node, Elementwise) and isinstance(node.formula, Add):
        return replace(node, formula=Add(*(-term for term in node.formula.args)))
    if isinstance(node, Hadamard):
        for place, factor in enumerate(node.factors):
            if isinstance(factor, Plus) and _subtracts_ones(factor):
                turned = Plus(tuple(_negated(term) for term in factor.terms))
                return Hadamard((*node.factors[:place], turned, *node.factors[place + 1 :]))
    return None


def _negated(node: Node) -> Node:
    if isinstance(node, Scale):
        return node.node if node.coefficient == -1 else Scale(-node.coefficient, node.node)
    turned = opposite(node) if isinstance(node, Hadamard) else None
    return turned or Scale(sympy.S.NegativeOne, node)


def _subtracts_ones(total: Plus) -> bool:
    return any(
        isinstance(term, Scale) and isinstance(term.node, Ones) and term.coefficient.could_extract_minus_sign()
        for term in total.terms
    )
