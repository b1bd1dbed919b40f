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
    Activation(
        "Sigmoid",
        "1/(1 + exp(-z))",
        call="sigma",
        domain="unit",
        about="The logistic function, with values between 0 and 1.",
    ),
    Activation(
        "Tanh",
        "(exp(z) - exp(-z))/(exp(z) + exp(-z))",
        call="tanh",
        about="The hyperbolic tangent, with values between -1 and 1.",
    ),
    Activation("NormalDistribution", "(1 + erf(z/sqrt(2)))/2", call="Phi", domain="unit"),
    Activation("NormalDistributionTanh", "(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))/2", call="Phi_tanh", domain="unit"),
)
"""Functions that other formulas apply and that results may be written in."""

ACTIVATIONS = (
    *NAMED,
    Activation("Identity", "z", call="", about="What comes in goes out."),
    Activation("ReLU", "z*[z > 0]", call="ReLU", about="The positive part."),
    Activation(
        "LeakyReLU",
        _formula("LeakyReLU"),
        call="LeakyReLU",
        constants={"slope": "0.01"},
        about="The positive part, and a small multiple of the negative one.",
    ),
    Activation(
        "PReLU",
        "z*[z > 0] + a*z*[z <= 0]",
        call="PReLU",
        learnt=("a",),
        about="The positive part, and a learnt multiple of the negative one.",
    ),
    Activation(
        "ELU",
        _formula("ELU"),
        call="ELU",
        constants={"alpha": "1"},
        about="The positive part, and below 0 an exponential that levels off.",
    ),
    Activation(
        "Softplus",
        _formula("softplus"),
        call="softplus",
        constants={"beta": "1"},
        domain="positive",
        about="A smooth positive part.",
    ),
    Activation(
        "GELU",
        "z*Phi(z)",
        call="GELU",
        about="The input times the probability that a standard normal number is smaller than it.",
    ),
    Activation(
        "Threshold",
        "z*[z > threshold] + value*[z <= threshold]",
        call="threshold",
        constants={"threshold": "0", "value": "0"},
        about="What is above the threshold, and the value in the place of all else.",
    ),
    Activation("GELUTanh", "z*Phi_tanh(z)", call="GELUTanh", about="The GELU in its approximation by tanh."),
    Activation("SiLU", "z*sigma(z)", call="SiLU", about="The input times its sigmoid."),
    Activation("Softsign", "z/(1 + abs(z))", call="softsign", about="The input over 1 plus its size."),
    Activation(
        "Hardtanh",
        "high*[z >= high] + z*[z > low and z < high] + low*[z <= low]",
        call="hardtanh",
        constants={"low": "-1", "high": "1"},
        about="The input, cut off at a lowest and a highest value.",
    ),
    Activation("ReLU6", "min(max(z, 0), 6)", call="relu6", about="The positive part, cut off at 6."),
    Activation(
        "Hardsigmoid",
        "[z >= 3] + (z/6 + 1/2)*[z > -3 and z < 3]",
        call="hardsigmoid",
        about="A sigmoid of three straight lines.",
    ),
    Activation(
        "Hardswish",
        "z*[z >= 3] + z*(z + 3)/6*[z > -3 and z < 3]",
        call="hardswish",
        about="The input times its hard sigmoid.",
    ),
    Activation(
        "SELU",
        "above*z*[z > 0] + below*(exp(z) - 1)*[z <= 0]",
        call="SELU",
        constants={"above": "1.0507009873554805", "below": "1.7580993408473766"},
        about="An ELU scaled so that mean 0 and variance 1 are kept: λ above 0, and λα below.",
    ),
    Activation(
        "CELU",
        "z*[z > 0] + alpha*(exp(z/alpha) - 1)*[z <= 0]",
        call="CELU",
        constants={"alpha": "1"},
        about="An ELU whose slope has no jump at 0.",
    ),
    Activation("LogSigmoid", "-softplus(-z)", call="logsigmoid", about="The logarithm of the sigmoid."),
    Activation(
        "Softshrink",
        "(z - lambda)*[z > lambda] + (z + lambda)*[z < -lambda]",
        call="softshrink",
        constants={"lambda": "1/2"},
        about="The input moved towards 0, and 0 where it would cross it.",
    ),
    Activation(
        "Hardshrink",
        "z*[z > lambda] + z*[z < -lambda]",
        call="hardshrink",
        constants={"lambda": "1/2"},
        about="The input, and 0 where it is small.",
    ),
    Activation("Tanhshrink", "z - tanh(z)", call="tanhshrink", about="The input less its hyperbolic tangent."),
    Activation("SquaredReLU", "z^2*[z > 0]", call="SquaredReLU", about="The square of the positive part."),
    Activation("Mish", "z*tanh(softplus(z))", call="Mish", about="The input times the tanh of its softplus."),
)
