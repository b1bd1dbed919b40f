"""The certificate: what students read of the checks, and the file that lists them all."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from answers.contract.item import Claim
from answers.contract.methods import (
    DIFFERENCES,
    EACH_STEP,
    FAMILIES,
    FORWARD_PASS,
    READ_BACK,
    VALUE_IN_DIGITS,
    Method,
)
from answers.homework.verify import Checked
from answers.latex import sheet
from answers.sheets.certificate import certificate, certificate_file, table
from numeric.checks.comparison import Comparison

PASSED = Comparison(1e-9, 1e-5, 3)


def checked(part: str, quantity: str, *methods: Method, verdict: Comparison = PASSED) -> Checked:
    return Checked(part, Claim(quantity, f"${quantity}$", methods or (DIFFERENCES,), lambda: verdict), verdict)


def rows(entries: Sequence[Checked]) -> list[tuple[str, str, str, bool | None]]:
    return [(row.part, row.quantity, row.points, row.passed) for row in table(entries).rows]


def told(entries: Sequence[Checked]) -> tuple[str, ...]:
    (found,) = [block for block in certificate(entries) if isinstance(block, sheet.ItemList)]
    return found.entries


def test_the_table_groups_what_was_checked_alike() -> None:
    entries = [checked("1a", "x"), checked("1a", "y"), checked("1a", "z", FORWARD_PASS), checked("1b", "x")]
    assert rows(entries) == [
        ("1a", "$x$, $y$", "3", True), ("", "$z$", "3", True), ("1b", "$x$", "3", True),
    ]  # fmt: skip


def test_what_failed_is_never_in_a_row_with_what_passed() -> None:
    failed = Comparison.failed("differs", 1e-5, 5)
    entries = [checked("1a", "x"), checked("1a", "y", verdict=failed), checked("1a", "z")]
    assert rows(entries) == [("1a", "$x$, $z$", "3", True), ("", "$y$", "5", False)]


def test_a_row_says_the_worst_of_its_quantities() -> None:
    (row,) = table([checked("1a", "x"), checked("1a", "y", verdict=Comparison(2e-7, 1e-5, 9))]).rows
    assert (row.points, row.error) == ("3--9", r"$2.0 \cdot 10^{-7}$")


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Comparison.failed("differs", 1e-5, 5), ("differences", "5", r"$\infty$", False)),
        (
            Comparison.untried("not checked: keras is not installed"),
            ("not checked: keras is not installed", "", "", None),
        ),
    ],
)
def test_what_did_not_pass_is_listed_and_counts_for_nothing(verdict: Comparison, outcome: tuple[object, ...]) -> None:
    blocks = certificate([checked("1a", "x"), checked("1b", "y", verdict=verdict)])
    (listed,) = [block for block in blocks if isinstance(block, sheet.Certificate)]
    assert [(row.quantity, row.method, row.points, row.error, row.passed) for row in listed.rows] == [("$y$", *outcome)]
    (first, *_) = blocks
    assert isinstance(first, sheet.Text)
    assert "1 statement " in first.latex.replace("\n", " ")
    assert not any("1b" in entry for entry in told([checked("1a", "x"), checked("1b", "y", verdict=verdict)]))


def test_a_sentence_for_each_family_that_occurs() -> None:
    entries = [
        checked("1b", "y", VALUE_IN_DIGITS.of(60)),
        checked("1a", "x", EACH_STEP, DIFFERENCES),
        checked("1c", "w", Method("a ruler", "lengths on paper")),
        checked("1c", "z", EACH_STEP, READ_BACK),
    ]
    assert [entry.split("):")[0] for entry in told(entries)] == [
        r"\emph{Derivatives} (1, part 1a",
        r"\emph{Lines} (2, parts 1a to 1c",
        r"\emph{The print} (1, part 1c",
        r"\emph{Values} (2, parts 1b to 1c",
    ]


def test_derivatives_say_how_well_they_agree_and_at_which_sizes() -> None:
    sizes = ((("n", 4), ("d", 3)), (("n", 1), ("d", 11)))
    found = [Comparison(2e-8, 1e-5, 2, sizes=sizes), Comparison(3e-9, 1e-5, 6)]
    (sentence,) = told([checked("1a", "x", verdict=verdict) for verdict in found])
    assert "at 2 to 6 random points" in sentence
    assert "dimensions from 1 to 11" in sentence
    assert r"a relative $2.0 \cdot 10^{-8}$ or better." in sentence


def test_it_says_what_it_is_of() -> None:
    for digest, words in (("", "."), ("0123456789abcdef" * 4, r" begins with \texttt{0123456789abcdef}.")):
        last = certificate([checked("1a", "x")], digest)[-1]
        assert isinstance(last, sheet.Text)
        assert last.latex.endswith(words)
        assert "seed 0" in last.latex


def test_the_file_lists_every_check_with_its_sizes() -> None:
    sizes = ((("n", 4),), (("n", 9),))
    entries = [
        checked("1a", "x", EACH_STEP, verdict=Comparison(1e-9, 1e-5, 2, sizes=sizes)),
        checked("1b", "y", verdict=Comparison.failed("differs", 1e-5, 5)),
        checked("1c", "z", verdict=Comparison.untried("no keras")),
    ]
    document = json.loads(certificate_file(entries, "ab" * 32))
    assert document["homework_sha256"] == "ab" * 32
    assert [(one["part"], one["ok"], one["error"]) for one in document["checks"]] == [
        ("1a", True, 1e-9), ("1b", False, None), ("1c", None, 0.0),
    ]  # fmt: skip
    assert document["checks"][0]["sizes"] == [{"n": 4}, {"n": 9}]
    assert document["methods"]["each step"] == EACH_STEP.meaning


def test_every_family_has_a_method() -> None:
    assert {family.words for family in FAMILIES} == {
        "Derivatives", "Lines", "The print", "Kinks", "Values", "Programs and trainings",
    }  # fmt: skip
