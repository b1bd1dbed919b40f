"""What a training claims, and how a number can contradict it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from math import inf

import numpy

from answers.contract.item import Claim
from answers.contract.methods import FORWARD_PASS, KEPT_WEIGHTS, LOSS_DIFFERENCES, MEASURED, SEED
from answers.errors import HomeworkContentError
from answers.latex.markdown import inline_markdown
from answers.trainings.data import Prepared
from answers.trainings.trainer import Outcome
from answers.trainings.words import goal, metric_markdown, title
from derive.errors import nearest
from derive.remembering import LIBRARY
from numeric.arrays.axes import Array
from numeric.checks.comparison import Comparison, largest, relative_error
from numeric.checks.tolerances import DIFFERENCES, DOUBLE, SINGLE
from numeric.data import Samples
from numeric.errors import ArrayError
from numeric.training import METRICS, measures
from numeric.training.learner import Learner
from numeric.training.run import begun, steps

STEPS = 4
"""At so many first steps the gradients are compared with differences."""

SAMPLES = 16
"""So many samples of a batch are enough for that."""

SPACINGS = (1e-4, 1e-5, 1e-6)
"""The best of these counts, since a kink of the network may lie within one of them."""

ALLOWED = {"float64": DOUBLE, "float32": SINGLE}
"""What rounding may do to a training, by the precision that it works in."""


def training_claims(name: str, outcome: Outcome) -> tuple[Claim, ...]:
    """That the seed gives these losses, that its gradients are right, and that its weights have these metrics."""
    return (
        Claim(f"first steps of {name}", f"first steps of {name}", (SEED,), lambda: _replayed(outcome)),
        Claim(f"gradients of {name}", f"gradients of {name}", (LOSS_DIFFERENCES,), lambda: _gradients(outcome)),
        metrics_claim(name, outcome),
    )


def metrics_claim(name: str, *outcomes: Outcome) -> Claim:
    """That the weights which are kept have the loss and the metrics that are printed."""

    def verdict() -> Comparison:
        verdicts = [_measured_again(outcome) for outcome in outcomes]
        worst = max(verdicts, key=lambda found: (not found.ok, found.error))
        return Comparison(worst.error, worst.tolerance, sum(found.points for found in verdicts), worst.note)

    what = f"test of {name}"
    return Claim(what, what, (KEPT_WEIGHTS, FORWARD_PASS), verdict)


def target_claim(name: str, metric: str, least: float, test: Mapping[str, float], data: Prepared) -> Claim:
    """That a metric of the ``test`` is as good as was promised: at least so large, or at most where less is better.

    What was promised for one set of data is not checked by a training on another that stands in its place.

    Raises:
        HomeworkContentError: there is no such metric, or it was not measured.
    """
    if metric not in METRICS:
        raise HomeworkContentError(f"target: there is no metric {metric}; {nearest(metric, METRICS)}")
    if metric not in test:
        raise HomeworkContentError(f"target: {metric} is not measured; add it to the metrics of the training")
    reached = test[metric]
    better = METRICS[metric].more_is_better
    what = f"{title(metric)} of {name} on {data.asked or data.dataset.name} {goal(metric, least)}"

    def verdict() -> Comparison:
        if data.asked:
            return Comparison.untried(f"not checked: {not_here(data)}")
        short = (least - reached if better else reached - least) / max(abs(least), 1e-300)
        note = "" if short <= 0 else _plain(f"{what}, but it is {metric_markdown(metric, reached)}")
        return Comparison(max(short, 0.0), 0.0, 1, note)

    return Claim(_plain(what), inline_markdown(what), (MEASURED,), verdict)


def not_here(data: Prepared) -> str:
    """Why a goal cannot be tried with data that stand in the place of others: a clause."""
    return f"{data.asked} is not here"


def _plain(text: str) -> str:
    """A text with numbers in LaTeX maths as a terminal shows it."""
    return text.replace(r"\,\%", " %").replace("$", "")


def _tolerance(outcome: Outcome) -> float:
    return ALLOWED[outcome.job.model.precision]


def _beside_the_largest(one: Array | float, other: Array | float) -> float:
    """The largest difference beside the largest element: infinite where the two cannot be compared."""
    try:
        return relative_error(one, other, largest(numpy.asarray(other)))
    except ArrayError:
        return inf


@lru_cache(maxsize=LIBRARY)
def _replayed(outcome: Outcome) -> Comparison:
    """The first losses against those of the same training begun anew."""
    settings, learner = outcome.job.model.settings(), outcome.learner
    data = outcome.data.dataset.as_type(settings.precision)
    kept = outcome.trained.first_losses
    with numpy.errstate(all="ignore"):
        run = begun(learner, settings)
        found = numpy.array([step.loss for step in islice(steps(run, learner, data, settings), len(kept))])
    if found.shape != kept.shape or not len(found):
        return Comparison.failed(f"{len(kept)} losses were kept", _tolerance(outcome))
    finite = numpy.isfinite(kept)
    alike = numpy.array_equal(finite, numpy.isfinite(found))
    error = _beside_the_largest(found[finite], kept[finite]) if alike else inf
    return Comparison(error, _tolerance(outcome), len(kept))


@lru_cache(maxsize=LIBRARY)
def _gradients(outcome: Outcome) -> Comparison:
    """Slopes along random directions at the parameters of the first steps, by gradients and by differences."""
    settings, learner = outcome.job.model.settings(), outcome.learner
    data = outcome.data.dataset.as_type("float64")
    random = numpy.random.default_rng(settings.seed)
    worst, points = 0.0, 0
    run = begun(learner, settings)
    for number, step in enumerate(islice(steps(run, learner, data, settings), STEPS + 1)):
        if number == 0:
            continue  # where biases are exactly 0, a sample at the origin is at a kink
        samples = data.train[step.places[:SAMPLES]]
        parameters = {name: array.astype(float) for name, array in run.vector.named.items()}
        direction = {name: random.standard_normal(array.shape) for name, array in parameters.items()}
        worst, points = max(worst, _slope_error(learner, samples, parameters, direction)), points + 1
    return Comparison(worst, DIFFERENCES, points)


def _slope_error(
    learner: Learner, samples: Samples, parameters: Mapping[str, Array], direction: Mapping[str, Array]
) -> float:
    x, y = learner.inputs(samples), learner.targets(samples)
    _, gradients = learner.compiled.functions["loss_and_gradients"]({**parameters, **learner.constants}, x, y)
    along = sum(float((gradients[name] * direction[name]).sum()) for name in direction)
    size = sum(float(numpy.abs(gradients[name] * direction[name]).sum()) for name in direction)

    def loss(shift: float) -> float:
        moved = {name: array + shift * direction[name] for name, array in parameters.items()}
        return float(learner.point(moved, samples).value("l"))

    quotients = [(loss(spacing) - loss(-spacing)) / (2 * spacing) for spacing in SPACINGS]
    return min(abs(quotient - along) for quotient in quotients) / max(size, 1e-8)


@lru_cache(maxsize=LIBRARY)
def _measured_again(outcome: Outcome) -> Comparison:
    """The metrics of the kept weights, and the outputs of the forward definition beside those of the code."""
    settings, learner = outcome.job.model.settings(), outcome.learner
    data = outcome.data.dataset.as_type(settings.precision)
    parameters, test = outcome.trained.parameters, data.test
    found = measures(learner, parameters, test, settings, data.unit)
    errors = {name: _beside_the_largest(found[name], value) for name, value in outcome.trained.test.items()}
    few = test[slice(SAMPLES)]
    errors["outputs"] = _beside_the_largest(
        learner.point(parameters, few).value(learner.network.prediction), learner.predict(parameters, few)
    )
    wrong = [name for name, error in errors.items() if not error <= _tolerance(outcome)]
    missing = sorted(set(found) - set(outcome.trained.test))
    note = f"{', '.join(wrong + missing)} differ from what is kept" if wrong or missing else ""
    error = inf if missing else max(errors.values())
    return Comparison(error, _tolerance(outcome), len(test), note)
