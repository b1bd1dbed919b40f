"""What an answer shows of a training: its settings, its results, its curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from answers.contract.evidence import Found
from answers.contract.item import Answered, Claim
from answers.contract.methods import Method
from answers.latex.escape import escape
from answers.latex.markdown import inline_markdown
from answers.latex.sheet import Block, Column, Plots, Row, Table, Text
from answers.trainings.claims import not_here
from answers.trainings.figures import boundary_plot, can_be_pictured, history_plots
from answers.trainings.model import SGDModel
from answers.trainings.trainer import Outcome
from answers.trainings.words import capital, goal, in_percent, metric_latex, setting, title
from numeric.checks.comparison import Comparison

BOUNDARY_CAPTION = (
    "The colour says which class is predicted and how surely, the line is where that changes; the dots are the "
    "samples of the test."
)


def settings_table(outcome: Outcome) -> Table:
    """The hyper-parameters of a training, and what it learnt from."""
    rows = [Row((capital(name), inline_markdown(value))) for name, value in _settings(outcome)]
    return Table((Column("Setting"), Column("Value", "text")), tuple(rows))


def _settings(outcome: Outcome) -> Iterator[tuple[str, str]]:
    job, model = outcome.job, outcome.job.model
    data, prepared = outcome.data.dataset, outcome.data
    note = f" ({prepared.note})" if prepared.note else ""
    groups = f"{len(data.train)} samples for training, {len(data.validation)} for validation, {len(data.test)} to test"
    yield "data", f"{prepared.title}{note}: {groups}"
    yield "network", f"`{job.layers}`" + "".join(f", {name} = {size}" for name, size in model.sizes.items())
    yield "loss", f"`{job.loss}`"
    optimiser = model.optimiser
    momentum = f", momentum {optimiser.momentum:g}" if isinstance(optimiser, SGDModel) and optimiser.momentum else ""
    yield "optimiser", f"{optimiser.kind}{momentum}, mini-batches of {model.batch_size}"
    after = "each epoch" if model.decay_every == 1 else f"every {model.decay_every} epochs"
    decay = f", times {model.decay:g} after {after}" if model.decay != 1 else ""
    yield "learning rate", f"{optimiser.learning_rate:g}{decay}"
    yield "L2 regularisation", setting(float(optimiser.weight_decay))
    yield "epochs", str(model.epochs)
    yield "seed", str(model.seed)


def results_table(outcome: Outcome) -> Table:
    """The loss and the metrics of the three groups of samples, after the last epoch."""
    names = ("loss", *outcome.job.model.metrics)
    columns = [
        Column(escape(capital(title(name))) + (r" (\%)" if in_percent(name) else ""), "number") for name in names
    ]
    rows = []
    for group, label in (("train", "training"), ("validation", "validation"), ("test", "test")):
        values = (metric_latex(name, _value(outcome, group, name)) for name in names)
        rows.append(Row((label, *(f"${value}$" for value in values))))
    return Table((Column("Samples"), *columns), tuple(rows))


def _value(outcome: Outcome, group: str, name: str) -> float:
    if group == "test":
        return outcome.trained.test[name]
    history = outcome.trained.history.get(f"{group}_{name}")
    return float(history[-1]) if history is not None and len(history) else float("nan")


def values_of(outcome: Outcome) -> dict[str, float]:
    """Everything that a text may quote as a number: ``test_accuracy`` in percent, ``train_loss``, ..."""
    found: dict[str, float] = {}
    for group in ("train", "validation", "test"):
        for name in ("loss", *outcome.job.model.metrics):
            value = _value(outcome, group, name)
            found[f"{group}_{name}"] = 100 * value if in_percent(name) else value
    return found


def quoted_values(outcome: Outcome) -> dict[str, str]:
    """The same as a text quotes it, with the settings."""
    model, data = outcome.job.model, outcome.data
    names = {name: name.split("_", 1)[1] for name in values_of(outcome)}
    said = {name: metric_latex(metric, _value(outcome, name.split("_")[0], metric)) for name, metric in names.items()}
    said |= {
        name: setting(model.value_of(name)) for name in model.hyperparameter_paths() if name not in ("data", "keep")
    }
    return {**said, "data": data.dataset.name, "note": data.note, "epochs_done": str(outcome.trained.epochs)}


def found_of(outcome: Outcome) -> Found:
    """What a text may quote of a training, with the shares among the numbers."""
    shares = frozenset(name for name in values_of(outcome) if in_percent(name.split("_", 1)[1]))
    return Found(quoted_values(outcome), percent=shares, plain=frozenset(values_of(outcome)) - shares)


def notices(outcome: Outcome, targets: Mapping[str, float] | None = None) -> tuple[Block, ...]:
    """What a reader must know first: other data were taken, the training stopped, goals are not tried."""
    said = [outcome.data.note and f"{capital(outcome.data.note)}.", outcome.trained.stopped and _stopped(outcome)]
    shown = [rf"\emph{{{escape(text)}}}" for text in said if text]
    if outcome.data.asked:
        shown += [inline_markdown(f"*{_untried(name, least, outcome)}*") for name, least in (targets or {}).items()]
    return tuple(map(Text, shown))


def _untried(metric: str, least: float, outcome: Outcome) -> str:
    asked = outcome.data.asked
    return f"The goal, {title(metric)} of {goal(metric, least)} on {asked}, is not checked: {not_here(outcome.data)}."


def _stopped(outcome: Outcome) -> str:
    return f"The training stopped early: {outcome.trained.stopped}."


def curves_block(outcome: Outcome) -> tuple[Block, ...]:
    """Curves over the epochs, if there are two."""
    if outcome.trained.epochs < 2:
        return ()
    note = f" ({outcome.data.note})" if outcome.data.note else ""
    caption = f"After each epoch, on {escape(outcome.data.dataset.name + note)}."
    return (Plots(history_plots(outcome, outcome.job.model.metrics), caption),)


def boundary_block(outcome: Outcome) -> tuple[Block, ...]:
    """The decision boundary, if the samples are points of a plane."""
    return (Plots((boundary_plot(outcome),), BOUNDARY_CAPTION),) if can_be_pictured(outcome) else ()


def not_trained(reason: str) -> Answered:
    """An answer that says that there is no training, which is neither right nor wrong."""
    verdict = Comparison.untried(reason)
    claim = Claim("training", "training", (Method(escape(reason)),), lambda: verdict)
    return Answered((Text(rf"\emph{{{escape(f'Not trained: {reason}.')}}}"),), (claim,))
