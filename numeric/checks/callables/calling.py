"""A user's function called with what it has parameters for; it must leave its arguments as they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy

from derive.errors import nearest
from numeric.arrays.axes import Array
from numeric.checks.callables.adapted import Adapted
from numeric.checks.callables.libraries import working
from numeric.checks.callables.naming import as_numpy
from numeric.errors import ArrayError


@dataclass(frozen=True)
class Call:
    """A function that was adapted, and what makes the arrays that it takes."""

    called: Adapted
    convert: Callable[[Array], Any]
    dtype: str = "float64"

    def __call__(
        self, arrays: Mapping[str, Array], sizes: Mapping[str, int], where: str, values: Mapping[str, Array]
    ) -> Any:
        """What the function returns for copies of the arrays.

        A function that has parameters for ``values`` of the forward pass, as of the output, is given them too.

        Raises:
            AssertionError: it overwrote one.
            ArrayError: it cannot be called with what there is.
        """
        return self._returned(self.called, arrays, sizes, where, values)

    def _returned(
        self,
        called: Adapted,
        arrays: Mapping[str, Array],
        sizes: Mapping[str, int],
        where: str,
        values: Mapping[str, Array],
    ) -> Any:
        naming = called.naming
        shaped = {name: naming.shaped(name, array) for name, array in arrays.items()}
        if called.takes is not None:
            given = {name: shaped[name].copy() for name in called.takes if name in shaped}
            with _noted(_note(given, where)):
                return called.backward(**given)
        theirs = {naming.theirs(name): array for name, array in shaped.items()}
        lengths = {naming.theirs(size): length for size, length in sizes.items() if size not in arrays}
        others = {naming.theirs(name): name for name in values if naming.theirs(name) not in (*theirs, *lengths)}
        wanted = _wanted(called.backward, tuple(theirs), tuple(others), tuple(lengths))
        theirs |= {name: naming.shaped(others[name], values[others[name]]) for name in wanted if name in others}
        with working(called.library, self.dtype):
            given = {name: self.convert(theirs[name].copy()) for name in wanted if name in theirs}
            before = {name: numpy.array(as_numpy(array)) for name, array in given.items()}
            numbers = {name: lengths[name] for name in wanted if name not in theirs}
            with _noted(_note({name: theirs[name] for name in given}, where)):
                found = _by_place(called.backward, {**given, **numbers})
        for name, array in given.items():
            if not numpy.array_equal(as_numpy(array), before[name]):
                raise AssertionError(f"the function overwrote {name}, which belongs to its caller ({where})")
        if called.of_loss is not None and getattr(found, "shape", None) == ():
            return self._returned(called.of_loss, arrays, sizes, where, values)
        return found


def _by_place(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call a function with arguments by their places as far as these go, by name from there on."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function(**given)
    placed: list[Any] = []
    for one in parameters:
        if one.name not in given or one.kind not in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD):
            break
        placed.append(one.name)
    named = {name: one for name, one in given.items() if name not in placed}
    return function(*(given[name] for name in placed), **named)


def _note(given: Mapping[str, Array], where: str) -> str:
    shapes = ", ".join(f"{name} {array.shape}" for name, array in given.items())
    return f"assert_gradients called it with {shapes} ({where})"


@contextmanager
def _noted(note: str) -> Iterator[None]:
    """Adds to whatever is raised what the function was called with."""
    try:
        yield
    except BaseException as error:
        error.add_note(note)
        raise


def _wanted(
    backward: Callable[..., Any], arrays: tuple[str, ...], values: tuple[str, ...], sizes: tuple[str, ...]
) -> tuple[str, ...]:
    """The names that the function takes, of arrays, of values of the forward pass and of sizes, as of a stride.

    A function that takes any name gets the arrays.

    Raises:
        ArrayError: it needs one that there is not, or takes no array.
    """
    try:
        parameters = inspect.signature(backward).parameters.values()
    except (TypeError, ValueError):
        return arrays  # a function that does not tell
    taken = [
        parameter for parameter in parameters if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    names = [parameter.name for parameter in taken]
    for parameter in taken:
        needed = parameter.default is parameter.empty
        if needed and parameter.name not in (*arrays, *values, *sizes):
            raise ArrayError(
                f"the function takes {', '.join(names)}, and is called by name; there is no {parameter.name}: "
                f"{nearest(parameter.name, (*arrays, *sizes))}; say what is what, names={_guessed(taken, arrays)}"
            )
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    wanted = (*(arrays if anything else [name for name in arrays if name in names]), *(v for v in values if v in names))
    if not wanted:
        raise ArrayError(f"the function takes none of {', '.join(arrays)}, which are given by name")
    return (*wanted, *(name for name in sizes if name in names))


def _guessed(parameters: Sequence[inspect.Parameter], arrays: tuple[str, ...]) -> str:
    """What the parameters of a function may be that are called otherwise, by their places."""
    names = [one.name for one in parameters]
    unknown = [one.name for one in parameters if one.default is one.empty and one.name not in arrays]
    left = [name for name in arrays if name not in names]
    pairs = (f'"{theirs}": "{ours}"' for theirs, ours in zip(unknown, left, strict=False))
    return "{" + ", ".join(pairs) + "}"
