"""``gradsheet derive``: derivatives of a network, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from answers.command.derive_options import (
    At,
    Chained,
    Check,
    CountFrom,
    Definition,
    Forward,
    Hessian,
    InLayout,
    InNotation,
    Latex,
    Notation,
    Ranges,
    Toeplitz,
    Within,
    WithRanges,
    WithRespectTo,
    WithSteps,
    WrittenOut,
)
from answers.command.options import Batch, Channels, Grain, Loss, Reduction, Samples, Using, Weights

if TYPE_CHECKING:
    from answers.command.request import Request
    from answers.derivations.claims import Requirement
    from derive.conventions import Conventions
    from derive.derivation import Derivation
    from derive.layer import Layer
    from derive.network import Network
    from derive.recurrent.recurrence import Recurrence

    Model = Recurrence | Layer | Network


def derive(
    context: typer.Context,
    network: Definition,
    loss: Loss = None,
    wrt: WithRespectTo = None,
    notation: InNotation = "matrix",
    within: Within = None,
    using: Using = None,
    ranges: WithRanges = None,
    written_out: WrittenOut = None,
    toeplitz: Toeplitz = None,
    hessian: Hessian = False,
    chained: Chained = False,
    forward: Forward = False,
    latex: Latex = False,
    steps: WithSteps = False,
    grain: Grain = None,
    layout: InLayout = "gradient",
    index_base: CountFrom = 1,
    weights: Weights = "out,in",
    samples: Samples = "rows",
    channels: Channels = "first",
    batch: Batch = None,
    reduction: Reduction = "mean",
    at: At = None,
    check: Check = True,
) -> None:
    """Derive gradients and Jacobians, and check them by number.

    Everything follows from the forward definition of the network. The exit code is 1 if a check fails; what
    fails its check is no answer and is not printed.
    """
    from answers.command.subjects import refuse_empty, refuse_without_effect, subject_of
    from derive.conventions import Conventions
    from derive.expression.collector import collector_paused

    subject = subject_of(network)
    refuse_without_effect(context, subject)
    refuse_empty({"--wrt": wrt, "--at": at, "--written-out": written_out, "--toeplitz": toeplitz})
    steps = steps or grain is not None
    with collector_paused():
        if subject == "equations":
            from answers.command.equations import derive_equations

            by, values = _names(wrt or ()), _names(at or ())
            passed = derive_equations(network, by, values, latex=latex, steps=steps, check=check)
        else:
            from answers.command.ranges import sizes_of
            from answers.command.request import Request

            allowed = _names(within) if within is not None else None
            told = (grain or "lecture") if steps else "full"
            request = Request(_names(wrt or ()), allowed, chained, hessian, toeplitz is not None, told)
            sizes = sizes_of(written_out or toeplitz or ()) if (written_out or toeplitz) is not None else None
            printer = Printer(notation, ranges, sizes, toeplitz is not None, forward, latex, steps, check, at)
            usual = Conventions(layout, index_base).with_(weights=weights, samples=samples, channels=channels)
            models = Given(network, loss, using, batch, reduction, usual).models()
            verdicts = [printer.print(model, request) for model in models]
            passed = all(verdicts)
    if not passed:
        raise typer.Exit(1)


@dataclass(frozen=True)
class Printer:
    """What is printed of a derivation, and how."""

    notation: Notation
    ranges: Ranges | None
    sizes: Mapping[str, int] | None
    toeplitz: bool
    forward: bool
    latex: bool
    steps: bool
    check: bool
    at: list[str] | None = None

    def print(self, model: Model, request: Request) -> bool:
        """Print what is asked of a model; whether all of it passed its check."""
        if self.at is not None:
            return self._at_numbers(model, self.at, request)
        return self._derived(model, request)

    def _derived(self, model: Model, request: Request) -> bool:
        from answers.command.printing import print_forward, signs_text
        from answers.command.request import forward_of

        passed = True
        shown: list[Derivation] = []
        if self.forward:
            passed = print_forward(forward_of(model), latex=self.latex, check=self.check)
        for number, (required, derivation) in enumerate(request.of(model)):
            if number:
                typer.echo()
            right = self._answered(required, derivation)
            passed = right and passed
            shown += [derivation] if right else []
        if self.notation == "convolution" and self.sizes is None and (signs := signs_text(shown, latex=self.latex)):
            typer.echo(f"\n{signs}")
        return passed

    def _answered(self, required: Requirement, derivation: Derivation) -> bool:
        """Print the answer to a question, with ``check`` only if it passes; whether it does."""
        from answers.command.printing import answers_the_question, derivation_text, print_checked, read_again
        from answers.command.ranges import at_sizes, ranged

        indent = "% " if self.latex else "  "
        if self.check and not answers_the_question(derivation, required, indent):
            return False
        written = None
        if self.sizes is not None:
            whole = at_sizes(derivation, self.sizes, matrix=self.toeplitz)
            text, written = whole.text(latex=self.latex), whole.check
            again = partial(whole.read_again, text, latex=self.latex)
        else:
            derivation, form = ranged(derivation, self.ranges, self.notation)
            text = derivation_text(derivation, form, steps=self.steps, latex=self.latex)
            again = partial(read_again, derivation, text, latex=self.latex)
        if self.check:
            return print_checked(derivation, text, indent, written, again)
        typer.echo(text)
        return True

    def _at_numbers(self, model: Model, at: list[str], request: Request) -> bool:
        """Print a network or a layer at numbers; whether all is right."""
        from answers.command.numbers import derive_at_numbers
        from derive.recurrent.recurrence import Recurrence

        if isinstance(model, Recurrence):
            raise TypeError("a recurrence over all steps has no numbers")
        return derive_at_numbers(model, at, request.names, latex=self.latex, check=self.check)


@dataclass(frozen=True)
class Given:
    """What is derived: a text or a file, and the conventions that it is read in."""

    definition: str
    loss: str | None
    using: Path | None
    batch: str | None
    reduction: Literal["mean", "sum"]
    conventions: Conventions

    def models(self) -> tuple[Model, ...]:
        """What it names: a recurrence, layers alone, or a network."""
        from answers.command.request import recurrence_of
        from answers.command.subjects import is_definition_file, is_recurrence
        from answers.homework.own import load_definitions
        from derive.layer import is_layer
        from derive.network import network
        from derive.stated import equations, is_stated

        if is_recurrence(self.definition):
            return (recurrence_of(self.definition, self.conventions),)
        if is_stated(self.definition):
            return (equations(self.definition, conventions=self.conventions),)
        if is_definition_file(self.definition) or is_layer(self.definition):
            return self._layers()
        return (
            network(
                self.definition,
                self.loss,
                batch=self.batch,
                reduction=self.reduction,
                conventions=self.conventions,
                extra=() if self.using is None else load_definitions(self.using),
            ),
        )

    def _layers(self) -> tuple[Layer, ...]:
        """The layers that it names."""
        from answers.command.subjects import is_definition_file
        from answers.homework.own import load_layers
        from derive.layer import layer

        named = load_layers(Path(self.definition)) if is_definition_file(self.definition) else (self.definition,)
        return tuple(layer(one, batch=self.batch, conventions=self.conventions) for one in named)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """The names in repeated and comma-separated options."""
    return tuple(name.strip() for text in given for name in text.split(",") if name.strip())
