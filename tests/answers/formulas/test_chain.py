from __future__ import annotations

from answers.formulas.chain import Chain, compare, read_chain
from answers.formulas.setting import About
from derive.building.formulas import setting_of
from derive.layers import named_functions
from derive.render.written import formula_unicode


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
