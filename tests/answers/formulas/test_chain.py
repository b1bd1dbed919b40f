from __future__ import annotations

from typing import Any

import pytest

from answers.formulas.chain import Chain, compare, read_chain
from answers.formulas.setting import About
from derive.building.formulas import setting_of
from derive.layers import named_functions
from derive.render.written import formula_unicode
from numeric.checks.comparison import Comparison


def chain(start: str, *steps: str) -> Chain:
    return read_chain(setting_of({}), start, steps)


def summary(start: str, *steps: str) -> list[tuple[str, str]]:
    return [(line.relation, formula_unicode(line.formula)) for line in chain(start, *steps).summary]


def test_the_summary_keeps_the_ends_and_what_stands_between_inequalities() -> None:
    assert summary("a", "= b", "<= c", "= d", "< f", "= g") == [("", "a"), ("<=", "d"), ("<", "g")]
    assert summary("a", "> b", ">= c") == [("", "a"), (">", "b"), (">=", "c")]


def test_the_relation_between_the_ends() -> None:
    assert chain("a", "= b").relation == "="
    assert chain("a", "<= b", "< c").relation == "<"
    assert chain("a", ">= b", "= c").relation == ">="


def test_an_equality_may_be_off_by_rounding_only() -> None:
    about = About.model_validate({"domains": {"a": [1.0, 2.0]}})
    assert compare(chain("a", "= (a + 1000) - 1000"), about).ok
    verdict = compare(chain("a", "= a + 0.000001"), about)
    assert not verdict.ok
    assert verdict.error > 1e-7


def test_a_formula_that_is_not_defined_everywhere_fails() -> None:
    verdict = compare(chain("log(a)", "= log(a)"), About.model_validate({}))
    assert verdict.note.startswith("line 1 is not finite at a = -")


def test_a_strict_inequality_may_not_be_an_equality_anywhere() -> None:
    assert not compare(chain("0", "< a^2"), About.model_validate({})).ok
    assert compare(chain("0", "<= a^2"), About.model_validate({})).ok


SIMPLEX = About.model_validate({"shapes": {"p": ["K"], "q": ["K"]}, "domains": {"p": "simplex", "q": "simplex"}})


def over_probabilities(start: str, *steps: str) -> bool:
    setting = setting_of({"p": ("K",), "q": ("K",)}, "", named_functions())
    return compare(read_chain(setting, start, steps), SIMPLEX).ok


def test_what_cancels_is_judged_by_what_is_added_up() -> None:
    assert over_probabilities("sum[k] p[k] - 1", "= 0")
    assert over_probabilities("0", "= 1000*(1 - sum[k] p[k])^3")
    assert over_probabilities("sum[k] p[k]*log(p[k]/q[k])", ">= -log(sum[k] p[k]*q[k]/p[k])", "= 0")
    assert over_probabilities("sigma(sum[k] p[k] - 1) - 1/2", "= 0")
    assert over_probabilities("sqrt(sum[k] p[k]) - 1", "= sin(1 - sum[k] q[k])")


def test_what_does_not_cancel_is_not_let_through() -> None:
    assert not over_probabilities("sum[k] p[k] - 1", "= 0.00000001")
    assert not over_probabilities("sum[k] p[k]^2 - 1", "= 0")
    assert not over_probabilities("sum[k] p[k]*q[k] - 0.0000001*p[0]", "= sum[k] p[k]*q[k]")
    assert not over_probabilities("0", "= 0.0000000001*p[0]")


def test_a_line_that_does_not_hold_is_shown_as_it_prints() -> None:
    about = About.model_validate({"shapes": {"w": ["K"]}})
    wrong = read_chain(setting_of({"w": ("K",)}), "sum[k] w[k]", ["= w[0]"])
    assert "Σ_{k=0}^{K−1} w[k] = w[0] does not hold" in compare(wrong, about, index_base=0).note
    assert "Σ_{k=1}^{K} w[k] = w[1] does not hold" in compare(wrong, about, index_base=1).note


def verdict_on(lines: str, domains: dict[str, Any], definitions: str = "") -> Comparison:
    start, *steps = lines.split("; ")
    setting = setting_of({"x": ("K",), "w": ("n",)}, definitions, named_functions())
    about = About.model_validate({"shapes": {"x": ["K"], "w": ["n"]}, "domains": domains, "definitions": definitions})
    return compare(read_chain(setting, start, steps), about)


UNDEFINED = [
    "z/z; = 1",
    "1/(1/z); = z",
    "exp(log(z)); = z",
    "1/(1 + 1/z); = z/(1 + z)",
    "z^2/z; = z",
    "1; = 2 - z/z",
    "log(z^2); = 2*log(z)",
    "exp(log(z)); = z",
    "sqrt(z)^2; = z",
    "(z^2 - 1)/(z - 1); = z + 1",
    "1/z - 1/z; = 0",
    "0*log(z); = 0",
    "z*z^(-1); = 1",
    "(a - b)/(a - b); = 1",
    "sigma(z)*z/z; = sigma(z)",
    "[z/z > 0]; = 1",
    "sum[k] x[k]/x[k]; = K",
    "sum[k,i] x[k]*w[i]/x[k]; = K*(sum[i] w[i])",
    "max[k] x[k]/x[k]; = 1",
]


@pytest.mark.parametrize("lines", UNDEFINED)
def test_nothing_cancels_before_a_line_is_evaluated(lines: str) -> None:
    assert "not finite" in verdict_on(lines, {}).note or "does not hold" in verdict_on(lines, {}).note


@pytest.mark.parametrize("lines", UNDEFINED)
def test_what_cancels_where_it_is_defined_holds(lines: str) -> None:
    if "a - b" in lines or "z - 1" in lines:
        domains: dict[str, Any] = {"a": (4.0, 5.0), "b": (1.0, 2.0), "z": (1.5, 3.0)}
    else:
        domains = dict.fromkeys(("z", "x", "w"), "positive")
    verdict = verdict_on(lines, domains)
    assert verdict.ok, verdict.note


def test_nothing_cancels_in_what_is_defined() -> None:
    assert "not finite" in verdict_on("p; = 1", {}, "p = u/u").note
    assert "not finite" in verdict_on("p[0]; = 1", {}, "p[k] = x[k]/x[k]").note
    assert verdict_on("p[0]; = 1", {"x": "positive"}, "p[k] = x[k]/x[k]").ok


def test_lines_that_are_undefined_together_may_follow_from_one_another() -> None:
    assert verdict_on("1/z; = z^(-1)", {}).ok
    assert verdict_on("a/b*b/a; = (b/a)*(a/b)", {}).ok


def test_a_bracket_guards_every_factor_of_its_product() -> None:
    assert verdict_on("[z > 0]*2*log(z)/z; = 2*[z > 0]/z*log(z)", {}).ok
