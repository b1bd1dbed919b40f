"""Formulas as they are printed, taken from the very text: blocks of a sheet, and what a terminal shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from answers.latex.sheet import Block, Equation, Steps, Text

CONTINUED = re.compile(r"\\\\(\[[^]]*\])?\s*&?\s*\\quad\s*\{?\}?")
"""Where a formula goes on in the next line."""
FRAMES = (r"\begin{aligned}[t]", r"\end{aligned}", r"\begin{array}{@{}l@{}}", r"\end{array}")
"""What holds a formula of several lines together."""
CHAIN = re.compile(r"\\begin\{aligned\}\s((?:(?!\\begin\{aligned\}).)*&=.*)\\end\{aligned\}", re.DOTALL)
"""A chain of equalities, one below the other."""
LINE_END = re.compile(r"\\\\(?:\[[^]]*\])?\s*\n")
"""Where a line of an ``align*`` ends."""
ZERO = re.compile(r"(?:\$([^$]+)\$|(\S+)) reads as 0 outside its range\.")
"""What says that a tensor counts as 0 where it has no elements."""
LOWEST = re.compile(r"(?:\$([^$]+)\$|(\S+)) is never the largest outside its range\.")
"""What says the same of the maxima of a tensor."""
BEHIND = "What is read behind the last time counts as 0."
"""What says that all that has a time counts as 0 after the last one."""
SLOPE = re.compile(r"\$([^$=]+?'[^$=]*?) = ([^$]+)\$|([^\s$=]+′) = ([^\s$=]+′\(.*?\))(?=, | and |$)")
"""What writes out a slope that stands without its argument: ``f' = f'(a)``, in LaTeX or on a terminal."""
INDENT = " " * 4
"""What stands before an equation among sentences on a terminal."""


@dataclass(frozen=True)
class Printed:
    """A formula as it is printed, and the shape that stands beside it.

    It is an equation; or a ``cell`` that says what the derivation's quantity is, in a row of which ``key`` is the
    heading; or it says what a function is of a number, its ``variable``. Of an equation of several names the
    ``component`` is meant. ``where`` is how it is called in a message. A
    ``final`` one must not read tensors outside of their ranges but for those of which the text beside it says that they
    count as 0 there, ``zero``, or are never the largest there, ``lowest``, or that all does ``behind`` the last time; a
    step on the way may. One that is ``said`` is text: sentences with formulas in them, ``beside`` a line.
    """

    text: str
    where: str
    shape: str = ""
    final: bool = True
    cell: bool = False
    key: str = ""
    variable: str = ""
    component: int | None = None
    zero: tuple[str, ...] = ()
    lowest: tuple[str, ...] = ()
    behind: bool = False
    said: bool = False
    beside: str = ""


def in_blocks(blocks: Iterable[Block]) -> tuple[Printed, ...]:
    """The equations in the blocks of a derivation and the sentences beside them, from the text that goes to TeX."""
    known = tuple(blocks)
    found: list[Printed] = []
    for place, block in enumerate(known):
        if isinstance(block, Equation):
            found.append(Printed(in_one_line(block.latex), "the equation", block.shape))
        elif isinstance(block, Steps):
            found += _in_steps(block)
        elif isinstance(block, Text):
            behind = known[place + 1] if place + 1 < len(known) else None
            line = in_one_line(behind.latex) if isinstance(behind, Equation) else ""
            found.append(Printed(block.latex, "the text", said=True, beside=line))
    return within_ranges(found, [block for block in known if isinstance(block, Text)])


def with_primes(printed: Iterable[Printed], note: str) -> Iterator[Printed]:
    """The formulas with slopes that stand without their argument as the ``note`` writes them out: f' = f'(a)."""
    whole = [(tex or plain, tex_call or plain_call) for tex, tex_call, plain, plain_call in SLOPE.findall(note)]
    for one in printed:
        text = one.text
        for short, call in whole:
            bare = rf"(?<![A-Za-z]){re.escape(short)}(?!['′(]|\\left)"
            text = call.join(re.split(bare, text))
        yield replace(one, text=text)


def within_ranges(printed: Iterable[Printed], beside: Iterable[Text]) -> tuple[Printed, ...]:
    """The formulas with what the text beside them says of ranges."""
    text = " ".join(block.latex for block in beside)
    zero, lowest = (tuple(tex or plain for tex, plain in said.findall(text)) for said in (ZERO, LOWEST))
    return tuple(replace(one, zero=zero, lowest=lowest, behind=BEHIND in text) for one in printed)


def _in_steps(block: Steps) -> Iterator[Printed]:
    left = ""
    for number, step in enumerate(block.steps, start=1):
        left = step.left or left
        final = block.result and number == len(block.steps)
        text = f"{left} {step.relation} {in_one_line(step.right)}"
        yield Printed(text, f"step {number}", step.shape, final)
        if step.sentence:
            yield Printed(step.sentence, f"the sentence of step {number}", said=True, beside=text)


def in_one_line(text: str) -> str:
    """A formula that is set in several lines, without the line breaks."""
    if (chain := CHAIN.fullmatch(text.strip())) is not None:
        return re.sub(r"(?:\\\\(?:\[[^]]*\])?)?\s*&=", " =", chain[1]).strip()
    if not CONTINUED.search(text):
        return text
    for frame in FRAMES:
        text = text.replace(frame, "")
    return CONTINUED.sub(" ", text).replace("&", "", 1).strip()


def in_latex(text: str, *, shape: str = "") -> Iterator[Printed]:
    """The equations in the body of an ``align*``, or in one equation."""
    lines: list[str] = []
    left = ""
    said: dict[int, str] = {}
    for line in LINE_END.split(text):
        line, before = _taken(line, r"\intertext", 1)
        line, beside = _taken(line, r"&& \parbox", 2)
        line = line.strip()
        if before or beside:
            said[len(lines)] = before or beside
        if line.startswith(r"&\quad"):
            lines[-1] += " " + line.removeprefix(r"&\quad").strip().removeprefix("{}")
            continue
        before, sign, right = line.partition("&=")
        left = before.strip() or left
        lines.append(f"{left} = {right.strip()}" if sign else line)
    yield from _numbered(lines, shape, said)


def in_unicode(text: str, *, shape: str = "") -> Iterator[Printed]:
    """The equations between the sentences on a terminal, or one equation a line where there are no sentences."""
    lines: list[str] = []
    left = ""
    said: dict[int, str] = {}
    among = any(line.startswith(INDENT) for line in text.splitlines())
    for line in text.splitlines():
        if among and not line.startswith(INDENT):
            said[len(lines)] = f"{said.get(len(lines), '')} {line}".strip()
            continue
        body = line.removeprefix(INDENT) if among else line
        if not body.startswith(" "):
            left = body.partition(" = ")[0]
            lines.append(body)
        elif body.startswith(f"{' ' * len(left)} = "):
            lines.append(left + body[len(left) :])
        else:
            lines[-1] += " " + body.strip()
    yield from _numbered(lines, shape, said)


def on_terminal(text: str, *, latex: bool) -> Iterator[Printed]:
    """The equations in what ``gradsheet derive`` shows of a derivation, and the shape that it says."""
    if latex:
        head, _, body = text.partition("\n")
        body, _, notes = body.partition("\n% ")
        body = body.removeprefix("\\begin{align*}\n").removesuffix("\n\\end{align*}")
        yield from within_ranges(in_latex(body, shape=head.rpartition(", shape ")[2]), [Text(notes)])
        return
    body, _, foot = text.rpartition("\n  shape: ")
    shape, _, notes = foot.partition("\n")
    for block in body.split("\n\n"):
        yield from within_ranges(in_unicode(block, shape=shape), [Text(notes)])


def paths_on_terminal(text: str, *, latex: bool) -> tuple[Printed, ...]:
    """The equations in what ``gradsheet derive`` shows of a sum over paths, slopes with the argument that it says."""
    body, _, note = text.partition("\n% where " if latex else "\n  where ")
    return tuple(with_primes(elements_on_terminal(body, latex=latex), note))


def elements_on_terminal(text: str, *, latex: bool) -> tuple[Printed, ...]:
    """The equations in what is shown of elements, one for each."""
    body = text.removeprefix("\\begin{align*}\n").removesuffix("\n\\end{align*}")
    if latex:
        return tuple(in_latex(body))
    return tuple(one for block in body.split("\n\n") for one in in_unicode(block))


def cells_of_matrix(text: str) -> tuple[tuple[str, ...], ...]:
    """The elements of a printed matrix, row by row: an array of LaTeX, or columns on a terminal."""
    inside = re.search(r"\\begin\{array\}\{c*\}(.*)\\end\{array\}", text, re.DOTALL)
    if inside is not None:
        return tuple(tuple(cell.strip() for cell in row.split("&")) for row in inside[1].split(r"\\"))
    return tuple(tuple(re.split(r"\s{2,}", line.strip())) for line in text.splitlines())


def _numbered(lines: list[str], shape: str, said: Mapping[int, str]) -> Iterator[Printed]:
    for number, line in enumerate(lines, start=1):
        last = number == len(lines)
        where = f"line {number}" if len(lines) > 1 else "the equation"
        yield Printed(line, where, shape if last else "", last)
        if number - 1 in said:
            yield Printed(said[number - 1], f"the sentence of {where}", said=True, beside=line)


def _taken(text: str, command: str, arguments: int) -> tuple[str, str]:
    """The text without a command and its arguments in braces, and the last of these."""
    start = text.find(command)
    if start < 0:
        return text, ""
    end, begin = start + len(command), 0
    for _ in range(arguments):
        depth, begin = 1, text.index("{", end) + 1
        end = begin
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
    return text[:start] + text[end:], re.sub(r"\\small|\\raggedright", "", text[begin : end - 1]).strip()
