"""Functions of several numbers that are left unknown, and their slopes by one of them: ``F∂1`` is ∂F by the first."""

from __future__ import annotations

import re

from sympy import Expr, Function

BY = "∂"
"""Stands before the number of a place; names of activations may have a slash, that of a value: ``LeakyReLU_1/5``."""

_SLOPE = re.compile(rf"(?P<name>[A-Za-z][A-Za-z0-9_]*)(?P<places>(?:{BY}[0-9]+)+)")


def slope_of_several(application: Expr, place: int) -> Expr:
    """The slope of a function of several numbers by that at a ``place``, counted from 0, at the same numbers."""
    result: Expr = Function(slope_name(application.func.__name__, place))(*application.args)
    return result


def slope_name(name: str, place: int) -> str:
    """The name of the slope of a function, which may be one itself, by the number at a ``place``.

    By which number comes first makes no difference.
    """
    plain, places = taken_apart(name)
    return BY.join((plain, *(str(each + 1) for each in sorted((*places, place)))))


def taken_apart(name: str) -> tuple[str, tuple[int, ...]]:
    """The function that a name is of, and the places by which it is differentiated; none for the function itself."""
    found = _SLOPE.fullmatch(name)
    if found is None:
        return name, ()
    return found["name"], tuple(int(place) - 1 for place in found["places"].split(BY)[1:])
