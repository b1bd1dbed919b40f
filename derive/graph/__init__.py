"""Computational graphs of scalar equations: nodes for values and operators, numbers at every edge, paths."""

from derive.graph.graph import ScalarGraph, is_equations, scalar_graph
from derive.graph.passes import Backward, Forwarded
from derive.graph.paths import PathSum
from derive.graph.structure import Edge, Node, Operation

__all__ = [
    "Backward",
    "Edge",
    "Forwarded",
    "Node",
    "Operation",
    "PathSum",
    "ScalarGraph",
    "is_equations",
    "scalar_graph",
]
