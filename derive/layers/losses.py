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
        "SmoothL1",
        "l = sum[i] smooth(y_hat[i] - y[i])",
        functions={"smooth": "z^2/(2*beta)*[abs(z) < beta] + (abs(z) - beta/2)*[abs(z) >= beta]"},
        constants={"beta": "1"},
        about="Squares of small differences over 2β, sizes of large ones less β/2.",
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
        "PoissonNLL",
        "l = sum[i] (exp(y_hat[i]) - y[i]*y_hat[i])",
        about="How unlikely counts are of which the logarithm of the rate is predicted, but for a constant.",
    ),
    LossDefinition(
        "GaussianNLL",
        "l = 1/2*(sum[i] (log(v[i]) + (y_hat[i] - y[i])^2/v[i]))",
        inputs=("v",),
        shapes={"v": ("K",)},
        domains={"v": "positive"},
        about="How unlikely targets are under normal distributions of given variances, but for a constant.",
    ),
    LossDefinition(
        "Hinge",
        "l = sum[i] hinge(margin - y[i]*y_hat[i])",
        functions={"hinge": "z*[z > 0]"},
        constants={"margin": "1"},
        about="What a score lacks to a margin on the side that the target, 1 or -1, says.",
    ),
    LossDefinition(
        "SoftMargin",
        "l = sum[i] softplus(-y[i]*y_hat[i])",
        about="The logistic loss of targets 1 and -1.",
    ),
    LossDefinition(
        "HingeEmbedding",
        "l = sum[i] (y_hat[i]*[y[i] > 0] + hinge(margin - y_hat[i])*[y[i] <= 0])",
        functions={"hinge": "z*[z >= 0]"},
        constants={"margin": "1"},
        about="A distance, or what it lacks to a margin, for targets 1 and -1.",
    ),
    LossDefinition(
        "MarginRanking",
        "l = sum[i] hinge(margin - y[i]*(y_hat[i] - other[i]))",
        inputs=("other",),
        shapes={"other": ("K",)},
        functions={"hinge": "z*[z >= 0]"},
        constants={"margin": "0"},
        about="What one score lacks to another and a margin, on the side that the target, 1 or -1, says.",
    ),
    LossDefinition(
        "CosineEmbedding",
        """t = sum[i] y_hat[i]*other[i]
        a = sqrt(sum[i] y_hat[i]^2)
        b = sqrt(sum[i] other[i]^2)
        c = t/(a*b)
        l = (1 - c)*[same > 0] + hinge(c - margin)*[same <= 0]""",
        target=None,
        inputs=("other", "same"),
        shapes={"other": ("K",), "same": ()},
        functions={"hinge": "z*[z >= 0]"},
        constants={"margin": "0"},
        values=("t", "a", "b", "c"),
        about="One less the cosine of two vectors that belong together (1), or the cosine of two that do not (-1).",
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
