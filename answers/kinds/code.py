"""The kind ``code``: a programming part, with its handout, its reference solution and the check of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import ClassVar, Literal

from pydantic import Field

from answers.code import (
    TOLERANCE,
    CodeCheck,
    CodeOptions,
    CodeReport,
    RunningCheck,
    begin_check,
    write_handout,
    write_solution,
)
from answers.kinds.item import Answered, Claim, Context, Item, Verdict
from answers.latex.code import code_lines
from answers.latex.escape import escape
from answers.latex.sheet import Block, Code, Text

HANDOUT, SOLUTION = "handout", "solution"


class Programming(Item):
    """A file to be written without automatic differentiation, and the one that the derivations write."""

    kind: Literal["code"]
    begins_early: ClassVar[bool] = True
    template: Literal["mlp"] = Field("mlp", description="the handout: a class MLP of two linear layers")
    library: Literal["torch", "numpy"] = "torch"
    title: str = "A two-layer network, forward and backward by hand"
    activations: dict[str, str] = Field(
        default_factory=lambda: {"relu": "ReLU", "sigmoid": "Sigmoid", "identity": "Identity"},
        description="names in the file, and the activation of each",
    )
    losses: dict[str, str] = Field(
        default_factory=lambda: {"mse_loss": "MSE(mean)", "bce_loss": "BCE(mean)"},
        description="names of the functions, and the loss of each",
    )
    reduction: Literal["mean", "sum"] = Field("mean", description="of the losses of a batch")
    example: tuple[str, str, str] = Field(
        ("relu", "identity", "mse_loss"), description="the activations and the loss of the example test"
    )

    def handout(self, context: Context) -> tuple[tuple[str, str], ...]:
        return tuple((f"{HANDOUT}/{name}", text) for name, text in write_handout(self._options()).items())

    def answer(self, context: Context) -> Answered:
        options = self._options()
        source = write_solution(options)
        names = ", ".join(rf"\texttt{{{escape(f'{HANDOUT}/{name}')}}}" for name in write_handout(options))
        blocks: tuple[Block, ...] = (
            Text(
                f"Handed out: {names}. The reference solution below is written from the derivations: each line "
                "that computes a gradient is the matrix form of a batch, printed as code. It lies in "
                rf"\texttt{{{SOLUTION}/mlp.py}} beside this key."
            ),
            Code(code_lines(source), "mlp.py", numbered=True),
        )
        return Answered(blocks, _claims(source, options), ((f"{SOLUTION}/mlp.py", source),))

    def _options(self) -> CodeOptions:
        return CodeOptions(self.title, self.library, self.activations, self.losses, self.reduction, self.example)


def _claims(source: str, options: CodeOptions) -> tuple[Claim, ...]:
    """A claim for each quantity that the file computes, over all activations and losses; it runs once."""

    @cache
    def running() -> RunningCheck:
        return begin_check(source, options)

    @cache
    def report() -> CodeReport:
        return running().report()

    quantities = ["y_hat", "loss", "dJdy_hat", *(f"dJd{name}" for name in ("W1", "b1", "W2", "b2"))]
    return tuple(_claim(name, running, report) for name in quantities)


def _claim(name: str, running: Callable[[], RunningCheck], report: Callable[[], CodeReport]) -> Claim:
    def verdict() -> Verdict:
        found = report()
        mine = [check for check in found.checks if check.what.split(",")[0] == name]
        if found.problem or not mine:
            return Verdict(False, 0, float("inf"), 0.0, found.problem or f"nothing was compared with {name}")
        worst = max(mine, key=lambda check: check.error)
        points = sum(check.points for check in mine)
        return Verdict(all(check.ok for check in mine), points, worst.error, TOLERANCE, _note(mine, found.how))

    return Claim(f"{name} of mlp.py", rf"\texttt{{{escape(name)}}}", "differences, all cases", verdict, running)


def _note(checks: list[CodeCheck], how: str) -> str:
    failed = [f"{check.what}: {check.note or 'differs'}" for check in checks if not check.ok]
    return "; ".join(failed[:3]) or f"run with {how}"
