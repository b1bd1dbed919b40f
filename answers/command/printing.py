"""How ``gradsheet derive`` prints a derivation, its shape and its check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import typer

from derive.derivation import Derivation
from derive.steps import Notation

if TYPE_CHECKING:
    from answers.derivations.claims import Requirement
    from numeric import Check, Comparison


def derivation_text(derivation: Derivation, notation: Notation, *, steps: bool, latex: bool) -> str:
    """The derivation with its shape, and its steps if they are asked for."""
    return (_latex_text if latex else _unicode_text)(derivation, notation, steps)


def read_again(derivation: Derivation, text: str, *, latex: bool) -> Comparison | None:
    """What is wrong with the text of a derivation, read back; None if nothing is.

    Raises:
        ArrayError: no point away from kinks was found.
    """
    from answers.readback.legends import Said, signs_in, signs_mean
    from answers.readback.printed import on_terminal
    from answers.readback.shown import Shown, misprinted

    printed = tuple(on_terminal(text, latex=latex))
    wrong = misprinted([Shown(derivation, printed)], [derivation])
    if wrong is not None or derivation.convolution is None or not signs_in(derivation, printed):
        return wrong
    meaning = signs_mean(Said.on_terminal(signs_text([derivation], latex=latex)), [(derivation, printed)])
    return None if meaning.ok else meaning


def signs_text(derivations: Sequence[Derivation], *, latex: bool) -> str:
    """What the signs in the maps over space of derivations mean; nothing where there are none."""
    from derive.render import sentence_unicode
    from derive.render.legends import convention, legends

    forms = [(one.convolution, one.index_base) for one in derivations if one.convolution is not None]
    found = legends((form for form, _ in forms), forms[0][1]) if forms else ()
    if not found:
        return ""
    equations = [(one.latex if latex else one.unicode, one.words) for one in found]
    width = max(len(equation) for equation, _ in equations)
    mark = "%" if latex else ""
    lines = [f"  {equation:{width}}  {mark}  {words}" for equation, words in equations]
    return "\n".join([f"{mark} {sentence_unicode(convention(found))}".strip(), *lines])


def print_forward(derivations: Iterable[Derivation], *, latex: bool, check: bool) -> bool:
    """Print forward equations with their shapes, and the sizes that follow from others.

    With ``check`` one that fails its check is not printed; whether all pass.
    """
    from derive.render.printing import latex as in_latex
    from derive.render.printing import unicode as in_unicode

    sizes: dict[object, tuple[str, Derivation]] = {}
    passed = True
    mark = "% " if latex else "  "
    for derivation in derivations:
        text = derivation_text(derivation, "matrix", steps=False, latex=latex)
        if check:
            again = partial(read_again, derivation, text, latex=latex)
            passed = _print_if_right(derivation, text, mark, again) and passed
        else:
            typer.echo(text)
        for size, formula in derivation.forward.sizes:
            write = in_latex if latex else in_unicode
            sizes.setdefault(size, (f"{write(size)} = {write(formula)}", derivation))
    for size, (line, derivation) in sizes.items():
        misread = _size_again(derivation, line) if check else None
        if misread is None:
            typer.echo(line)
            continue
        passed = False
        typer.echo(f"{mark.lstrip()}no answer for {size}: what is printed fails its check (--no-check prints it)")
        typer.echo(f"{mark}FAILED: {misread.note}")
    typer.echo()
    return passed


def _size_again(derivation: Derivation, line: str) -> Comparison | None:
    """What is wrong with the formula of a size, read back; None if nothing is."""
    from answers.readback.printed import Printed
    from answers.readback.shown import Shown, misprinted

    return misprinted([Shown(derivation, (Printed(line, "the size"),))], ())


def _unicode_text(derivation: Derivation, notation: Notation, steps: bool) -> str:
    from derive.render.derivations import derivation_unicode

    before = derivation_unicode(derivation, notation, steps=True) + "\n\n" if steps else ""
    shown = f"{before}{derivation_unicode(derivation, notation)}\n  shape: {_shape(derivation, notation)}"
    return "\n".join([shown, *(f"  {note}" for note in _notes(derivation))])


def _latex_text(derivation: Derivation, notation: Notation, steps: bool) -> str:
    from derive.render.derivations import derivation_latex

    body = derivation_latex(derivation, notation, steps=steps)
    shown = f"\\begin{{align*}}\n{body}\n\\end{{align*}}" if steps else body
    head = f"% {derivation.quantity.name}, shape {_shape(derivation, notation)}"
    return "\n".join([head, shown, *(f"% {note}" for note in _notes(derivation))])


def _notes(derivation: Derivation) -> list[str]:
    """What a reader must know of ranges, in words."""
    from answers.derivations.notes import notes_on
    from derive.render import sentence_unicode
    from derive.render.names import ranks_of

    ranks = ranks_of(derivation.forward)
    return [sentence_unicode(note, ranks=ranks) for note in notes_on(derivation, ties=False)]


def _shape(derivation: Derivation, notation: Notation) -> str:
    """The shape of what is printed: of the matrix in its layout, or of the elements by their indices."""
    from derive.render import shape_unicode

    if notation == "matrix" and derivation.matrix is not None:
        rows, columns = derivation.matrix.shape
        return shape_unicode((rows,) if columns == 1 else (rows, columns))
    return shape_unicode(derivation.shape)


def print_checked(
    derivation: Derivation,
    text: str,
    indent: str,
    written: Callable[[], Check] | None = None,
    again: Callable[[], Comparison | None] | None = None,
) -> bool:
    """Check a derivation, print its text if it passes, and say how it went; one that fails is no answer.

    ``written`` checks what is shown of it at given sizes, element by element; ``again`` reads the text. One that cannot
    be checked is shown, and does not count as passed.
    """
    from numeric import ArrayError, check

    try:
        outcome = check(derivation)
        elements = None if written is None or not outcome.ok else written()
        right = outcome.ok and (elements is None or elements.ok)
        misread = again() if right and again is not None else None
    except ArrayError as error:
        _print_unchecked(text, indent, error)
        return False
    if misread is not None:
        _print_failed(derivation, [misread], indent)
        return False
    if right:
        typer.echo(text)
        how = f", with a smooth function for {', '.join(outcome.unknown)}" if outcome.unknown else ""
        how += f" {outcome.note}" if outcome.note else ""
        typer.echo(f"{indent}checked: {outcome.points} points, worst relative error {outcome.max_error:.0e}{how}")
        for item in outcome.untried:
            typer.echo(f"{indent}not tried: {item.what}: {item.note}")
        if elements is not None:
            number = f"{len(elements.items)} element{'' if len(elements.items) == 1 else 's'}"
            typer.echo(f"{indent}checked as written out: {number}, worst relative error {elements.max_error:.0e}")
        return True
    _print_failed(derivation, (*outcome.items, *(elements.items if elements is not None else ())), indent)
    return False


def _print_if_right(derivation: Derivation, text: str, indent: str, again: Callable[[], Comparison | None]) -> bool:
    """Show a derivation that passes its check, and say nothing of it; whether it does."""
    from numeric import ArrayError, check

    try:
        outcome = check(derivation)
        misread = again() if outcome.ok else None
    except ArrayError as error:
        _print_unchecked(text, indent, error)
        return False
    if outcome.ok and misread is None:
        typer.echo(text)
        return True
    _print_failed(derivation, outcome.items if misread is None else [misread], indent)
    return False


def _print_unchecked(text: str, indent: str, error: Exception) -> None:
    typer.echo(text)
    typer.echo(f"{indent}FAILED: it cannot be checked: {error}")


def _print_failed(derivation: Derivation, items: Iterable[Comparison], indent: str) -> None:
    from derive.render.derivations import quantity_unicode

    name = quantity_unicode(derivation.quantity, derivation.forward)
    typer.echo(f"{indent.lstrip()}no answer for {name}: what was derived fails its check (--no-check prints it)")
    for item in items:
        if not item.ok:
            reason = item.note or f"relative error {item.error:.0e}, allowed {item.tolerance:.0e}"
            typer.echo(f"{indent}FAILED: {item.what or 'the text'}: {reason}")


def answers_the_question(derivation: Derivation, required: Requirement, indent: str) -> bool:
    """Whether a derivation is of what was asked, in the symbols allowed; what is not is said, and is no answer."""
    complaints = list(required.complaints(derivation))
    if complaints:
        typer.echo(f"{indent.lstrip()}no answer for {required.quantity}: {'; '.join(complaints)}")
    return not complaints
