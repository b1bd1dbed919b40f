"""Losses of one sample, by their equations from y_hat and y to l. Adding one is one entry and one test.

The sums run over the K outputs; ``mean`` divides by K. Class targets are integers that count from 0.
"""

from __future__ import annotations

from derive.layers.definition import LossDefinition

SOFTMAX_OF_SCORES = "e[i] = exp(y_hat[i]); s = sum[k] e[k]; p[i] = e[i]/s"

LOSSES = (
    LossDefinition("MSE", "l = sum[i] (y_hat[i] - y[i])^2"),
    LossDefinition("L1", "l = sum[i] abs(y_hat[i] - y[i])"),
    LossDefinition(
        "Huber",
        "l = sum[i] huber(y_hat[i] - y[i])",
        functions={"huber": "z^2/2*[abs(z) <= delta] + delta*(abs(z) - delta/2)*[abs(z) > delta]"},
        constants={"delta": "1"},
    ),
    LossDefinition(
        "BCE",
        "l = sum[i] (-y[i]*log(y_hat[i]) - (1 - y[i])*log(1 - y_hat[i]))",
        target="binary",
        prediction="unit",
    ),
    LossDefinition(
        "BCEWithLogits",
        "p[i] = sigma(y_hat[i]); l = sum[i] (-y[i]*log(p[i]) - (1 - y[i])*log(1 - p[i]))",
        target="binary",
        layer="Sigmoid",
    ),
    LossDefinition(
        "CrossEntropy",
        "l = -(sum[i] y[i]*log(y_hat[i]))",
        target="one_hot",
        prediction="simplex",
        class_equations="l = -log(y_hat[y])",
    ),
    LossDefinition(
        "SoftmaxCrossEntropy",
        f"{SOFTMAX_OF_SCORES}; l = -(sum[i] y[i]*log(p[i]))",
        target="one_hot",
        class_equations=f"{SOFTMAX_OF_SCORES}; l = -log(p[y])",
        layer="Softmax",
        call="softmax",
    ),
    LossDefinition(
        "NLL",
        "l = -(sum[i] y[i]*y_hat[i])",
        target="one_hot",
        prediction="log_simplex",
        class_equations="l = -y_hat[y]",
    ),
)
