"""What the pages of a catalogue share: forward equations, the gradients with their steps, their other forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from sympy import Expr, Indexed, Symbol
from sympy.core.function import AppliedUndef

from answers.contract.item import Claim
from answers.contract.methods import READ_BACK
from answers.derivations.claims import Requirement, claim
from answers.derivations.notes import notes_on
from answers.derivations.steps import shape_of, stacked, steps_block
from answers.latex.sheet import Block, Equation, Heading, Legend, Text
from answers.readback.legends import Said, signs_mean
from answers.readback.printed import Printed, in_blocks
from answers.readback.shown import Shown
from derive.derivation import Derivation
from derive.expression.partials import partial_named
from derive.expression.scalar import ScalarFunction
from derive.expression.symbols import name_of
from derive.forward import Forward, Row
from derive.render import cases_latex, latex, sentence_latex, shape_latex
from derive.render.derivations import LATEX_WIDTH, equation_lines, step_lines
from derive.render.legends import convention, legends
from derive.render.names import ranks_of
from derive.render.printing import symbol_latex
from derive.render.rows import equation_latex, together
from derive.steps import Notation
from numeric.checks.comparison import Comparison

FORMS: tuple[tuple[Notation, str], ...] = (
    ("cases", "Element by element:"),
    ("convolution", "As maps over space:"),
)
"""The notations beside that of the steps, and how each is announced."""


SIGNS = "signs for maps"
"""What the claim about the meanings of signs is about."""

MOST_STEPS = 9
"""How many steps stand on a page with the forward equations and the checks."""


def forward_blocks(
    forward: Forward, rows: Sequence[Row], index_base: Literal[0, 1], title: str = "Forward"
) -> Iterator[Block]:
    """The forward equations, the functions in them, and the sizes that follow from others."""
    yield Heading(title)
    for group in together(rows):
        yield Equation(equation_latex(group, forward, index_base=index_base), shape_latex(group[0].tensor.shape))
    for function in applied_functions(forward, [row.expression for row in rows]):
        yield Equation(f"{latex(function(function.variable))} = {cases_latex(function.formula)}")
    for size, formula in forward.sizes:
        if not isinstance(formula, Symbol):
            yield Equation(f"{shape_latex((size,))} = {shape_latex((formula,))}")


def forward_page(
    forward: Forward,
    rows: Sequence[Row],
    values: Iterable[Derivation],
    index_base: Literal[0, 1],
    title: str = "Forward",
) -> tuple[tuple[Block, ...], tuple[Claim, ...]]:
    """The forward equations with what must be known of ranges, and a claim for each of the ``values``.

    That of a value reads back its equation if it is among the rows; that of the first the rest of the page, too.
    """
    values = tuple(values)
    equations = tuple(forward_blocks(forward, rows, index_base, title))
    notes = tuple(note_blocks(*values, ties=False))
    printed = [block for block in equations if isinstance(block, Equation)]
    groups = together(rows)
    named = {
        row.name: (block, number if len(group) > 1 else None)
        for group, block in zip(groups, printed, strict=False)
        for number, row in enumerate(group)
    }
    others = in_blocks(printed[len(groups) :])
    functions = applied_functions(forward, [row.expression for row in rows])
    variables = [str(function.variable) for function in functions]
    rest = [replace(one, variable=name) for one, name in zip(others, variables, strict=False)] + [
        *others[len(variables) :]
    ]
    claims = []
    for number, value in enumerate(values):
        block, component = named.get(value.quantity.name, (None, None))
        said = tuple(replace(one, component=component) for one in in_blocks((*((block,) if block else ()), *notes)))
        claims.append(page_claim(value, said + (tuple(rest) if number == 0 else ())))
    return (*equations, *notes), tuple(claims)


def applied_functions(forward: Forward, expressions: Iterable[Expr]) -> tuple[ScalarFunction, ...]:
    """The named functions that the expressions apply, and those that their formulas apply, in that order."""
    known = {function.name: function for function in forward.functions}
    found: list[ScalarFunction] = []
    pending = list(expressions)
    while pending:
        applied = pending.pop(0).atoms(AppliedUndef)
        for name in sorted({application.func.__name__ for application in applied}):
            function = known.get(name)
            if function is not None and function not in found:
                found.append(function)
                pending.append(function.formula)
    return tuple(found)


def page_claim(derivation: Derivation, printed: tuple[Printed, ...] = ()) -> Claim:
    """The claim that a derivation and what is printed of it are right, with its quantity as a line of text has it."""
    shown = (Shown(derivation, printed),) if printed else ()
    ranks = ranks_of(derivation.forward)
    return replace(
        claim(derivation, Requirement(derivation.quantity.name, internal=True), shown=shown),
        latex=f"${symbol_latex(derivation.quantity.name, ranks=ranks)}$",
    )


def is_long(derivations: Iterable[Derivation]) -> bool:
    """Whether the derivations have more steps, and maps over space beside them, than a page holds."""
    return sum(len(one.steps) + (one.convolution is not None) for one in derivations) > MOST_STEPS


def gradient_blocks(
    derivation: Derivation, given: frozenset[str], *, steps: bool, forms: bool = True, short: bool = False
) -> Iterator[Block]:
    """A gradient with its steps and its result, then the same in other ``forms``, and its notes.

    A ``short`` one leaves out elements where there is a matrix form.

    The result is in matrix form if it has one, in cases if it differs from range to range, else by its element.
    Without steps the gradients on the way that it is written in, but for those ``given``, stand before it.
    """
    if not steps:
        for defined in intermediate_gradients(derivation, given):
            yield Equation(equation(defined, "matrix"), shape_latex(shape_of(defined)))
    shown = _within_line(derivation)
    told = steps and (derivation.grain == "lecture" or len(shown.steps) > 1)
    index, cases = equation(derivation, "index"), equation(derivation, "cases")
    shape = shape_latex(shape_of(derivation))
    printed = {equation(derivation, "matrix")} | (set() if derivation.matrix is not None else {index})
    if told and any(step.matrix is None and step.expression == derivation.result for step in shown.steps):
        printed |= {index}
    if derivation.matrix is None and cases != index:
        if told:
            yield from _before_cases(shown)
        yield Equation(cases, shape, result=True)
        printed.add(cases)
    elif told:
        yield steps_block(shown, result=True)
    else:
        yield Equation(equation(derivation, "matrix"), shape, result=True)
    others = ("convolution",) if short and derivation.matrix is not None else ("cases", "convolution")
    for notation, announcement in FORMS if forms else ():
        if notation not in others:
            continue
        text = equation(derivation, notation)
        if text not in printed and not _merely_repeated(derivation, notation):
            yield Text(announcement)
            yield Equation(text, shape_latex(derivation.shape) if notation == "cases" else "")
    yield from note_blocks(derivation)


def _before_cases(derivation: Derivation) -> Iterator[Block]:
    """The steps before a result that is written by cases: of a last one that says the same, the sentence alone."""
    *before, last = derivation.steps
    if before:
        yield steps_block(replace(derivation, steps=tuple(before)))
    ranks = ranks_of(derivation.forward)
    if derivation.grain == "lecture" and last.sentence:
        yield Text(sentence_latex(last.sentence, ranks=ranks, index_base=derivation.index_base))


def note_blocks(*derivations: Derivation, ties: bool = True) -> Iterator[Text]:
    """What a reader must know of ranges and of ties, each said once."""
    notes = {note: one for one in reversed(derivations) for note in reversed(notes_on(one, ties=ties))}
    for note, derivation in reversed(notes.items()):
        yield Text(sentence_latex(note, ranks=ranks_of(derivation.forward)))


def meanings(shown: Sequence[tuple[Derivation, Sequence[Block]]]) -> tuple[tuple[Block, ...], tuple[Claim, ...]]:
    """What the signs in the maps over space mean, each said once, and the claim that they mean that."""
    forms = [(one, one.convolution) for one, _ in shown if one.convolution is not None]
    found = legends((form for _, form in forms), forms[0][0].index_base) if forms else ()
    if not found:
        return (), ()
    block = Legend(sentence_latex(convention(found)), tuple((one.latex, one.words) for one in found))

    def verdict() -> Comparison:
        return signs_mean(Said.of(block), [(one, in_blocks(blocks)) for one, blocks in shown])

    return (block,), (Claim(SIGNS, SIGNS, (READ_BACK,), verdict),)


def _within_line(derivation: Derivation) -> Derivation:
    """The derivation with steps element by element whose matrix form is wider than a line and cannot be broken."""
    lines = {line.step: line.width for line in step_lines(derivation)}
    steps = (replace(step, matrix=None) if lines.get(step, 0) > LATEX_WIDTH else step for step in derivation.steps)
    return replace(derivation, steps=tuple(steps))


def _merely_repeated(derivation: Derivation, notation: Notation) -> bool:
    """A vector's matrix form and its elements say the same to a reader; so do sums over all of space."""
    if notation == "convolution":
        return derivation.convolution is None
    return derivation.matrix is not None and len(derivation.shape) < 2


