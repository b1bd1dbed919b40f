"""How ``gradsheet derive`` prints a derivation, its shape and its check."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import typer

from derive.derivation import Derivation
from derive.steps import Notation

if TYPE_CHECKING:
    from answers.derivations.claims import Requirement
    from numeric import Check, Comparison


def print_derivation(derivation: Derivation, notation: Notation, *, steps: bool, latex: bool) -> None:
    """The derivation with its shape, and its steps if they are asked for."""
    (_print_latex if latex else _print_unicode)(derivation, notation, steps)


def print_forward(derivations: Iterable[Derivation], *, latex: bool, check: bool) -> bool:
    """Print forward equations with their shapes, and the sizes that follow from others.

    With ``check`` one that fails its check is not printed; whether all pass.
    """
    from derive.render.printing import latex as in_latex
    from derive.render.printing import unicode as in_unicode

    sizes: dict[object, str] = {}
    passed = True
    for derivation in derivations:
        show = partial(print_derivation, derivation, "matrix", steps=False, latex=latex)
        if check:
            passed = _print_if_right(derivation, show, "% " if latex else "  ") and passed
        else:
            show()
        for size, formula in derivation.forward.sizes:
            equal = f"{in_latex(size)} = {in_latex(formula)}" if latex else f"{size} = {in_unicode(formula)}"
            sizes.setdefault(size, equal)
    for line in sizes.values():
        typer.echo(line)
    typer.echo()
    return passed


def _print_unicode(derivation: Derivation, notation: Notation, steps: bool) -> None:
    from derive.render.derivations import derivation_unicode

    if steps:
        typer.echo(derivation_unicode(derivation, notation, steps=True))
        typer.echo()
    typer.echo(derivation_unicode(derivation, notation))
    typer.echo(f"  shape: {_shape(derivation, notation)}")


def _print_latex(derivation: Derivation, notation: Notation, steps: bool) -> None:
    from derive.render.derivations import derivation_latex

    typer.echo(f"% {derivation.quantity.name}, shape {_shape(derivation, notation)}")
    body = derivation_latex(derivation, notation, steps=steps)
    typer.echo(f"\\begin{{align*}}\n{body}\n\\end{{align*}}" if steps else body)


def _shape(derivation: Derivation, notation: Notation) -> str:
    """The shape of what is printed: of the matrix in its layout, or of the elements by their indices."""
    from derive.render import shape_unicode

    if notation == "matrix" and derivation.matrix is not None:
        rows, columns = derivation.matrix.shape
        return shape_unicode((rows,) if columns == 1 else (rows, columns))
    return shape_unicode(derivation.shape)


def print_checked(
    derivation: Derivation,
    show: Callable[[], None],
    indent: str,
    written: Callable[[], Check] | None = None,
) -> bool:
    """Check a derivation, show it if it passes, and say how it went; one that fails is no answer and is not shown.

    ``written`` checks what is shown of it at given sizes, element by element. One that cannot be checked is shown, and
    does not count as passed.
    """
    from numeric import ArrayError, check

    try:
        outcome = check(derivation)
        elements = None if written is None or not outcome.ok else written()
    except ArrayError as error:
        _print_unchecked(show, indent, error)
        return False
    if outcome.ok and (elements is None or elements.ok):
        show()
        how = f", with a smooth function for {', '.join(outcome.unknown)}" if outcome.unknown else ""
        how += f" {outcome.note}" if outcome.note else ""
        typer.echo(f"{indent}checked: {outcome.points} points, worst relative error {outcome.max_error:.0e}{how}")
        if elements is not None:
            number = f"{len(elements.items)} element{'' if len(elements.items) == 1 else 's'}"
            typer.echo(f"{indent}checked as written out: {number}, worst relative error {elements.max_error:.0e}")
        return True
    _print_failed(derivation, (*outcome.items, *(elements.items if elements is not None else ())), indent)
    return False


def _print_if_right(derivation: Derivation, show: Callable[[], None], indent: str) -> bool:
    """Show a derivation that passes its check, and say nothing of it; whether it does."""
    from numeric import ArrayError, check

    try:
        outcome = check(derivation)
    except ArrayError as error:
        _print_unchecked(show, indent, error)
        return False
    if outcome.ok:
        show()
    else:
        _print_failed(derivation, outcome.items, indent)
    return outcome.ok


def _print_unchecked(show: Callable[[], None], indent: str, error: Exception) -> None:
    show()
    typer.echo(f"{indent}FAILED: it cannot be checked: {error}")


def _print_failed(derivation: Derivation, items: Iterable[Comparison], indent: str) -> None:
    from derive.render.derivations import quantity_unicode

    name = quantity_unicode(derivation.quantity, derivation.forward)
    typer.echo(f"{indent.lstrip()}no answer for {name}: what was derived fails its check (--no-check prints it)")
    for item in items:
        if not item.ok:
            reason = item.note or f"relative error {item.error:.0e}, allowed {item.tolerance:.0e}"
            typer.echo(f"{indent}FAILED: {item.what}: {reason}")


def answers_the_question(derivation: Derivation, required: Requirement, indent: str) -> bool:
    """Whether a derivation is of what was asked, in the symbols allowed; what is not is said, and is no answer."""
    complaints = list(required.complaints(derivation))
    if complaints:
        typer.echo(f"{indent.lstrip()}no answer for {required.quantity}: {'; '.join(complaints)}")
    return not complaints
