"""What people write who come from another library, and what it is called here: for messages, nothing is translated."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SCORES = "it takes scores"
MEAN = "there it is averaged over the elements"
CLASSES = "its target is the number of a class"

LOSSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "crossentropyloss": ("SoftmaxCrossEntropy", SCORES),
        "celoss": ("SoftmaxCrossEntropy", SCORES),
        "softmaxloss": ("SoftmaxCrossEntropy", SCORES),
        "softmaxcrossentropywithintegerlabels": ("SoftmaxCrossEntropy(class)", f"{SCORES}, and {CLASSES}"),
        "softmaxcrossentropywithlogits": ("SoftmaxCrossEntropy", SCORES),
        "nllloss": ("NLL", "it takes logarithms of probabilities"),
        "categoricalcrossentropy": ("CrossEntropy", "it takes probabilities; of scores SoftmaxCrossEntropy"),
        "sparsecategoricalcrossentropy": (
            "CrossEntropy(class)",
            f"it takes probabilities, and {CLASSES}; of scores SoftmaxCrossEntropy(class)",
        ),
        "logloss": ("CrossEntropy", "it takes probabilities; of scores SoftmaxCrossEntropy"),
        "bceloss": ("BCE(mean)", f"it takes probabilities; {MEAN}"),
        "binarycrossentropy": ("BCE(mean)", f"it takes probabilities; of scores BCEWithLogits(mean); {MEAN}"),
        "bcewithlogitsloss": ("BCEWithLogits(mean)", f"{SCORES}; {MEAN}"),
        "binarycrossentropywithlogits": ("BCEWithLogits(mean)", f"{SCORES}; {MEAN}"),
        "sigmoidbinarycrossentropy": ("BCEWithLogits", SCORES),
        "sigmoidcrossentropywithlogits": ("BCEWithLogits", SCORES),
        "mseloss": ("MSE(mean)", MEAN),
        "meansquarederror": ("MSE(mean)", MEAN),
        "squarederror": ("MSE", "the sum of the squares of the differences"),
        "l2loss": ("1/2*MSE", "half the sum of squares"),
        "l2": ("MSE", "the sum of squares"),
        "l1loss": ("L1(mean)", MEAN),
        "mae": ("L1(mean)", MEAN),
        "meanabsoluteerror": ("L1(mean)", MEAN),
        "huberloss": ("Huber(mean)", MEAN),
        "smoothl1loss": ("Huber(mean)", MEAN),
        "kldivloss": ("KL", "it takes probabilities; of scores KLWithLogits"),
        "kldivergence": ("KL", "it takes probabilities; of scores KLWithLogits"),
        "multimarginloss": ("MultiClassHinge(mean)", MEAN),
        "categoricalhinge": ("MultiClassHinge", "the hinge of several classes"),
        "hinge": ("MultiClassHinge", "the hinge of several classes"),
        "hingeloss": ("MultiClassHinge", "the hinge of several classes"),
        "tripletmarginloss": ("Triplet", "the distance of one sample less that of another"),
        "focalloss": ("Focal", SCORES),
        "sigmoidfocalcrossentropy": ("Focal", "of several classes"),
    }
)
"""Losses of other libraries, in small letters, by what they are here and how the two compare."""

LAYERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "dense": ("Linear(outputs)", "an activation is a layer of its own behind it"),
        "fullyconnected": ("Linear(outputs)", ""),
        "fc": ("Linear(outputs)", ""),
        "affine": ("Linear(outputs)", ""),
        "lazylinear": ("Linear(outputs)", ""),
        "conv": ("Conv2d(outputs, kernel)", "or Conv1d, Conv3d"),
        "convolution2d": ("Conv2d(outputs, kernel)", ""),
        "conv2dtranspose": ("ConvTranspose2d(outputs, kernel)", ""),
        "conv1dtranspose": ("ConvTranspose1d(outputs, kernel)", ""),
        "depthwiseconv2d": ("Conv2d(outputs, kernel, groups=channels)", ""),
        "maxpooling1d": ("MaxPool1d(kernel)", ""),
        "maxpooling2d": ("MaxPool2d(kernel)", ""),
        "averagepooling1d": ("AvgPool1d(kernel)", ""),
        "averagepooling2d": ("AvgPool2d(kernel)", ""),
        "globalaveragepooling1d": ("GlobalAvgPool1d", ""),
        "globalaveragepooling2d": ("GlobalAvgPool2d", ""),
        "batchnormalization": ("BatchNorm1d", "or BatchNorm2d"),
        "batchnorm": ("BatchNorm1d", "or BatchNorm2d"),
        "layernormalization": ("LayerNorm", ""),
        "groupnormalization": ("GroupNorm(groups)", ""),
        "instancenorm": ("InstanceNorm2d", "or InstanceNorm1d"),
        "dropout1d": ("Dropout(p)", ""),
        "dropout2d": ("Dropout(p)", "it drops elements one by one"),
        "activation": ("ReLU", "an activation is a layer of its own, by its name"),
        "logsoftmax": ("LogSoftmax", ""),
        "swish": ("SiLU", ""),
        "softmax2d": ("Softmax(axis=0)", ""),
        "softmin": ("-1*Identity -> Softmax", "the softmax of the negatives"),
        "rrelu": ("LeakyReLU(11/48)", "which it is after the training, with its usual bounds"),
        "globalmaxpooling1d": ("GlobalMaxPool1d", ""),
        "globalmaxpooling2d": ("GlobalMaxPool2d", ""),
        "unflatten": ("Reshape(shape)", ""),
        "upsamplingnearest2d": ("Upsample2d(scale)", ""),
        "upsample": ("Upsample2d(scale)", "or Upsample1d"),
        "constantpad1d": ("ZeroPad1d(padding)", "with the constant 0"),
        "constantpad2d": ("ZeroPad2d(padding)", "with the constant 0"),
        "lstm": ("LSTMCell(hidden)", "one step; gradsheet derive LSTM derives all steps"),
        "gru": ("GRUCell(hidden)", "one step; gradsheet derive GRU derives all steps"),
        "rnn": ("RNNCell(hidden)", "one step; gradsheet derive RNN derives all steps"),
        "simplernn": ("RNNCell(hidden)", "one step; gradsheet derive RNN derives all steps"),
        "scaleddotproductattention": ("Attention", ""),
        "view": ("Reshape(shape)", ""),
        "permute": ("Transpose", ""),
        "logistic": ("Sigmoid", ""),
    }
)
"""Layers of other libraries, in small letters, by what they are here."""

ARGUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "out_features": "outputs",
        "out_channels": "outputs",
        "features": "outputs",
        "units": "outputs",
        "filters": "outputs",
        "kernel_size": "kernel",
        "strides": "stride",
        "dilation_rate": "dilation",
        "use_bias": "bias",
        "dim": "axis",
        "rate": "p",
        "hidden_size": "hidden",
        "num_heads": "heads",
        "num_groups": "groups",
        "num_embeddings": "rows",
        "embedding_dim": "dimension",
        "negative_slope": "slope",
        "elementwise_affine": "affine",
    }
)
"""Arguments of other libraries, by what they are called here."""

FOLLOWING = frozenset(
    {"in_features", "in_channels", "input_size", "input_dim", "input_shape", "num_features", "normalized_shape"}
    | {"num_channels", "embed_dim"}
)
"""Arguments of other libraries that say the size of the input."""


def loss_elsewhere(name: str) -> str:
    """What a loss of another library is called here, as a phrase; nothing if the name is none."""
    return _phrase(name, LOSSES)


def layer_elsewhere(name: str) -> str:
    """What a layer of another library is called here, as a phrase; nothing if the name is none."""
    return _phrase(name, LAYERS)


def _phrase(name: str, known: Mapping[str, tuple[str, str]]) -> str:
    plain = name.replace("_", "").lower()
    for key in (plain, f"{plain}loss"):
        if key in known:
            here, remark = known[key]
            return f"here that is {here}" + (f" ({remark})" if remark else "")
    return ""