def equation(derivation: Derivation, notation: Notation) -> str:
    """The result as an equation, in several lines where one would be too wide."""
    left, lines = equation_lines(derivation, LATEX_WIDTH - 8, notation)
    return f"{left} = {stacked(lines)}"


def intermediate_gradients(derivation: Derivation, given: frozenset[str]) -> tuple[Derivation, ...]:
    """The gradients that a result is written in, and those that these are, each in what its steps come to.

    Those that are ``given`` are none of them, nor those that another derivation has derived.
    """
    last = {step.quantity.name: step for step in derivation.steps}
    wanted, pending = {derivation.quantity.name}, [derivation.result]
    while pending:
        found = _gradients(pending.pop()) & set(last) - given - wanted
        wanted |= found
        pending += [last[name].expression for name in found]
    return tuple(
        replace(derivation, quantity=step.quantity, result=step.expression, matrix=step.matrix, steps=(step,))
        for name, step in last.items()
        if name in wanted and name != derivation.quantity.name
    )


def _gradients(expression: Expr) -> set[str]:
    """The gradients of the loss that an expression is written in."""
    return {name for name in _names(expression) if (partial := partial_named(name)) is not None and partial.top == "l"}


def _names(expression: Expr) -> set[str]:
    """The names of the tensors and the partials that an expression is written in."""
    elements = {name_of(access) for access in expression.atoms(Indexed)}
    return elements | {symbol.name for symbol in expression.atoms(Symbol)}
