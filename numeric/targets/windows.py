"""The windows of an array where there are no strided views: slices side by side along a new last axis."""

from __future__ import annotations

WINDOWS = '''
def windows(z, lengths, axes):
    """Along each of the axes the windows of a length, their elements along a new last axis."""{opening}
    for length, axis in zip(lengths, axes):
        count = z.shape[axis] - length + 1
        places = [(slice(None),) * axis + (slice(start, start + count), ...) for start in range(length)]
        z = {xp}.stack([z[place] for place in places], axis=-1)
    return z
'''
