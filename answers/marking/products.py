"""Changes of products that undo a misconception each: transposes, orders, elementwise for matrix products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from answers.marking.parts import Edit, flipped, grouped, is_partial, turned
from answers.marking.setting import Setting
from answers.reading import syntax
from answers.reading.spelling import labels_of

ELEMENTWISE = ("⊙", "∘", "*", "∗", "⊗")
LONGEST = 12
"""Products of more factors are not changed."""


def _can_turn(factor: Any) -> bool:
    return isinstance(factor, syntax.Word | syntax.Group | syntax.Fraction | syntax.Scripted | syntax.Product)


def _is_element(factor: Any) -> bool:
    """Whether two letters stand below a name, as below an element of a matrix."""
    if not isinstance(factor, syntax.Scripted):
        return False
    below = next((script.content for script in factor.scripts if script.kind == "below"), None)
    labels = labels_of(below) if below is not None else ()
    return len([label for label in labels if label.isalpha() and len(label) == 1]) == 2


def slopes(_setting: Setting, part: Any) -> Iterator[Edit]:
    """A slope at the wrong side of a weight: A (b ⊙ s) for (A b) ⊙ s, A diag(s) b for diag(s) A b."""
    if not isinstance(part, syntax.Product) or len(part.factors) > LONGEST:
        return
    sentence = "The slope stands at the wrong side of the weight."
    for at in range(1, len(part.factors)):
        made = _taken_out(part.factors, at)
        if made is not None:
            yield Edit("slope before the weight", sentence, part, made)
    for start, stop in _diagonal_runs(part.factors):
        run = part.factors[start:stop]
        for to in (start - 1, stop):
            if 0 <= to < len(part.factors):
                others = [*part.factors[:start], *part.factors[stop:]]
                place = to if to < start else to - len(run) + 1
                made = _in_order([*others[:place], *run, *others[place:]])
                yield Edit("slope before the weight", sentence, part, made)


def _diagonal_runs(factors: Sequence[syntax.Tail]) -> Iterator[tuple[int, int]]:
    """Where diag(...) begins and ends among factors; a Jacobian as a fraction may be one."""
    for at, tail in enumerate(factors):
        factor = tail.factor
        if isinstance(factor, syntax.Word) and factor.text.lower() == "diag" and at + 1 < len(factors):
            yield at, at + 2
        elif is_partial(factor):
            yield at, at + 1


def _in_order(factors: Sequence[syntax.Tail]) -> syntax.Product:
    """The factors in this order, with the first without a sign of multiplication."""
    first, *rest = (syntax.Tail(tail.operation, tail.sign, tail.factor) for tail in factors)
    first.operation = ""
    return syntax.Product([first, *rest])


def _taken_out(factors: Sequence[syntax.Tail], at: int) -> syntax.Product | None:
    """A (b ⊙ s) c as ((A b) ⊙ s) c; None if no elementwise product stands in brackets there."""
    group = factors[at].factor
    inside = group.inside.items[0] if isinstance(group, syntax.Group) and len(group.inside.items) == 1 else None
    if not isinstance(inside, syntax.Product) or factors[at].operation not in ("", "·", "×"):
        return None
    splits = [n for n, tail in enumerate(inside.factors) if n and tail.operation in ELEMENTWISE]
    if not splits:
        return None
    head = grouped(syntax.Product(list(inside.factors[: splits[0]]))) if splits[0] > 1 else inside.factors[0].factor
    inner = grouped(syntax.Product([*factors[:at], syntax.Tail("", "", head)]))
    outer = syntax.Product([syntax.Tail("", "", inner), *inside.factors[splits[0] :]])
    if at + 1 == len(factors):
        return outer
    return syntax.Product([syntax.Tail("", "", grouped(outer)), *factors[at + 1 :]])


def transposes(_setting: Setting, part: Any) -> Iterator[Edit]:
    """A transpose more, or one less."""
    if isinstance(part, syntax.Product) and len(part.factors) <= LONGEST:
        for tail in part.factors:
            factor = tail.factor
            bare = turned(factor)
            if bare is not None:
                yield Edit("misplaced transpose", "There is a transpose too many.", factor, bare)
            elif _is_element(factor):
                yield Edit("swapped indices", "Its indices stand the other way round.", factor, flipped(factor))
            elif _can_turn(factor):
                yield Edit("dropped transpose", "A transpose is missing.", factor, flipped(factor))
        yield from _turned_runs(part)
    elif isinstance(part, syntax.Terms):
        for _, term in part.terms:
            if not isinstance(term, syntax.Product) and _can_turn(term):
                bare = turned(term)
                if bare is not None:
                    yield Edit("misplaced transpose", "There is a transpose too many.", term, bare)
                else:
                    yield Edit("dropped transpose", "A transpose is missing.", term, flipped(term))


def _turned_runs(part: syntax.Product) -> Iterator[Edit]:
    """Several factors in a row turned together."""
    count = len(part.factors)
    for start in range(count):
        for stop in range(start + 2, count + 1):
            if stop - start == count:
                continue
            run = part.factors[start:stop]
            inside = syntax.Product([syntax.Tail("", run[0].sign, run[0].factor), *run[1:]])
            whole = syntax.Tail(run[0].operation, "", flipped(inside))
            made = syntax.Product([*part.factors[:start], whole, *part.factors[stop:]])
            yield Edit("dropped transpose", "A transpose of a product is missing.", part, made)


def moved_transposes(_setting: Setting, part: Any) -> Iterator[Edit]:
    """A transpose at another factor, or two more."""
    if not isinstance(part, syntax.Product) or len(part.factors) > LONGEST:
        return
    for at, tail in enumerate(part.factors):
        bare = turned(tail.factor)
        for other, target in enumerate(part.factors):
            if other == at or not _can_turn(target.factor) or turned(target.factor) is not None:
                continue
            if bare is not None:
                tails = list(part.factors)
                tails[at] = syntax.Tail(tail.operation, tail.sign, bare)
                tails[other] = syntax.Tail(target.operation, target.sign, flipped(target.factor))
                sentence = "The transpose stands at the wrong factor."
                yield Edit("misplaced transpose", sentence, part, syntax.Product(tails), cost=2)
            elif other > at and _can_turn(tail.factor):
                tails = list(part.factors)
                tails[at] = syntax.Tail(tail.operation, tail.sign, flipped(tail.factor))
                tails[other] = syntax.Tail(target.operation, target.sign, flipped(target.factor))
                yield Edit("dropped transpose", "Two transposes are missing.", part, syntax.Product(tails), cost=3)


def operations(_setting: Setting, part: Any) -> Iterator[Edit]:
    """Another product: of matrices, element by element, outer; a vector as its diag."""
    if not isinstance(part, syntax.Product) or len(part.factors) > LONGEST:
        return
    for at, tail in enumerate(part.factors[1:], start=1):
        tails = list(part.factors)
        if tail.operation in ELEMENTWISE:
            tails[at] = syntax.Tail("", tail.sign, tail.factor)
            sentence = "An elementwise product stands where a matrix product belongs."
            yield Edit("Hadamard for matrix product", sentence, part, syntax.Product(tails))
        elif tail.operation in ("", "·", "×"):
            tails[at] = syntax.Tail("⊙", tail.sign, tail.factor)
            sentence = "Vectors side by side are read as their elementwise product, one for its diag."
            yield Edit("", sentence, part, syntax.Product(tails), kind=True)
            tails = list(part.factors)
            tails[at] = syntax.Tail("⊗", tail.sign, tail.factor)
            sentence = "An inner product, or none, stands where the outer product belongs."
            yield Edit("inner product for outer product", sentence, part, syntax.Product(tails), cost=4)
    yield from _diagonals(part)


def _diagonals(part: syntax.Product) -> Iterator[Edit]:
    """A factor, maybe a function with its argument, as its diag."""
    count = len(part.factors)
    for start in range(count):
        for stop in range(start + 1, min(start + 3, count) + 1):
            first, *rest = part.factors[start:stop]
            if first.operation not in ("", "·", "×"):
                continue
            run = [syntax.Tail("", first.sign, first.factor), *rest]
            inside = grouped(run[0].factor if len(run) == 1 else syntax.Product(run))
            word = syntax.Word("diag", inside.start, inside.start)
            made = grouped(syntax.Product([syntax.Tail("", "", word), syntax.Tail("", "", inside)]))
            tails = [*part.factors[:start], syntax.Tail(first.operation, "", made), *part.factors[stop:]]
            sentence = "A vector is read as its diag."
            yield Edit("", sentence, part, syntax.Product(tails), kind=True, vector=inside)


def orders(_setting: Setting, part: Any) -> Iterator[Edit]:
    """One factor at another place, or all of them the other way round."""
    if not isinstance(part, syntax.Product) or len(part.factors) > LONGEST:
        return
    sentence = "The factors stand in the wrong order."
    for at in range(len(part.factors)):
        for to in range(len(part.factors)):
            if to in (at, at + 1):
                continue
            for own in (part.factors[at].operation, part.factors[max(at, 1)].operation):
                tails = [syntax.Tail(t.operation, t.sign, t.factor) for t in part.factors]
                moved = tails.pop(at)
                if at == 0 and tails:
                    own, tails[0].operation = tails[0].operation, ""
                moved.operation = own
                place = to if to < at else to - 1
                tails.insert(place, moved)
                if place == 0:
                    tails[0].operation, tails[1].operation = "", own
                yield Edit("wrong order of the product", sentence, part, syntax.Product(tails), cost=2)
                if part.factors[at].operation == part.factors[max(at, 1)].operation:
                    break
    if len(part.factors) > 2:
        tails = [syntax.Tail(t.operation, t.sign, t.factor) for t in reversed(part.factors)]
        operations = ["", *(t.operation for t in reversed(part.factors[1:]))]
        for tail, operation in zip(tails, operations, strict=True):
            tail.operation = operation
        yield Edit("wrong order of the product", sentence, part, syntax.Product(tails), cost=2)
