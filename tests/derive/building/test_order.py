"""What is written in the names or the order of another library is explained, not misread."""

from __future__ import annotations

import re

import pytest

from derive import layer, network
from derive.errors import NetworkError

LOSSES = {
    "CrossEntropyLoss": "here that is SoftmaxCrossEntropy (it takes scores)",
    "F.cross_entropy": "here that is SoftmaxCrossEntropy",
    "NLLLoss": "here that is NLL",
    "BCELoss": "here that is BCE(mean)",
    "BCEWithLogitsLoss": "here that is BCEWithLogits(mean)",
    "nn.MSELoss": "here that is MSE(mean)",
    "sparse_categorical_crossentropy": "here that is CrossEntropy(class)",
    "optax.l2_loss": "here that is 1/2*MSE",
    "mse": "did you mean MSE?",
    "CrosEntropy": "did you mean CrossEntropy?",
}
LAYERS = {
    "Dense(3)": "here that is Linear(outputs)",
    "nn.ReLU": "no module stands before a name, as in nn.ReLU; write ReLU",
    "relu": "did you mean ReLU?",
    "ReLU(x)": "ReLU takes no arguments; got x; it is applied to what stands before it",
    "Linear(784, 128)": "did you mean Linear(128)?",
    "Linear(in_features=7, out_features=2)": "Linear has no in_features: the size of its input follows",
    "Linear(out_features=2)": "Linear has no out_features; here it is called outputs",
    "BatchNorm1d(64)": "did you mean BatchNorm1d?",
    "LSTMCell(10, 20)": "did you mean LSTMCell(20)?",
    "GroupNorm(4, 64)": "did you mean GroupNorm(4)?",
    "Conv1d(3, 8, 3)": "PyTorch's Conv1d(3, 8, 3) is Conv1d(8, 3) here",
    "Softmax(dim=1)": "Softmax has no dim; here it is called axis",
    "CrossEntropyLoss": "a loss stands apart from the layers",
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_other_libraries(name: str) -> None:
    with pytest.raises(NetworkError, match=re.escape(LOSSES[name])):
        network("x:n -> Linear(K)", name)


@pytest.mark.parametrize("written", LAYERS)
def test_layers_of_other_libraries(written: str) -> None:
    with pytest.raises(NetworkError, match=re.escape(LAYERS[written])):
        network(f"x:7 -> {written} -> Linear(K)", "MSE")


def test_a_layer_alone_in_the_order_of_another_library() -> None:
    with pytest.raises(NetworkError, match=r"can be read in two ways.*Conv2d\(3, 8, stride=3\)"):
        layer("Conv2d(3, 8, 3)")
    assert layer("Conv2d(3, 8, stride=3)").forward()[-1].shape[0] == 3
    with pytest.raises(NetworkError, match="did you mean ReLU"):
        layer("relu(z)")


def test_truth_values_are_no_mistake() -> None:
    assert network("x:n -> Linear(3, false) -> Linear(4, bias=True)", "MSE").parameters == ("W1", "W2", "b2")
