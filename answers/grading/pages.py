"""What is written of marks: a JSON document and a readable page for each student, tables and figures for a class."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from answers.grading.paper import Paper
from answers.grading.programs import NOT_RUN
from answers.grading.student import MISSING, MarkedAnswer, MarkedHandin

FORM = 1
"""The form of the JSON documents; those of another form are made anew."""
OUTCOMES = ("right", "transposed", "loose", "wrong", "unread", NOT_RUN, MISSING)
COMMONEST = 5
RESULT = re.compile(r"- `(\w+)` ")
"""A line of a feedback about a result of a program."""
LONGEST_FORMULA = 4000
"""Of what a student wrote, so much is shown on a page."""
TAG = re.compile(r"<(?=[A-Za-z/!?])")
WORDS = {
    "transposed": "right in the other layout",
    "loose": "right if read kindly",
    "unread": "to be looked at",
}


def document(paper: Paper, handin: MarkedHandin, key: str) -> str:
    """The JSON document of a student; ``key`` tells of which homework and which files it is."""
    whole = {
        "form": FORM, "key": key, "homework": paper.title, "student": handin.student, "earned": handin.earned,
        "open": handin.open, "of": sum(asked.points for asked in paper.columns), "notes": handin.notes,
        "answers": [asdict(answer) for answer in handin.answers],
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def handin_of(text: str, key: str | None = None) -> MarkedHandin | None:
    """What a JSON document says; None if it is none, is of another form, or is not of that key."""
    try:
        whole = json.loads(text)
        if whole["form"] != FORM or (key is not None and whole["key"] != key):
            return None
        answers = tuple(_answer(entry) for entry in whole["answers"])
        return MarkedHandin(whole["student"], answers, tuple(whole["notes"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _answer(entry: Mapping[str, Any]) -> MarkedAnswer:
    return MarkedAnswer(**{**entry, "disallowed": tuple(entry["disallowed"])})


def page(paper: Paper, handin: MarkedHandin) -> str:
    """The readable page of a student, in Markdown."""
    return "\n".join(_page(paper, handin)) + "\n"


def _page(paper: Paper, handin: MarkedHandin) -> Iterator[str]:
    total = sum(asked.points for asked in paper.columns)
    yield f"# {paper.title}: {_cell(handin.student)}"
    yield ""
    still = f", {handin.open:g} more to be looked at" if handin.open else ""
    yield f"{handin.earned:g} of {total:g} points{still}."
    part = ""
    for answer in handin.answers:
        if answer.part != part:
            part = answer.part
            yield from ("", f"## {part}")
        yield ""
        points = "to be looked at" if answer.earned is None else f"{answer.earned:g}"
        yield f"**{answer.name}** ({points} of {answer.points:g} points): {WORDS.get(answer.outcome, answer.outcome)}"
        if answer.latex:
            yield from ("", f"$${_formula(answer.latex)}$$")
        if answer.feedback:
            yield from ("", answer.feedback)
    if handin.notes:
        yield from ("", "## Notes", "")
        yield from (f"- {note}" for note in handin.notes)


def _formula(latex: str) -> str:
    """What a student wrote as one line of mathematics, in which nothing is a tag, a link or an end of it."""
    line = " ".join(latex.split())
    if len(line) > LONGEST_FORMULA:
        line = rf"{line[:LONGEST_FORMULA]} \text{{ ... }}"
    line = line.replace("$", r"\$ ").replace("](", "] (")
    return TAG.sub("< ", "".join(sign if sign.isprintable() else " " for sign in line))


def _cell(name: str) -> str:
    """A name that a student chose, in a table."""
    return TAG.sub("&lt;", name.replace("|", r"\|"))


def table(paper: Paper, handins: Sequence[MarkedHandin]) -> str:
    """The points of a class as CSV: a row a student, a column a formula, empty where somebody must look."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [f"{asked.part} {asked.name}" for asked in paper.columns]
    writer.writerow(["student", *names, "earned", "open", "outcomes"])
    for handin in handins:
        cells = ["" if answer.earned is None else f"{answer.earned:g}" for answer in handin.answers]
        outcomes = " ".join(answer.outcome for answer in handin.answers)
        writer.writerow([_plain(handin.student), *cells, f"{handin.earned:g}", f"{handin.open:g}", outcomes])
    return text.getvalue()


