from __future__ import annotations

from dataclasses import replace

import numpy
import pytest

from derive import network
from numeric.data import DataError, Samples, divided
from numeric.training import SGD, Adam, Settings, prepare, train
from tests.numeric.training.learning import classifier, settings, spiral, trained


def test_the_spiral_is_solved() -> None:
    from numeric.data import playground

    drawn, classes = playground("spiral", 500, 0.1, 0)
    data = divided("spiral", drawn, classes, scaling="none")
    chosen = Settings(Adam(0.01), 120, 10, metrics=("accuracy",))
    net = network("x:2 -> Linear(16) -> ReLU -> Linear(16) -> ReLU -> Linear(16) -> ReLU -> Linear(1)", "BCEWithLogits")
    assert train(prepare(net, data, chosen), data, chosen).test["accuracy"] >= 0.95


def test_gradients_and_steps_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    data, chosen = spiral(), settings(optimiser=SGD(0.1, 0.9, 0.01), epochs=2, batch_size=32, decay=0.5)
    learner = classifier(data, chosen)
    from numeric.training.run import begun

    start = begun(learner, chosen).vector.copy()
    parameters = {name: torch.tensor(array, requires_grad=True) for name, array in start.items()}
    weights = [parameter for parameter in parameters.values() if parameter.ndim > 1]
    biases = [parameter for parameter in parameters.values() if parameter.ndim < 2]
    groups = [{"params": weights, "weight_decay": 0.01}, {"params": biases}]
    optimiser = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    for epoch in range(2):
        order = numpy.random.default_rng([0, 1 + epoch]).permutation(len(data.train))
        for group in optimiser.param_groups:
            group["lr"] = 0.1 * 0.5**epoch
        for first in range(0, len(order), 32):
            batch = data.train[order[first : first + 32]]
            hidden = torch.tanh(torch.tensor(batch.x) @ parameters["W1"].T + parameters["b1"])
            scores = (hidden @ parameters["W2"].T + parameters["b2"])[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, torch.tensor(batch.y, dtype=float))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    ours = train(learner, data, chosen).parameters
    for name, parameter in parameters.items():
        assert numpy.allclose(ours[name], parameter.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_each_epoch_is_recorded() -> None:
    result = trained(settings(epochs=3, decay=0.5))
    assert result.epochs == 3
    assert result.history["learning_rate"].tolist() == [0.02, 0.01, 0.005]
    assert set(result.history) >= {"train_loss", "validation_loss", "train_accuracy", "validation_accuracy"}
    assert set(result.test) == {"loss", "accuracy"}


def test_the_same_seed_gives_the_same_bits() -> None:
    one, same, other = trained(settings()), trained(settings()), trained(settings(seed=1))
    for name, array in one.parameters.items():
        assert array.tobytes() == same.parameters[name].tobytes()
    assert one.parameters["W1"].tobytes() != other.parameters["W1"].tobytes()


def test_a_training_that_diverges_stops_and_says_so() -> None:
    result = trained(settings(optimiser=SGD(1e300), epochs=50))
    assert result.stopped.startswith("it diverged: in epoch 1, batch")
    assert "learning rate 1e+300" in result.stopped
    assert result.epochs == 0
    assert all(numpy.isfinite(array).all() for array in result.parameters.values())


def test_the_parameters_are_of_the_precision() -> None:
    result = trained(settings(precision="float32"))
    assert {array.dtype for array in result.parameters.values()} == {numpy.dtype("float32")}


def test_weight_decay_makes_weights_smaller() -> None:
    plain, shrunk = (trained(settings(optimiser=Adam(0.02, weight_decay=decay), epochs=30)) for decay in (0.0, 0.3))
    assert numpy.linalg.norm(shrunk.parameters["W1"]) < 0.8 * numpy.linalg.norm(plain.parameters["W1"])


def test_a_number_that_is_not_one_is_found_before_the_training() -> None:
    data, chosen = spiral(), settings()
    x = data.test.x.copy()
    x[3, 1] = numpy.nan
    broken = replace(data, test=Samples(x, data.test.y))
    with pytest.raises(DataError, match=r"spiral, test: x\[3, 1\] is nan"):
        train(classifier(data, chosen), broken, chosen)
