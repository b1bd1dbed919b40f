from __future__ import annotations

from answers.formulas.chain import Chain, compare, read_chain
from answers.formulas.setting import About
from derive.building.formulas import setting_of
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
