"""The windows of an array where there are no strided views: slices side by side along a new last axis."""

from __future__ import annotations

import ast

from numeric.source import tree

WINDOWS = '''
def windows(z, lengths, axes):
    """Along each of the axes the windows of a length, their elements along a new last axis."""
    for length, axis in zip(lengths, axes):
        count = z.shape[axis] - length + 1
        places = [(slice(None),) * axis + (slice(start, start + count), ...) for start in range(length)]
        z = xp.stack([z[place] for place in places], axis=-1)
    return z
'''


def windows(alias: str, opening: str = "") -> ast.FunctionDef:
    """The helper for a library by the name of its functions' module, with an opening statement in it."""
    made = tree.definition(WINDOWS.replace("xp.", f"{alias}."))
    made.body[1:1] = [tree.statement(opening, array=tree.name("z"))] if opening else []
    return made
