"""Numbers through a network as blocks of a sheet, and the claims that they are right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from answers.contract.item import Claim
from answers.contract.methods import DIFFERENCES, FORWARD_PASS, READ_BACK, Method
from answers.derivations.pages import applied_functions, note_blocks, page_claim
from answers.latex.sheet import Block, Equation, Heading, Text
from answers.numbers.claims import Lines, verdict
from answers.numbers.differences import by_rows
from answers.numbers.digits import typeset_numbers
from answers.numbers.lines import Line, change_lines, given_lines, gradient_lines, value_lines
from answers.numbers.measured import MeasuredStage, measured
from answers.numbers.run import Plan, Stage, run
from answers.readback.printed import Printed, within_ranges
from derive.expression.partials import partial_named
from derive.render import cases_latex, latex
from numeric.arrays.axes import Array
from numeric.checks.comparison import Comparison

BESIDE = 70
"""Letters of what is given that stand on one line."""

WELL_KNOWN = frozenset({"ReLU", "sigma", "tanh"})
"""Functions that need no definition beside numbers."""

OPTIMISER = Method("an optimiser in floating point", "the numbers of a step, with what the optimisers of trainings do")


@dataclass(frozen=True)
class Numbers:
    """A plan with what came of it. ``shown`` names the derivatives that are printed."""

    plan: Plan
    stages: tuple[Stage, ...]
    digits: int
    shown: frozenset[str]

    @classmethod
    def of(cls, plan: Plan, digits: int, shown: Sequence[str] | None = None) -> Numbers:
        """What comes of a plan, all derivatives shown unless some are named."""
        names = frozenset(one.quantity.name for one in plan.quantities.gradients)
        return cls(plan, run(plan), digits, names if shown is None else names & frozenset(shown))

    @property
    def base(self) -> int:
        """What indices count from."""
        return self.plan.given.network.index_base

    @cached_property
    def measured(self) -> tuple[MeasuredStage, ...]:
        """The same in floating point, measured when it is first compared."""
        return measured(self.plan)

    def values(self, stage: Stage) -> tuple[Line, ...]:
        """The lines of the forward pass."""
        return value_lines(stage, self.plan.quantities.values)

    def gradients(self, stage: Stage) -> tuple[Line, ...]:
        """The lines of the derivatives that are shown."""
        return gradient_lines(
            stage, tuple(one for one in self.plan.quantities.gradients if one.quantity.name in self.shown)
        )

    def changes(self, stage: Stage) -> tuple[tuple[Line, ...], ...]:
        """The lines of a step, for each parameter."""
        return tuple(change_lines(change, stage) for change in stage.changes)

    def printed(self, line: Line) -> tuple[str, ...]:
        """The equations of a line."""
        return line.latex(self.digits, self.base)


def given_blocks(lines: Sequence[Line], digits: int, base: int) -> Iterator[Block]:
    """What is given, several tensors on a line where there is room."""
    row: list[str] = []
    room = 0
    for line in lines:
        for text in line.latex(digits, base):
            width = line.width(digits)
            if row and room + width > BESIDE:
                yield Equation(r", \quad ".join(row))
                row, room = [], 0
            row.append(text)
            room += width + 4
    if row:
        yield Equation(r", \quad ".join(row))


def number_blocks(numbers: Numbers) -> tuple[Block, ...]:
    """The whole answer: each stage with its values, derivatives and the step behind it."""
    blocks: list[Block] = []
    plan = numbers.plan
    if plan.rules:
        blocks.append(Text(settings(plan, numbers.digits)))
    for stage in numbers.stages:
        if len(numbers.stages) > 1:
            blocks.append(Heading(f"{'Step' if plan.rules else 'Sample'} {stage.number}"))
            varying = [line for line in given_lines(stage.given) if line.name in plan.varying]
            blocks += given_blocks(varying, numbers.digits, numbers.base)
        blocks += _pass_blocks(numbers, stage)
        if stage.changes:
            blocks.append(Heading("Update"))
        for change in numbers.changes(stage):
            for line in change:
                printed = numbers.printed(line)
                blocks += [Equation(text, result=line is change[-1] and text == printed[-1]) for text in printed]
    return tuple(blocks)


def _pass_blocks(numbers: Numbers, stage: Stage) -> Iterator[Block]:
    """The values and the derivatives of a stage."""
    upstream = [line for line in given_lines(stage.given) if partial_named(line.name) is not None]
    for heading, lines, given in (
        ("Forward", numbers.values(stage), []),
        ("Backward", numbers.gradients(stage), upstream),
    ):
        if lines:
            yield Heading(heading)
            yield from given_blocks(given, numbers.digits, numbers.base)
        for line in lines:
            yield from _line_blocks(line, numbers, again=stage.number > 1)
        if heading == "Forward" and stage.number == 1:
            yield from (Equation(text) for text, _ in _definitions(numbers))


def _definitions(numbers: Numbers) -> Iterator[tuple[str, str]]:
    """What the functions are that not everybody knows, each with the variable that it is of."""
    model = numbers.plan.given.model
    for function in applied_functions(model, [row.expression for row in model.rows if row.tensor.role != "hidden"]):
        if function.name not in WELL_KNOWN:
            yield f"{latex(function(function.variable))} = {cases_latex(function.formula)}", str(function.variable)


def _line_blocks(line: Line, numbers: Numbers, *, again: bool) -> Iterator[Block]:
    """A line as it is printed, with what must be known of ranges; where it comes again, its numbers alone."""
    printed = numbers.printed(line)
    if again and line.equation.latex:
        printed = printed[1:]
    for text in printed:
        yield Equation(text)
    if line.derivation is not None and line.equation.latex and not again:
        yield from note_blocks(line.derivation, ties=False)


def settings(plan: Plan, digits: int) -> str:
    """The constants of the rules, in letters and numbers."""
    constants = {symbol: value for rule in plan.rules.values() for symbol, value in rule.constants.items()}
    rule = next(iter(plan.rules.values()))
    told = (f"${latex(symbol)} = {typeset_numbers([value], digits)[0].latex}$" for symbol, value in constants.items())
    return f"{rule.name} with {', '.join(told)}."


def number_claims(numbers: Numbers, *, formulas: bool = True) -> tuple[Claim, ...]:
    """That every number that is printed is what is measured; with ``formulas`` that these are right, too."""
    model = numbers.plan.given.model
    first = numbers.stages[0]
    shown = tuple(
        page_claim(line.derivation, _formula(line))
        for line in (*numbers.values(first), *numbers.gradients(first))
        if formulas and line.derivation is not None and (line.formula.latex or line.equation.latex)
    )
    if shown:
        # The definitions of functions are read with the first formula that is.
        first_value = numbers.values(first)[0]
        told = tuple(Printed(text, "the function", variable=variable) for text, variable in _definitions(numbers))
        if first_value.derivation is not None and told:
            shown = (page_claim(first_value.derivation, (*_formula(first_value), *told)), *shown[1:])
    claims = [Claim("numbers of the forward pass", "numbers forward", (FORWARD_PASS, READ_BACK),
                    _verdict(numbers, lambda stage: [numbers.values(stage)]), model=model)]  # fmt: skip
    if numbers.shown:
        claims.append(Claim("numbers of the derivatives", "numbers backward", (DIFFERENCES, READ_BACK),
                            _verdict(numbers, lambda stage: [numbers.gradients(stage)]), model=model))  # fmt: skip
    if numbers.plan.rules:
        claims.append(Claim("numbers of the steps", "numbers of the steps", (OPTIMISER, READ_BACK),
                            _verdict(numbers, numbers.changes), model=model))  # fmt: skip
    return (*shown, *claims)


def _formula(line: Line) -> tuple[Printed, ...]:
    if line.derivation is None:
        return ()
    text = line.equation.latex or f"{line.left.latex} = {line.formula.latex}"
    notes = [block for block in note_blocks(line.derivation, ties=False) if isinstance(block, Text)]
    return within_ranges((Printed(text, "the formula"),), notes if line.equation.latex else [])


def by_rows_of(stage: Stage) -> Callable[[Line], Array | None]:
    """What the forward rows of a stage make of a line in many digits; nothing of what a step makes."""

    def found(line: Line) -> Array | None:
        return by_rows(stage.given, line.name) if line.relation == "=" else None

    return found


def _verdict(numbers: Numbers, lines_of: Callable[[Stage], Sequence[Sequence[Line]]]) -> Callable[[], Comparison]:
    def compared() -> Comparison:
        found = []
        for stage, place in zip(numbers.stages, numbers.measured, strict=True):
            for lines in lines_of(stage):
                printed = tuple(map(numbers.printed, lines))
                found.append(Lines(tuple(lines), printed, place.before, place.after, place.noise, by_rows_of(stage)))
        return verdict(found, numbers.digits)

    return compared
