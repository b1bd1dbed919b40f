"""Every option of every command either has an effect on a subject or is refused there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from answers.command.application import application
from answers.command.subjects import APPLIES, SUBJECTS, TOGETHER, Subject
from tests.answers.command.runner import HOMEWORK, run, written

OWN = "layers: {Twice: {axes: [n], equations: 'y[i] = 2*z[i]'}}\n"
GIVEN: dict[Subject, str] = {
    "network": "x:n -> Linear(K)",
    "layer": "Tanh",
    "recurrence": "RNN",
    "equations": "f = x^3",
}
VALUES = {
    "grain": "full",
    "loss": "MSE",
    "wrt": "x",
    "notation": "index",
    "within": "x",
    "using": "own.yaml",
    "ranges": "limits",
    "written_out": "n=2",
    "toeplitz": "n=2",
    "layout": "numerator",
    "index_base": "0",
    "batch": "B",
    "reduction": "sum",
    "at": "x=1",
    "weights": "in,out",
    "samples": "columns",
    "channels": "last",
}
COMMANDS = typer.main.get_command(application).commands  # type: ignore[attr-defined]


def options(command: str) -> Iterator[typer.core.TyperOption]:
    """The options of a command, that for help left out."""
    for parameter in COMMANDS[command].params:
        if isinstance(parameter, typer.core.TyperOption) and parameter.name != "help":
            yield parameter


def test_every_option_of_every_command_is_classified() -> None:
    assert set(APPLIES) == set(COMMANDS)
    for command in COMMANDS:
        assert {option.name for option in options(command)} == set(APPLIES[command])
        assert all(APPLIES[command].values())


@pytest.fixture
def subjects(tmp_path: Path) -> dict[Subject, str]:
    """Something of every kind that a command may be given."""
    own = tmp_path / "own.yaml"
    own.write_text(OWN)
    return {**GIVEN, "file": str(own), "homework": str(written(tmp_path, HOMEWORK))}


REFUSED = [
    (command, option, subject)
    for command, kinds in (("derive", [*GIVEN, "file"]), ("export", ["network", "layer", "file", "homework"]))
    for option in options(command)
    for subject in kinds
    if subject not in APPLIES[command][str(option.name)]
]


@pytest.mark.parametrize(("command", "option", "subject"), REFUSED, ids=str)
def test_an_option_without_effect_is_refused(
    command: str, option: typer.core.TyperOption, subject: Subject, subjects: dict[Subject, str]
) -> None:
    value = [] if option.is_flag else [VALUES[str(option.name)]]
    outcome = run(command, subjects[subject], max(option.opts, key=len), *value)
    outcome.refused(max(option.opts, key=len), f"has no effect on {SUBJECTS[subject]}; it is for ")


@pytest.mark.parametrize(("one", "other", "reason"), TOGETHER)
def test_options_that_exclude_one_another(one: str, other: str, reason: str) -> None:
    given = []
    for option in options("derive"):
        if option.name in (one, other):
            value = "matrix" if option.name == "notation" else VALUES.get(str(option.name), "")
            given += [max(option.opts, key=len), *([] if option.is_flag else [value])]
    run("derive", "Tanh", *given).refused(reason)


def test_the_loss_of_one_sample_is_not_reduced() -> None:
    run("derive", GIVEN["network"], "--loss", "MSE", "--reduction", "sum").refused("it is for batches")
    run("derive", GIVEN["network"], "--batch", "B", "--wrt", "dy_hat/dW1", "--reduction", "sum").refused("a loss")
    assert run("derive", "f = x^3", "--at", "x=2").code == 0
    assert run("derive", "Softmax", "--ranges", "limits", "--notation", "index", "--no-check").code == 0


@pytest.mark.parametrize(
    ("subject", "option", "given", "message"),
    [
        ("x:n -> Linear(d)", "--wrt", "", "--wrt names nothing"),
        ("x:n -> Linear(d)", "--wrt", " , ", "--wrt names nothing"),
        ("Tanh", "--written-out", "", "--written-out names nothing"),
        ("f = x*y", "--at", "", "--at names nothing"),
        ("f = x*y", "--at", "x=1,y=2,x=3", "x has two values, 1 and 3"),
        ("Tanh", "--written-out", "n=2,n=3", "n has two values, 2 and 3"),
    ],
)
def test_what_names_nothing_or_something_twice_is_refused(subject: str, option: str, given: str, message: str) -> None:
    run("derive", subject, option, given).refused(message)
