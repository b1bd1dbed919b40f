from __future__ import annotations

import json
from math import inf
from pathlib import Path

from answers.command.verify import document, report
from answers.homework.verify import CheckLine
from tests.answers.command.runner import run, written

GOOD = CheckLine("1a", "∂ℓ/∂W₁", "differences", 3, 2.5e-9, 1e-5, True)
BAD = CheckLine("1b", "∂ℓ/∂b₁", "differences", 1, inf, 1e-5, False, "step 2: shape (2, 4), expected (4, 2)")


def test_a_line_for_each_answer(tmp_path: Path) -> None:
    outcome = run("verify", written(tmp_path))
    assert outcome.code == 0
    assert outcome.err == ""
    first, box, last = outcome.out.splitlines()
    assert "letters and signs" in box
    assert first.split()[:3] == ["ok", "1a", "∂ℓ/∂W₁"]
    points, unit = first.split()[3:5]
    assert int(points) >= 3
    assert unit == "points"
    assert float(first.split()[5]) < 1e-5
    assert last == "2 checks, none failed"


def test_json_holds_what_the_lines_say(tmp_path: Path) -> None:
    outcome = run("verify", written(tmp_path), "--json")
    assert outcome.code == 0
    result = json.loads(outcome.out)
    assert list(result) == ["homework", "title", "ok", "checked", "failed", "unchecked", "checks"]
    assert (result["homework"], result["title"], result["ok"]) == ("hw", "A homework", True)
    check, of_key = result["checks"]
    assert (of_key["part"], of_key["quantity"], of_key["ok"]) == ("", "letters and signs", True)
    assert list(check) == ["part", "quantity", "method", "points", "error", "tolerance", "ok", "note", "sizes"]
    assert len(check["sizes"]) == check["points"]
    assert (check["part"], check["quantity"], check["ok"]) == ("1a", "∂ℓ/∂W₁", True)
    assert 0 <= check["error"] < check["tolerance"]


def test_layout_and_index_base_are_taken(tmp_path: Path) -> None:
    for options in (["--layout", "numerator"], ["--layout", "gradient"], ["--index-base", "0"]):
        assert run("verify", written(tmp_path), *options).code == 0


def test_an_infinite_error_is_null_in_json() -> None:
    result = document("hw", "A homework", (GOOD, BAD))
    assert (result["ok"], result["checked"], result["failed"]) == (False, 2, 1)
    text = json.dumps(result, allow_nan=False)
    assert json.loads(text)["checks"][1]["error"] is None


def test_a_failure_says_why() -> None:
    good, bad, last = report((GOOD, BAD))
    assert good.startswith("ok ")
    assert bad.startswith("FAILED")
    assert "1 point " in bad
    assert "step 2: shape (2, 4), expected (4, 2)" in bad
    assert last == "2 checks, 1 failed"


def test_a_homework_without_answers_checks_nothing() -> None:
    assert list(report(())) == ["0 checks, none failed"]


def test_what_cannot_be_checked_here_neither_passes_nor_fails() -> None:
    untried = CheckLine("2", "training", "a goal", 0, 0.0, 0.0, True, "not checked: keras is not installed", True)
    first, second, last = report((GOOD, untried))
    assert first.startswith("ok")
    assert second.startswith("-")
    assert "ok" not in second.split()
    assert second.endswith("not checked: keras is not installed")
    assert last == "1 checks, none failed, 1 could not be made here"
    result = document("hw", "A homework", [GOOD, untried])
    assert (result["ok"], result["checked"], result["unchecked"], result["failed"]) == (True, 1, 1, 0)
    checks = result["checks"]
    assert isinstance(checks, list)
    assert checks[1]["ok"] is None
