"""What networks, layers and losses are, and every derivative of them, from the forward definition alone."""

from derive.conventions import Conventions
from derive.derivation import Derivation
from derive.errors import DefinitionError, DeriveError, NetworkError, VocabularyError
from derive.graph import ScalarGraph, scalar_graph
from derive.layer import Layer, layer
from derive.layers.definition import Activation, LayerDefinition, LossDefinition
from derive.network import Network, network
from derive.recurrent.recurrence import Recurrence, recurrence
from derive.stated import equations
from derive.steps import Quantity, Step
from derive.with_ranges import with_ranges
from derive.written_out import toeplitz, written_out

__all__ = [
    "Activation",
    "Conventions",
    "DefinitionError",
    "Derivation",
    "DeriveError",
    "Layer",
    "LayerDefinition",
    "LossDefinition",
    "Network",
    "NetworkError",
    "Quantity",
    "Recurrence",
    "ScalarGraph",
    "Step",
    "VocabularyError",
    "equations",
    "layer",
    "network",
    "recurrence",
    "scalar_graph",
    "toeplitz",
    "with_ranges",
    "written_out",
]
