"""Computational graphs of scalar equations: nodes for values and operators, numbers at every edge, paths."""

from derive.graph.graph import Graph
from derive.graph.passes import Backward, Forwarded
from derive.graph.scalar_graph import PathSum, ScalarGraph, is_equations, scalar_graph
from derive.graph.structure import Edge, Node, Operation

__all__ = [
    "Backward",
    "Edge",
    "Forwarded",
    "Graph",
    "Node",
    "Operation",
    "PathSum",
    "ScalarGraph",
    "is_equations",
    "scalar_graph",
]
