"""Against what claims are compared: the words of a certificate, with what they mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Method:
    """What a claim was compared with, in the words of a certificate, and what is compared then.

    A method that says it all has no ``meaning``. ``{}`` in the words stands for something that each claim says: see
    :meth:`of`.
    """

    words: str
    meaning: str = ""

    def of(self, said: object) -> Method:
        """The method with that in its words."""
        return replace(self, words=self.words.format(said))


DIFFERENCES = Method(
    "differences", "derivatives measured on the forward pass, by central differences and the complex step"
)
FORWARD_DIFFERENCES = Method(
    "differences of the forward pass", "derivatives measured on the forward pass, by central differences"
)
EACH_STEP = Method("each step", "every step, with the quantity that it states and with the step before")
FORWARD_PASS = Method("forward pass", "the values that the layers compute one after the other")
MATRIX_FORM = Method("matrix form", "the matrix form, with the index form element by element")
READ_BACK = Method("read back", "formulas as they are printed, read by a program and computed, with what is measured")
STAND_IN_SIZES = Method(
    "at stand-in sizes", "a derivation at large sizes, of which the one with letters is tried at small ones"
)
SIZES_AS_THEY_STAND = Method(
    "at the sizes as they stand", "the generated gradients at large sizes, along random directions"
)
ELEMENT_BY_ELEMENT = Method("element by element", "every element that is written out")
AT_THE_KINK = Method("its value there", "the derivative at a kink, with what the convention says")
EQUATIONS = Method("equations", "the numbers of a graph, with the values of its equations")
ARROWS_MOVED = Method(
    "each arrow moved alone", "the gradient at an arrow, with what a small change of the value on it alone does"
)
SYMPY = Method("SymPy", "the derivatives that SymPy finds of the whole formula")
DIGITS = Method("{} digits", "computed with so many digits, for no rounding to be seen")
LINE_BEFORE = Method("each line with the one before it", "the lines of a proof, at random points of their domains")
ALGEBRA = Method("all by algebra too", "the difference of two lines, which SymPy simplifies to 0")
VALUE_IN_DIGITS = Method(
    "its value to {} digits", "a number in floating point, with the same computed to so many digits"
)
FINITE_VALUE = Method("which is finite", "floating point, which gives no number where the exact value is one")
FORMULA = Method("the formula", "points of a curve, with the formula to so many digits")
DIFFERENCE_QUOTIENTS = Method(
    "difference quotients", "points of the curve of a derivative, with quotients of differences"
)
FAR_AND_NEAR = Method("values far and near", "the range of a function, with its values far out and near by")
ON_A_GRID = Method("its values on a grid", "the largest value, with those on a fine grid")
DRAWN_CORNERS = Method("the corners that are drawn", "determinants, with the area that the drawn corners enclose")
NETWORK = Method("the network", "an affine form, with the network at points that activate the same units")
PATTERNS = Method("patterns on a grid", "the number of regions, with the patterns of active units on a grid")
SIMULATED = Method("simulated batches", "what theory says, with random batches")
QUOTIENT = Method("a difference quotient of the forward pass", "a gradient along a random direction")
LOSS_BEFORE = Method("the loss before it", "the loss after every step, which must be smaller")
UNDONE = Method("the target itself", "a normalisation, undone")
LOSS_DIFFERENCES = Method("differences of the loss", "gradients, with differences of the loss")
SEED = Method("the seed once more", "the first steps of a training, repeated from its seed")
KEPT_WEIGHTS = Method("the kept weights", "the results of a training, computed again from its weights")
MEASURED = Method("what was measured", "a goal, with what was reached")
FOUND = Method("what was found", "the numbers of a text, with those that were computed, to the digits that are printed")
ALL_CASES = Method("all cases", "the results of a program on random arrays, in every case")
ALL_LAYERS = Method("all layers", "the results of a program on random arrays, for every layer")
PROGRAM_AGAIN = Method(
    "the printed program once more", "what a program prints and what a text quotes of it, with another run of it"
)
GOAL_IN_NUMPY = Method("in NumPy: a goal of {}", "a training by the reference, which must reach so much")
GOAL_IN_PYTORCH = Method("in PyTorch: a goal of {}", "a training in PyTorch, which must reach so much")
GOAL_IN_KERAS = Method("in Keras: a goal of {}", "a training in Keras, which must reach so much")
DEFINITIONS = Method("definitions", "metrics that a program reports, with their definitions")

ORDER = (
    DIFFERENCES,
    FORWARD_DIFFERENCES,
    EACH_STEP,
    FORWARD_PASS,
    MATRIX_FORM,
    READ_BACK,
    STAND_IN_SIZES,
    SIZES_AS_THEY_STAND,
    ELEMENT_BY_ELEMENT,
    AT_THE_KINK,
    EQUATIONS,
    ARROWS_MOVED,
    SYMPY,
    DIGITS,
    LINE_BEFORE,
    ALGEBRA,
    VALUE_IN_DIGITS,
    FINITE_VALUE,
    FORMULA,
    DIFFERENCE_QUOTIENTS,
    FAR_AND_NEAR,
    ON_A_GRID,
    DRAWN_CORNERS,
    NETWORK,
    PATTERNS,
    SIMULATED,
    QUOTIENT,
    LOSS_BEFORE,
    UNDONE,
    LOSS_DIFFERENCES,
    SEED,
    KEPT_WEIGHTS,
    MEASURED,
    FOUND,
    ALL_CASES,
    ALL_LAYERS,
    PROGRAM_AGAIN,
    GOAL_IN_NUMPY,
    GOAL_IN_PYTORCH,
    GOAL_IN_KERAS,
    DEFINITIONS,
)
"""The order in which a certificate explains them; those that a kind of answer brings along come behind them."""


def smooth_for(unknown: Iterable[str]) -> tuple[Method, ...]:
    """That functions which are left unknown were given a formula; nothing where there are none."""
    names = ", ".join(unknown)
    return (Method(f"with a smooth function for {names}"),) if names else ()


def explained(methods: Iterable[Method]) -> tuple[Method, ...]:
    """The methods that have a meaning, in the order of a certificate: each once, in the words that were said first."""
    first: dict[str, Method] = {}
    for method in methods:
        first.setdefault(method.meaning, method)
    first.pop("", None)
    places = {method.meaning: place for place, method in enumerate(ORDER)}
    return tuple(sorted(first.values(), key=lambda method: places.get(method.meaning, len(places))))
