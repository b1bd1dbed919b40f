"""Losses of one sample, by their equations from y_hat and y to l. Adding one is one entry and one test.

The sums run over the K outputs; ``mean`` divides by K. Class targets are integers that count from 0.
"""

from __future__ import annotations

from derive.layers.definition import LossDefinition, Penalty

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
        "LogCosh",
        "l = sum[i] logcosh(y_hat[i] - y[i])",
        functions={"logcosh": "z + softplus(-2*z) - log(2)"},
        about="The sum of the logarithms of cosh: like squares for small differences, linear for large ones.",
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
    LossDefinition(
        "SmoothedCrossEntropy",
        f"{SOFTMAX_OF_SCORES}; q[i] = (1 - smoothing)*y[i] + smoothing/K; l = -(sum[i] q[i]*log(p[i]))",
        target="one_hot",
        class_equations=f"{SOFTMAX_OF_SCORES}; q[i] = (1 - smoothing)*[i == y] + smoothing/K; "
        "l = -(sum[i] q[i]*log(p[i]))",
        constants={"smoothing": "0.1"},
        shapes={"q": ("K",)},
        values=("p", "q"),
        layer="Softmax",
        call="softmax",
    ),
    LossDefinition(
        "WeightedCrossEntropy",
        f"{SOFTMAX_OF_SCORES}; l = -(sum[i] weight[i]*y[i]*log(p[i]))",
        target="one_hot",
        class_equations=f"{SOFTMAX_OF_SCORES}; l = -weight[y]*log(p[y])",
        buffers=("weight",),
        shapes={"weight": ("K",)},
        domains={"weight": "positive"},
        layer="Softmax",
        call="softmax",
    ),
    LossDefinition(
        "KL",
        "l = sum[i] y[i]*(log(y[i]) - log(y_hat[i]))",
        target="simplex",
        prediction="simplex",
    ),
    LossDefinition(
        "KLWithLogits",
        f"{SOFTMAX_OF_SCORES}; l = sum[i] y[i]*(log(y[i]) - log(p[i]))",
        target="simplex",
        layer="Softmax",
        call="softmax",
    ),
    LossDefinition(
        "MultiClassHinge",
        "t = sum[k] y[k]*y_hat[k]; l = sum[i] (1 - y[i])*hinge(margin + y_hat[i] - t)",
        target="one_hot",
        class_equations="l = sum[i] hinge(margin + y_hat[i] - y_hat[y])*[i != y]",
        functions={"hinge": "z*[z > 0]"},
        constants={"margin": "1"},
        values=("t",),
    ),
    LossDefinition(
        "Focal",
        f"{SOFTMAX_OF_SCORES}; l = -(sum[i] y[i]*(1 - p[i])^gamma*log(p[i]))",
        target="one_hot",
        class_equations=f"{SOFTMAX_OF_SCORES}; l = -(1 - p[y])^gamma*log(p[y])",
        constants={"gamma": "2"},
        layer="Softmax",
        call="softmax",
    ),
    LossDefinition(
        "Triplet",
        """d_p = sqrt(sum[i] (y_hat[i] - positive[i])^2)
        d_n = sqrt(sum[i] (y_hat[i] - negative[i])^2)
        l = hinge(d_p - d_n + margin)""",
        target=None,
        inputs=("positive", "negative"),
        shapes={"positive": ("K",), "negative": ("K",)},
        functions={"hinge": "z*[z > 0]"},
        constants={"margin": "1"},
        values=("d_p", "d_n"),
    ),
    LossDefinition(
        "NegativeSampling",
        """s = sum[i] context[i]*y_hat[i]
        t[k] = sum[i] negatives[k,i]*y_hat[i]
        l = -log(sigma(s)) - (sum[k] log(sigma(-t[k])))""",
        target=None,
        inputs=("context", "negatives"),
        shapes={"context": ("K",), "negatives": ("M", "K")},
        values=("s", "t"),
    ),
)

PENALTIES = (
    Penalty("L2", "z^2", "The sum of the squares of all elements: the squared norm of a vector or a matrix."),
    Penalty("L1", "abs(z)", "The sum of the magnitudes of all elements."),
    Penalty("Sum", "z", "The sum of all elements: a loss without a target."),
    Penalty("Entropy", "-z*log(z)", "The entropy of probabilities, over all elements."),
)
"""Sums over the elements of parameters and values, for objectives. Adding one is one entry and one test."""
