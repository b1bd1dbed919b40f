"""Activations by their formulas. Adding one is adding one entry here and one test.

Formulas and their defaults follow PyTorch's documentation of the classes of the same names.
"""

from __future__ import annotations

from derive.building.shorthands import WITH_CONSTANT
from derive.layers.definition import Activation


def _formula(call: str) -> str:
    """The formula of an activation that equations may also give its constant, ``LeakyReLU(z, a)``."""
    return WITH_CONSTANT[call][1]


NAMED = (
    Activation("Sigmoid", "1/(1 + exp(-z))", call="sigma", domain="unit"),
    Activation("Tanh", "(exp(z) - exp(-z))/(exp(z) + exp(-z))", call="tanh"),
    Activation("NormalDistribution", "(1 + erf(z/sqrt(2)))/2", call="Phi", domain="unit"),
    Activation("NormalDistributionTanh", "(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))/2", call="Phi_tanh", domain="unit"),
)
"""Functions that other formulas apply and that results may be written in."""

ACTIVATIONS = (
    *NAMED,
    Activation("Identity", "z", call=""),
    Activation("ReLU", "z*[z > 0]", call="ReLU"),
    Activation("LeakyReLU", _formula("LeakyReLU"), call="LeakyReLU", constants={"slope": "0.01"}),
    Activation("PReLU", "z*[z > 0] + a*z*[z <= 0]", call="PReLU", learnt=("a",)),
    Activation("ELU", _formula("ELU"), call="ELU", constants={"alpha": "1"}),
    Activation("Softplus", _formula("softplus"), call="softplus", constants={"beta": "1"}, domain="positive"),
    Activation("GELU", "z*Phi(z)", call="GELU"),
    Activation("GELUTanh", "z*Phi_tanh(z)", call="GELUTanh"),
    Activation("SiLU", "z*sigma(z)", call="SiLU"),
    Activation("Mish", "z*tanh(softplus(z))", call="Mish", about="The input times the tanh of its softplus."),
)
