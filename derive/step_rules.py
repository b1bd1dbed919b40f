"""The rules that lead from one line of a derivation to the next."""

from __future__ import annotations

from enum import StrEnum


class StepRule(StrEnum):
    """What was done to come to a line, in the words of a key."""

    FORWARD = "forward"
    CHAIN = "chain rule"
    DIFFERENTIATE = "differentiate"
    INSERT = "insert"
    ELIMINATE = "index elimination"
    FOLD = "fold back"
    SIMPLIFY = "simplify"
    COLLECT = "collect"
    FACTOR = "factor"
    RECOGNISE = "recognise"
    BOUNDARY = "boundary"
    UNROLL = "unroll"
    NO_PATH = "no path"
    RANGES = "ranges"
    MATRIX = "matrix form"
