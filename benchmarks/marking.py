"""How well written answers are marked: those of a file, compared with their verdicts, and mutants of right ones.

python benchmarks/marking.py FILE [--layout numerator|gradient|both] [--mutants N]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from answers.marking import Mark, mark
from answers.reading.symbols import Layout
from benchmarks.at_random import right_answers, wrong_answers
from benchmarks.elements_at_random import right_elements, wrong_elements
from benchmarks.written import UnknownCaseError, Written, cases_of

RIGHT = ("right", "transposed", "loose")
MOST_REJECTED, MOST_UNREAD = 0.02, 0.10
"""Of right answers so many may be called wrong, of all answers so many may stay unread."""


@dataclass(frozen=True)
class Figures:
    """What came out for the answers of a file."""

    judged: tuple[tuple[Written, Mark], ...]
    unknown: tuple[str, ...]
    seconds: float

    @property
    def accepted(self) -> list[tuple[Written, Mark]]:
        """Wrong ones that are accepted."""
        return [pair for pair in self.judged if pair[0].verdict == "wrong" and pair[1].outcome in RIGHT]

    @property
    def rejected(self) -> list[tuple[Written, Mark]]:
        """Right ones that are called wrong."""
        return [pair for pair in self.judged if pair[0].verdict != "wrong" and pair[1].outcome == "wrong"]

    @property
    def unread(self) -> list[tuple[Written, Mark]]:
        """Those that are not read."""
        return [pair for pair in self.judged if pair[1].outcome == "unread"]

    @property
    def otherwise(self) -> list[tuple[Written, Mark]]:
        """Right ones that are accepted, but as another kind of right."""
        return [
            pair for pair in self.judged if pair[0].verdict in RIGHT and pair[1].outcome in RIGHT and not same(*pair)
        ]

    @property
    def misnamed(self) -> list[tuple[Written, Mark]]:
        """Wrong ones whose mistake is named, but otherwise than in the file."""
        return [p for p in self.judged if p[0].misconception and p[1].misconception not in ("", p[0].misconception)]

    @property
    def met(self) -> bool:
        """Whether the bars are met: none accepted, few rejected, few unread."""
        right = sum(written.verdict != "wrong" for written, _ in self.judged)
        count = max(len(self.judged), 1)
        return (
            not self.accepted
            and len(self.rejected) <= MOST_REJECTED * right
            and len(self.unread) <= MOST_UNREAD * count
        )


def same(written: Written, found: Mark) -> bool:
    """Whether the outcome is the verdict; what its writer announced needs no kindness."""
    return found.outcome == written.verdict or (written.summed and found.outcome == "loose")


def figures(file: Path, layout: Layout | None) -> Figures:
    """Mark every answer of a file."""
    judged, unknown = [], []
    start = time.perf_counter()
    for written in cases_of(file):
        if isinstance(written, UnknownCaseError):
            unknown.append(str(written))
            continue
        found = mark(
            written.derivation, written.latex, written.macros, written.symbols, written.indices, written.given,
            layout,
        )  # fmt: skip
        judged.append((written, found))
    return Figures(tuple(judged), tuple(unknown), time.perf_counter() - start)


def lines(found: Figures) -> Iterator[str]:
    """The figures in words, with every answer that is not marked as its verdict says."""
    verdicts = Counter(written.verdict for written, _ in found.judged)
    right = sum(count for verdict, count in verdicts.items() if verdict != "wrong")
    yield f"{len(found.judged)} answers: " + ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    yield f"wrong ones accepted:      {len(found.accepted)} of {verdicts['wrong']} (none is allowed)"
    yield f"right ones called wrong:  {len(found.rejected)} of {right} (2 % are allowed)"
    yield f"unread:                   {len(found.unread)} of {len(found.judged)} (10 % are allowed)"
    yield f"right in another way:     {len(found.otherwise)} of {right}"
    named = [(w, m) for w, m in found.judged if w.misconception and m.outcome == "wrong"]
    equal = sum(m.misconception == w.misconception for w, m in named)
    yield f"misconceptions named:     {equal} of {len(named)} in the words of the file"
    yield f"seconds an answer:        {found.seconds / max(len(found.judged), 1):.3f}"
    for title, pairs in (
        ("accepted", found.accepted), ("called wrong", found.rejected), ("unread", found.unread),
        ("in another way", found.otherwise), ("named otherwise", found.misnamed),
    ):  # fmt: skip
        for written, mark_ in pairs:
            yield f"  {title}, line {written.number + 1}: {written.latex}"
            yield f"    {written.verdict} {written.misconception} -> {mark_.outcome} {mark_.misconception}"
    yield from (f"  not judged, {reason}" for reason in found.unknown)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 if a bar is missed or a mutant is accepted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("file", type=Path, nargs="?", help="one answer a line, as JSON")
    parser.add_argument("--layout", choices=["numerator", "gradient", "both"], default="numerator")
    parser.add_argument("--mutants", type=int, default=0, metavar="N", help="mark so many planted mistakes, too")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn for these")
    given = parser.parse_args(arguments)
    met = True
    if given.file is not None:
        found = figures(given.file, None if given.layout == "both" else given.layout)
        print("\n".join(lines(found)))
        met = found.met
    if given.mutants:
        met = planted(given.mutants, given.seed) and met
    return 0 if met else 1


def planted(count: int, seed: int) -> bool:
    """Mark wrong answers made at random and as many right ones; whether none of them is accepted, few of these lost."""
    draw = Random(seed)
    start = time.perf_counter()
    outcomes: Counter[str] = Counter()
    named: Counter[str] = Counter()
    shown = []
    for answer in chain(wrong_answers(draw, count - count // 3), wrong_elements(draw, count // 3)):
        found = mark(answer.question.derivation, answer.latex, layout="numerator")
        outcomes[found.outcome] += 1
        named["named" if found.misconception else "not named"] += found.outcome == "wrong"
        if found.outcome in RIGHT:
            shown.append(f"  accepted ({answer.change}), {answer.question.quantity}: {answer.latex} -> {found.outcome}")
    took = time.perf_counter() - start
    rights: Counter[str] = Counter()
    for answer in chain(right_answers(draw, count - count // 3), right_elements(draw, count // 3)):
        found = mark(answer.question.derivation, answer.latex, layout="numerator")
        rights[found.outcome] += 1
        if found.outcome != "right":
            shown.append(f"  not right, {answer.question.quantity}: {answer.latex} -> {found.outcome} {found.feedback}")
    accepted = sum(outcomes[outcome] for outcome in RIGHT)
    print(f"{count} planted mistakes, each of which a number shows: {accepted} accepted (none is allowed)")
    print("  " + ", ".join(f"{number} {outcome}" for outcome, number in outcomes.most_common()))
    print(f"  of the wrong ones {named['named']} with a misconception that explains them; {took / count:.3f} s each")
    print(f"{count} right ones: " + ", ".join(f"{number} {outcome}" for outcome, number in rights.most_common()))
    print("\n".join(shown))
    return not accepted and rights["wrong"] <= MOST_REJECTED * count


if __name__ == "__main__":
    sys.exit(main())
