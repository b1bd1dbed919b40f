"""Against what claims are compared: the words of a certificate, with what they mean.

Methods that a student would take for one, since the same is done in them, are a :class:`Family`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Family:
    """Methods in which the same is done: what the things that were checked are called, and what was done with them."""

    words: str
    done: str


SLOPES = Family(
    "Derivatives",
    "one number was moved a little, the forward pass run again, and the change of its result divided by the change of "
    "the number",
)
LINES = Family("Lines", "each line was computed and compared with the line before it, each matrix with its elements")
PRINT = Family(
    "The print",
    "the formulas were read back from the text of these pages, computed, and compared with what was measured",
)
KINKS = Family("Kinks", "at a kink there is no slope to measure; there the value is the one that the convention says")
VALUES = Family("Values", "what is printed was computed once more in another way, with more digits or at other points")
PROGRAMS = Family("Programs and trainings", "they were run again, on random arrays or from the same seed")
FAMILIES = (SLOPES, LINES, PRINT, KINKS, VALUES, PROGRAMS)
"""The families in the order in which a certificate tells them."""


@dataclass(frozen=True)
class Method:
    """What a claim was compared with, in the words of a certificate, and what is compared then.

    A method that says it all has no ``meaning``. ``{}`` in the words stands for something that each claim says: see
    :meth:`of`.
    """

    words: str
    meaning: str = ""
    family: Family = VALUES

    def of(self, said: object) -> Method:
        """The method with that in its words."""
        return replace(self, words=self.words.format(said))


DIFFERENCES = Method(
    "differences", "derivatives measured on the forward pass, by central differences and the complex step", SLOPES
)
FORWARD_DIFFERENCES = Method(
    "differences of the forward pass", "derivatives measured on the forward pass, by central differences", SLOPES
)
EACH_STEP = Method("each step", "every step, with the quantity that it states and with the step before", LINES)
FORWARD_PASS = Method("forward pass", "the values that the layers compute one after the other")
MATRIX_FORM = Method("matrix form", "the matrix form, with the index form element by element", LINES)
READ_BACK = Method(
    "read back", "formulas as they are printed, read by a program and computed, with what is measured", PRINT
)
STAND_IN_SIZES = Method(
    "at stand-in sizes", "a derivation at large sizes, of which the one with letters is tried at small ones", SLOPES
)
SIZES_AS_THEY_STAND = Method(
    "at the sizes as they stand", "the generated gradients at large sizes, along random directions", SLOPES
)
ELEMENT_BY_ELEMENT = Method("element by element", "every element that is written out", LINES)
AT_THE_KINK = Method("its value there", "the derivative at a kink, with what the convention says", KINKS)
EQUATIONS = Method("equations", "the numbers of a graph, with the values of its equations")
ARROWS_MOVED = Method(
    "each arrow moved alone", "the gradient at an arrow, with what a small change of the value on it alone does", SLOPES
)
SYMPY = Method("SymPy", "the derivatives that SymPy finds of the whole formula")
DIGITS = Method("{} digits", "computed with so many digits, for no rounding to be seen")
LINE_BEFORE = Method(
    "each line with the one before it", "the lines of a proof, at random points of their domains", LINES
)
ALGEBRA = Method("all by algebra too", "the difference of two lines, which SymPy simplifies to 0", LINES)
VALUE_IN_DIGITS = Method(
    "its value to {} digits", "a number in floating point, with the same computed to so many digits"
)
FINITE_VALUE = Method("which is finite", "floating point, which gives no number where the exact value is one")
FORMULA = Method("the formula", "points of a curve, with the formula to so many digits")
DIFFERENCE_QUOTIENTS = Method(
    "difference quotients", "points of the curve of a derivative, with quotients of differences", SLOPES
)
FAR_AND_NEAR = Method("values far and near", "the range of a function, with its values far out and near by")
ON_A_GRID = Method("its values on a grid", "the largest value, with those on a fine grid")
DRAWN_CORNERS = Method("the corners that are drawn", "determinants, with the area that the drawn corners enclose")
NETWORK = Method("the network", "an affine form, with the network at points that activate the same units")
PATTERNS = Method("patterns on a grid", "the number of regions, with the patterns of active units on a grid")
SIMULATED = Method("simulated batches", "what theory says, with random batches")
QUOTIENT = Method("a difference quotient of the forward pass", "a gradient along a random direction")
LOSS_BEFORE = Method("the loss before it", "the loss after every step, which must be smaller", PROGRAMS)
UNDONE = Method("the target itself", "a normalisation, undone")
LOSS_DIFFERENCES = Method("differences of the loss", "gradients, with differences of the loss", SLOPES)
SEED = Method("the seed once more", "the first steps of a training, repeated from its seed", PROGRAMS)
KEPT_WEIGHTS = Method("the kept weights", "the results of a training, computed again from its weights", PROGRAMS)
MEASURED = Method("what was measured", "a goal, with what was reached", PROGRAMS)
FOUND = Method("what was found", "the numbers of a text, with those that were computed, to the digits that are printed")
ALL_CASES = Method("all cases", "the results of a program on random arrays, in every case", PROGRAMS)
ALL_LAYERS = Method("all layers", "the results of a program on random arrays, for every layer", PROGRAMS)
PROGRAM_AGAIN = Method(
    "the printed program once more",
    "what a program prints and what a text quotes of it, with another run of it",
    PROGRAMS,
)
GOAL_IN_NUMPY = Method("in NumPy: a goal of {}", "a training by the reference, which must reach so much", PROGRAMS)
GOAL_IN_PYTORCH = Method("in PyTorch: a goal of {}", "a training in PyTorch, which must reach so much", PROGRAMS)
GOAL_IN_KERAS = Method("in Keras: a goal of {}", "a training in Keras, which must reach so much", PROGRAMS)
DEFINITIONS = Method("definitions", "metrics that a program reports, with their definitions", PROGRAMS)
AS_WRITTEN = Method(
    "as it is written", "a formula of the author's, read and computed at random points, with what is measured", PRINT
)
MISTAKEN = Method("what is derived", "a common mistake, with what is right: the two must differ")


def smooth_for(unknown: Iterable[str]) -> tuple[Method, ...]:
    """That functions which are left unknown were given a formula; nothing where there are none."""
    names = ", ".join(unknown)
    return (Method(f"with a smooth function for {names}"),) if names else ()