def _plain(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t" else name


def report(paper: Paper, handins: Sequence[MarkedHandin], conditions: Sequence[str] = ()) -> str:
    """Figures for the instructor: how each answer came out, the commonest misconceptions, what is to be looked at.

    ``conditions`` are lines about how programs were run.
    """
    return "\n".join(_report(paper, handins, conditions)) + "\n"


def _report(paper: Paper, handins: Sequence[MarkedHandin], conditions: Sequence[str]) -> Iterator[str]:
    yield from (f"# {paper.title}", "", f"{len(handins)} hand-ins.", "")
    for line in conditions:
        yield from (line, "")
    yield f"| part | {'answer' if paper.files else 'formula'} | " + " | ".join(OUTCOMES) + " | mean points |"
    yield "| --- | --- |" + " ---: |" * (len(OUTCOMES) + 1)
    columns = [(asked, [handin.answers[at] for handin in handins]) for at, asked in enumerate(paper.columns)]
    for asked, answers in columns:
        counts = Counter(answer.outcome for answer in answers)
        known = [answer.earned for answer in answers if answer.earned is not None]
        mean = f"{sum(known) / len(known):.2f} of {asked.points:g}" if known else ""
        cells = " | ".join(str(counts[outcome]) if counts[outcome] else "" for outcome in OUTCOMES)
        yield f"| {asked.part} | {asked.name} | {cells} | {mean} |"
    yield from _points(handins)
    for asked, answers in columns:
        yield from _misconceptions(asked.part, asked.name, answers, handins)
        yield from _mistakes(asked.part, asked.name, answers, handins)
    yield from queue(handins)


def _points(handins: Sequence[MarkedHandin]) -> Iterator[str]:
    """How many students have how many points."""
    counts = Counter(round(handin.earned) for handin in handins)
    if counts:
        yield from ("", "## Points", "", "| points | students |", "| ---: | ---: |")
        yield from (f"| {points} | {counts[points]} |" for points in sorted(counts))


def _misconceptions(
    part: str, name: str, answers: Sequence[MarkedAnswer], handins: Sequence[MarkedHandin]
) -> Iterator[str]:
    """The commonest misconceptions of a formula, each with an example."""
    wrong = [pair for pair in zip(handins, answers, strict=True) if pair[1].outcome == "wrong" and pair[1].latex]
    counts = Counter(answer.misconception or "not explained" for _, answer in wrong)
    if not counts:
        return
    yield from ("", f"## {part} {name}", "")
    for misconception, count in counts.most_common(COMMONEST):
        student, example = next((h, a) for h, a in wrong if (a.misconception or "not explained") == misconception)
        yield f"- {count} × {misconception}, such as {_cell(student.student)}: ${_formula(example.latex)}$"


def _mistakes(part: str, name: str, answers: Sequence[MarkedAnswer], handins: Sequence[MarkedHandin]) -> Iterator[str]:
    """The results that are wrong in most of the programs, each with what is said of one of them."""
    said = [
        (found[1], handin.student, line.removeprefix("- "))
        for handin, answer in zip(handins, answers, strict=True)
        if answer.outcome == "wrong" and not answer.latex
        for line in answer.feedback.partition("(no points)")[0].splitlines()
        if (found := RESULT.match(line))
    ]
    counts = Counter(result for result, _, _ in said)
    if counts:
        yield from ("", f"## {part} {name}", "")
    for result, count in counts.most_common(COMMONEST):
        student, line = next((who, line) for one, who, line in said if one == result)
        yield f"- {count} × {result} is wrong, such as {_cell(student)}: {line}"


def queue(handins: Sequence[MarkedHandin]) -> Iterator[str]:
    """The answers that were not read and the programs that were not run, each with what was not understood."""
    unread = [(handin, answer) for handin in handins for answer in handin.answers if answer.earned is None]
    if not unread:
        return
    yield from ("", "## To be looked at", "", "They cost no points by themselves.", "")
    yield from ("| student | part | answer | not understood | where |", "| --- | --- | --- | --- | --- |")
    for handin, answer in unread:
        token = _cell(" ".join(answer.token.split())[:60]).replace("`", "'")
        shown = f"`{token}`" if token else NOT_RUN if answer.outcome == NOT_RUN else ""
        yield f"| {_cell(handin.student)} | {answer.part} | {answer.name} | {shown} | {_cell(_place(answer))} |"


def _place(answer: MarkedAnswer) -> str:
    return f"{answer.file}, line {answer.line}" if answer.line else answer.file
