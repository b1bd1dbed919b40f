"""The box at the start of a key: how derivatives are laid out, what letters and signs mean, where indices begin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sympy import Basic, KroneckerDelta

from answers.contract.item import Claim
from answers.contract.methods import READ_BACK
from answers.homework.context import HomeworkContext
from answers.latex.sheet import Block, Legend, Text, strings
from answers.readback.notation import Box
from derive.conventions import USUAL, Layout
from derive.derivation import Derivation
from derive.expression import walks
from derive.expression.matrices import taken_apart
from derive.matrix.nodes import Identity, Node
from derive.network import Network
from derive.render import shape_latex
from derive.render.names import parse_name, ranks_of
from derive.render.printing import symbol_latex


@dataclass(frozen=True)
class Sign:
    """A sign, the LaTeX that shows that a key has it, and its meaning: a formula and a few words."""

    printed: str
    formula: str
    words: str = ""


SIGNS = (
    Sign(r"\\odot", r"(\bm{a} \odot \bm{b})_i = a_i b_i"),
    Sign(r"\\oslash", r"(\bm{a} \oslash \bm{b})_i = a_i / b_i"),
    Sign(r"\\operatorname\{diag\}", r"\operatorname{diag}(\bm{a})_{ij} = a_i \, \delta_{ij}"),
    Sign(r"\\delta_|\\operatorname\{diag\}", r"\delta_{ij} = \mathbf{1}[i = j]"),
    Sign(r"\\(mathbf|bm)\{1\}\[|\\delta_|\\operatorname\{diag\}", r"\mathbf{1}[\,\cdot\,]", "1 where it holds, else 0"),
    Sign(r"\\mathbf\{1\}(?!\[)", r"\mathbf{1}", "a column of ones"),
    Sign(r"\\bm\{I\}", r"\bm{I}", "the identity"),
)
"""The signs that a key explains where it has them, in the order in which it does."""

LETTERS: Mapping[str, tuple[str, type[Basic | Node]]] = {
    r"\delta": ("delta", KroneckerDelta),
    r"\bm{I}": ("I", Identity),
}
"""Signs that look like a letter: where a tensor has that name, a derivation must hold what they stand for."""

LAYOUTS: dict[Layout, str] = {
    "gradient": (
        r"A gradient has the shape of what it is taken by, as \texttt{.grad} in PyTorch: a step of gradient descent is "
        r"$\theta \leftarrow \theta - \eta\, \partial \ell / \partial \theta$. The derivative of a column by a "
        r"column has a row for each element above and a column for each below."
    ),
    "numerator": (
        r"The derivative of a number by a column is a row, that by a matrix has its transposed shape, so that chains "
        r"multiply from left to right: a step of gradient descent is $\theta \leftarrow \theta - \eta\, "
        r"(\partial \ell / \partial \theta)^{\top}$. The derivative of a column by a column has a row "
        r"for each element above and a column for each below."
    ),
}
"""How derivatives are laid out, and how that meets the update of a parameter."""


NOTATION = "letters and signs"
"""What the claim about the box is about."""


def notation_claim(context: HomeworkContext, blocks: Iterable[Block]) -> tuple[Claim, ...]:
    """The claim that the box of these blocks, read back, says what is so; none where there is no box."""
    printed = tuple(blocks)
    box = notation_box(context, printed)
    if not box:
        return ()
    models = [context.network(name).forward for name in context.homework.networks]
    read = Box(box, " ".join(strings(printed)), models, context.conventions)
    return (Claim(NOTATION, NOTATION, (READ_BACK,), read.comparison),)


def notation_box(context: HomeworkContext, blocks: Iterable[Block]) -> tuple[Block, ...]:
    """What a reader of these blocks must know of their notation; nothing where they have no derivative."""
    printed = list(strings(tuple(blocks)))
    if not any(r"\partial" in text for text in printed):
        return ()
    for spelling, (letter, kind) in LETTERS.items():
        if _is_letter(letter, kind, context):
            printed = [text.replace(spelling, "") for text in printed]
    signs = [sign for sign in SIGNS if any(re.search(sign.printed, text) for text in printed)]
    said = [LAYOUTS[context.conventions.layout]]
    shapes = ", ".join(_shapes(context.network(name) for name in context.homework.networks))
    if shapes:
        said.append(f"The letters are {shapes}.")
    said += _standing(context)
    said.append(f"Indices count from {context.conventions.index_base}.")
    legend = Legend("The signs:", tuple((sign.formula, sign.words) for sign in signs))
    return (Text(" ".join(said)), *((legend,) if signs else ()))


def _is_letter(letter: str, kind: type[Basic | Node], context: HomeworkContext) -> bool:
    """Whether a homework has a tensor of that name, and no derivation that it asks for the sign that looks like it."""
    models = (context.network(name).forward for name in context.homework.networks)
    if not any(parse_name(name).stem == letter for model in models for name in model.tensors):
        return False
    items = (item for part in context.homework.parts() for item in part.answer)
    return not any(
        _holds(derivation, kind, told=context.grain(getattr(item, "steps", None)) == "full")
        for item in items
        for derivation in item.asked(context)
    )


def _holds(derivation: Derivation, kind: type[Basic | Node], *, told: bool) -> bool:
    """Whether a derivation has a node of a kind, in index form or as a matrix; a step too where they are ``told``."""
    steps = derivation.steps if told else ()
    if issubclass(kind, Node):
        matrices = (one for one in (derivation.matrix, *(step.matrix for step in steps)) if one is not None)
        return any(isinstance(node, kind) for matrix in matrices for node in matrix.walk())
    return any(walks.holds(one, kind) for one in (derivation.result, *(step.expression for step in steps)))


def _standing(context: HomeworkContext) -> Iterator[str]:
    """Where the axes of weights, samples and channels stand, where that is not as it usually is."""
    usual = context.conventions
    if usual.weights != USUAL.weights:
        yield "A weight has a row for each of its inputs and a column for each of its outputs."
    if usual.samples != USUAL.samples:
        yield "The samples of a batch are the columns of its matrices."
    if usual.channels != USUAL.channels:
        yield "Pictures have their channels last: height, width, channels."


def _shapes(networks: Iterable[Network]) -> Iterator[str]:
    """Each letter that networks have, with its shape in the first of them that has it."""
    seen: set[str] = set()
    for network in networks:
        ranks = ranks_of(network.forward)
        for name, tensor in network.forward.tensors.items():
            of_matrix = taken_apart(name)[0] in network.forward.tensors  # an inverse says itself what it is
            if tensor.role != "hidden" and name not in seen and not of_matrix:
                seen.add(name)
                single = tensor.shape in ((), (1,))
                space = r"\mathbf{R}" if single else rf"\mathbf{{R}}^{{{shape_latex(tensor.shape)}}}"
                yield rf"${symbol_latex(name, ranks=ranks)} \in {space}$"
