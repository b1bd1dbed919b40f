"""The functions that rows apply by name, and those that their formulas apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr
from sympy.core.function import AppliedUndef

from derive.building.known import ELEMENTARY
from derive.errors import DefinitionError
from derive.expression.scalar import ScalarFunction
from derive.layers import CALLED, Activation, scalar_function


def called(own: Iterable[object] = ()) -> Mapping[str, Activation]:
    """The activations that equations may apply, by the names that they call them, a user's ``own`` among them.

    Raises:
        DefinitionError: one of the user's is called like a function that has another formula, and has another name.
            One of the same name hides that of the library, as it does wherever the name stands in a network.
    """
    further = {one.call: one for one in own if isinstance(one, Activation) and one.call and not one.learnt}
    for name, one in further.items():
        known = f"{name}(z) = {CALLED[name].formula}" if name in CALLED else f"the function {name}"
        if name in ELEMENTARY or (name in CALLED and _differs(one, CALLED[name])):
            raise DefinitionError(
                f"the activation {one.name} is called {name}, which stands for {known}; call it otherwise, such as "
                f"{name}_own"
            )
    return {**CALLED, **further}


def _differs(own: Activation, known: Activation) -> bool:
    """Whether a function of a user is another one than that of the library which is called so, and does not hide it.

    What the library's own formulas apply, sigma and tanh, is never hidden: they are called otherwise than named.
    """
    hides = own.name == known.name == own.call
    return not hides and (known.formula, known.constants) != _formula(own)


def _formula(one: Activation) -> tuple[str, Mapping[str, str]]:
    return one.formula, one.constants


def applied_functions(
    expressions: Iterable[Expr], known: Mapping[str, ScalarFunction], activations: Mapping[str, Activation]
) -> dict[str, ScalarFunction]:
    """The ``known`` functions with those of the ``activations`` that expressions apply, directly or in a formula.

    Raises:
        DefinitionError: the formula of an activation cannot be read.
    """
    found = dict(known)
    pending = [*expressions, *(function.formula for function in known.values())]
    while pending:
        for application in sorted(pending.pop().atoms(AppliedUndef), key=str):
            name = application.func.__name__.rstrip("'")
            if name in activations and name not in found:
                kind = activations[name]
                found[name] = scalar_function(name, kind.formula, tuple(kind.constants.items()), activations)
                pending.append(found[name].formula)
    return found
