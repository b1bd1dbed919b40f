"""Products with windows in blocks of samples: the copies that a matrix product makes of windows stay small."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sympy import Expr, Mul, Symbol

from derive.expression import symbols
from numeric.codegen.arrays import ArraySource
from numeric.lowering.lines import is_product
from numeric.source import tree
from numeric.source.code import Code

BLOCKS = tree.definition('''
def blocks(samples):
    """Slices of a sixteenth of the samples each: the windows of all of them at once would take much memory."""
    step = max(1, -(-samples // 16))
    return [slice(start, start + step) for start in range(0, samples, step)]
''')


def summed_sample(expression: Expr, windows: Collection[str]) -> Symbol | None:
    """The index of the samples that a product with windows is summed over, or None if it is no such product."""
    if not is_product(expression):
        return None
    first, second = Mul.make_args(expression.function)
    (sample, *_), (other, *_) = first.indices, second.indices
    bound = [letter for letter, _, _ in expression.limits]
    named = {symbols.name_of(first), symbols.name_of(second)}
    return sample if sample == other and sample in bound and named & set(windows) else None


def of_block(source: ArraySource, expression: Expr, axes: tuple[Symbol, ...], sample: Symbol) -> tuple[Code, bool]:
    """The source of a product for the samples of a block, and True; for all samples and False if it needs them all."""
    read = {symbols.name_of(access) for access in symbols.accesses(expression) if access.indices[0] == sample}
    text = replace(source, in_block=frozenset(read)).array(expression, axes)
    ranges = {letter: upper + 1 for letter, _, upper in expression.limits} | dict(source.ranges)
    if tree.holds(text.node, source.size(ranges[sample])):
        return source.array(expression, axes), False
    return text, True
