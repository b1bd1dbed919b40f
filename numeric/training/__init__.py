"""Training of networks by the gradients that were derived: optimisers, metrics, checkpoints, the loop."""

from numeric.errors import TrainingError
from numeric.training.checkpoint import load_arrays, save_arrays
from numeric.training.learner import Learner
from numeric.training.loop import Progress, Trained, measures, train
from numeric.training.metrics import METRICS, MetricName, accuracy, mse, r_squared, rmse, weighted_accuracy
from numeric.training.optimisers import SGD, Adam, Optimiser
from numeric.training.prepare import prepare
from numeric.training.settings import Settings

__all__ = [
    "METRICS",
    "SGD",
    "Adam",
    "Learner",
    "MetricName",
    "Optimiser",
    "Progress",
    "Settings",
    "Trained",
    "TrainingError",
    "accuracy",
    "load_arrays",
    "measures",
    "mse",
    "prepare",
    "r_squared",
    "rmse",
    "save_arrays",
    "train",
    "weighted_accuracy",
]
