"""Runs a training: as a whole, then its metric and its gradients alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy

PARAMETERS = ("W1", "b1", "W2", "b2")

Results = dict[str, Any]


def sequence(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """Load the data, train, predict and report: what is missing to the goal, and by how much the report is off."""
    outcome = module.run()
    reached = measured(case["metric"], outcome)
    results["training"] = max(0.0, case["at_least"] - reached[case["metric"]])
    results["report"] = max(abs(float(outcome[name]) - value) / max(1.0, abs(value)) for name, value in reached.items())
    results.update({name: outcome[name] for name in reached})
    module.report(outcome)


def measured(metric: str, outcome: Mapping[str, Any]) -> dict[str, float]:
    """What predictions are worth by the definitions of the metrics, in the units of the data."""
    truth, found = numpy.asarray(outcome["truth"]), numpy.asarray(outcome["predicted"])
    if metric == "weighted_accuracy":
        shares = [numpy.mean(found[truth == label] == label) for label in numpy.unique(truth)]
        return {"accuracy": float(numpy.mean(found == truth)), metric: float(numpy.mean(shares))}
    missed = float(numpy.mean((found - truth) ** 2))
    return {metric: 1 - missed / float(numpy.var(truth)), "rmse": missed**0.5}


def metric(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """The metric alone."""
    if case["metric"] == "weighted_accuracy":
        arguments = [given[name].astype(int) for name in ("labels", "predicted")]
    else:
        arguments = [given["y"], given["y_hat"]]
    results[case["metric"]] = getattr(module, case["metric"])(*arguments)


def gradients(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """The loss of a batch and its gradients."""
    params = {name: given[name] for name in (*PARAMETERS, "weight") if name in given}
    y = given["y"].astype(int) if case["labels"] else given["y"]
    results["loss"], found = module.loss_and_gradients(params, given["x"], y)
    results.update({f"d{name}": found[name] for name in PARAMETERS})
