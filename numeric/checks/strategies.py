"""Strategies of Hypothesis for tests of one's own: layers with drawn hyper-parameters, sizes, points and whole cases.

    @given(strategies.points(layer("LayerNorm", batch="B")))
    def test_norm(point):
        assert_gradients(backward, layer("LayerNorm", batch="B"), points=[point])

What they draw shrinks as everything of Hypothesis does: to small numbers of hyper-parameters, sizes and seeds.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from derive.errors import DeriveError, nearest
from derive.layer import Layer, layer
from derive.layers import LAYERS
from derive.network import Network
from numeric.arrays.axes import Array
from numeric.arrays.threads import one_thread
from numeric.checks.oracle import Subject, subject_of
from numeric.errors import ArrayError
from numeric.sampling.plan import fitted, size_symbols
from numeric.sampling.points import sample

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

LARGEST = 5
"""The largest size and hyper-parameter that is drawn if nothing else is said."""

SEEDS = 2**16


def _strategies() -> Any:
    """Hypothesis, which only who draws needs.

    Raises:
        ArrayError: it is not installed.
    """
    try:
        from hypothesis import strategies
    except ImportError as error:
        raise ArrayError("strategies need Hypothesis: pip install hypothesis") from error
    return strategies


def layers(name: str, *, batch: str | None = None, largest: int = LARGEST, **options: Any) -> SearchStrategy[Layer]:
    """A layer of the library with drawn hyper-parameters.

    Those that are whole numbers are drawn from 1, or where they may be 0 as a padding may from there, to ``largest``;
    switches are on or off. What is among the ``options`` stays: a value, or a strategy of yours.

    Raises:
        ArrayError: there is no such layer, or it has no such hyper-parameter.
    """
    if name not in LAYERS:
        raise ArrayError(f"there is no layer {name} with hyper-parameters; {nearest(name, LAYERS)}")
    parameters = inspect.signature(LAYERS[name]).parameters
    for option in options:
        if option not in parameters:
            raise ArrayError(f"{name} has no {option}; {nearest(option, parameters)}")
    st = _strategies()

    @st.composite  # type: ignore[untyped-decorator, unused-ignore]
    def drawn(draw: DrawFn) -> Layer:
        chosen = {key: _option(draw, st, value) for key, value in options.items()}
        for key, parameter in parameters.items():
            if key not in chosen:
                strategy = _of_parameter(st, parameter.default, key, largest)
                chosen |= {} if strategy is None else {key: draw(strategy)}
        try:
            made = layer(name, batch=batch, **chosen)
            with one_thread():
                sample(made.network.forward, 0)
        except (DeriveError, ArrayError):  # hyper-parameters that do not fit together
            from hypothesis import reject

            reject()
        return made

    found: SearchStrategy[Layer] = drawn()
    return found


def _option(draw: DrawFn, st: Any, value: Any) -> Any:
    return draw(value) if isinstance(value, st.SearchStrategy) else value


def _of_parameter(st: Any, default: Any, name: str, largest: int) -> Any:
    """What a hyper-parameter is drawn from, None if it stays as it is."""
    if default is inspect.Parameter.empty:
        return st.integers(1, largest)
    if isinstance(default, bool) or str(default) in ("True", "False"):
        return st.booleans()
    text = str(default)
    if text == "0" or name == "padding":
        return st.integers(0, 1)
    return st.integers(1, 3) if text == "1" else None


def sizes(subject: Subject, *, largest: int = LARGEST, **fixed: int) -> SearchStrategy[dict[str, int]]:
    """Sizes of a subject by name, at which every dimension is a positive integer.

    Raises:
        ArrayError: it has no size of a name that is ``fixed``.
    """
    model = _network(subject).forward
    derived = {symbol for symbol, _ in model.sizes}
    symbols = sorted(size_symbols(model), key=str)
    known = {symbol.name: symbol for symbol in symbols}
    for name in fixed:
        if name not in known:
            raise ArrayError(f"there is no size {name} in the subject; {nearest(name, known)}")
    st = _strategies()
    free = [symbol for symbol in symbols if symbol not in derived and symbol.name not in fixed]

    def complete(lengths: tuple[int, ...]) -> dict[str, int] | None:
        chosen = {**dict(zip(free, lengths, strict=True)), **{known[name]: length for name, length in fixed.items()}}
        found = fitted(model, chosen)
        return None if found is None else {symbol.name: length for symbol, length in found.items()}

    # Windows want room: sizes that windows move along are larger than what they are made of.
    reach = largest + 2 * len(derived)
    drawn = st.tuples(*(st.integers(1, reach) for _ in free)).map(complete)
    kept: SearchStrategy[dict[str, int]] = drawn.filter(lambda one: one is not None)
    return kept


def points(subject: Subject, *, largest: int = LARGEST, **fixed: int) -> SearchStrategy[dict[str, Array]]:
    """Arrays of all that is given to a subject, upstream gradients too, away from kinks: for ``assert_gradients``.

    Raises:
        ArrayError: it has no size of a name that is ``fixed``.
    """
    model = _network(subject).forward
    known = {symbol.name: symbol for symbol in size_symbols(model)}
    st = _strategies()

    def drawn(pair: tuple[Mapping[str, int], int]) -> dict[str, Array] | None:
        lengths, seed = pair
        try:
            with one_thread():
                return sample(model, seed, {known[name]: length for name, length in lengths.items()})
        except ArrayError:
            return None

    chosen = st.tuples(sizes(subject, largest=largest, **fixed), st.integers(0, SEEDS)).map(drawn)
    kept: SearchStrategy[dict[str, Array]] = chosen.filter(lambda one: one is not None)
    return kept


def _network(subject: Subject) -> Network:
    """The network whose tensors are drawn.

    Raises:
        ArrayError: it is one derivation.
    """
    if not isinstance(subject, str | Network | Layer):
        raise ArrayError("arrays are drawn for a layer, a network or equations, not for one derivation")
    whole = subject_of(subject, (), None, {})
    return whole.network if isinstance(whole, Layer) else whole


__all__ = ["layers", "points", "sizes"]
