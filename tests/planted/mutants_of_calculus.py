"""Wrong rules of differentiation, simplification and speech, each with the line that must fail because of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import sympy
from sympy import Add, Expr, Mul, Pow, Symbol

from derive.calculus import differentiate
from derive.calculus.differentiate import Contribution
from derive.calculus.sweep import Sweep
from derive.expression import symbols
from derive.expression.functions import Bracket
from tests.planted.planting import Mutant

Rule = Callable[..., Any]


def product_rule_with_one_term(right: Rule) -> Rule:
    def walk(expression: Expr, *given: Any) -> Iterator[Contribution]:
        terms = right(expression, *given)
        yield from list(terms)[:1] if isinstance(expression, Mul) else terms

    return walk


def constant_factor_lost(right: Rule) -> Rule:
    def walk(expression: Expr, *given: Any) -> Iterator[Contribution]:
        for part in right(expression, *given):
            coefficient = expression.as_coeff_Mul()[0] if isinstance(expression, Mul) else 1
            yield replace(part, slope=part.slope / coefficient)

    return walk


def chain_rule_without_the_inner_slope(right: Rule) -> Rule:
    def function(expression: Expr, *given: Any) -> Iterator[Contribution]:
        for whole in right(expression, *given):
            inner = next(iter(differentiate._walk(expression.args[0], *given)))
            yield replace(whole, slope=whole.slope / inner.slope)

    return function


def power_rule_without_the_exponent(right: Rule) -> Rule:
    def power(expression: Pow, *given: Any) -> Iterator[Contribution]:
        for part in right(expression, *given):
            yield replace(part, slope=part.slope / expression.exp)

    return power


def quotient_rule_without_its_sign(right: Rule) -> Rule:
    def power(expression: Pow, *given: Any) -> Iterator[Contribution]:
        for part in right(expression, *given):
            yield replace(part, slope=-part.slope if expression.exp.is_negative else part.slope)

    return power


def slope_of_one(right: Rule) -> Rule:
    return lambda *given: sympy.S.One


def function_for_its_slope(right: Rule) -> Rule:
    return lambda table, name, argument: sympy.Function(name)(argument)


def other_branch(right: Rule) -> Rule:
    def slope(*given: Any) -> Expr:
        return right(*given).replace(lambda node: isinstance(node, Bracket), lambda node: 1 - node)

    return slope


def without_brackets(right: Rule) -> Rule:
    def merged(factors: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(factor for factor in right(factors) if not isinstance(factor, Bracket))

    return merged


def plus_for_minus(right: Rule) -> Rule:
    """y(1 + y) for y(1 - y)."""

    def folded(function: Any, formula: Expr) -> Expr | None:
        found, value = right(function, formula), function(function.variable)
        return None if found is None else -found.xreplace({value: -value})

    return folded


def solved_with_the_wrong_sign(right: Rule) -> Rule:
    def solved(*given: Any) -> Any:
        found = right(*given)
        return None if found is None else replace(found, value=-found.value)

    return solved


def solved_for_the_next_element(right: Rule) -> Rule:
    def solved(*given: Any) -> Any:
        found = right(*given)
        return None if found is None else replace(found, value=found.value + 1)

    return solved


def another_index_substituted(right: Rule) -> Rule:
    def substituted(term: Any, solution: Any, *given: Any) -> Any:
        others = {part for factor in term.factors for access in symbols.accesses(factor) for part in access.args[1:]}
        others -= {solution.letter, solution.value}
        value = min(others, key=str, default=solution.value)
        return right(term, replace(solution, value=value), *given)

    return substituted


def deltas_in_the_wrong_order(right: Rule) -> Rule:
    def with_deltas(part: Contribution, inner: tuple[Symbol, ...]) -> Expr:
        return right(part, tuple(reversed(inner)))

    return with_deltas


def path_left_out(right: Any) -> Any:
    def readers(sweep: Sweep) -> Any:
        return {name: rows[-1:] for name, rows in right.func(sweep).items()}

    return property(readers)


def gradient_of_another_layer(right: Rule) -> Rule:
    """The bias of the first layer gets what flows into the activation instead of what flows out of it."""

    def symbol(sweep: Sweep, name: str, subscripts: tuple[Expr, ...]) -> Expr:
        return right(sweep, {"z1": "z2"}.get(name, name), subscripts)

    return symbol


def sum_for_mean(right: Rule) -> Rule:
    def shortest(*given: Any) -> Expr:
        result = right(*given)
        sizes = [factor for factor in Mul.make_args(result) if factor.is_Pow and factor.base == symbols.size("B")]
        return result / Mul(*sizes)

    return shortest


def sign_lost(right: Rule) -> Rule:
    def signed(expression: Expr, *given: Any) -> Expr:
        result = right(expression, *given)
        return -result if isinstance(result, Mul) and result.could_extract_minus_sign() else result

    return signed


def like_terms_counted_once(right: Rule) -> Rule:
    def expanded(*given: Any) -> Expr:
        result = right(*given)
        return Add(*(term.as_coeff_Mul()[1] for term in Add.make_args(result)))

    return expanded


def sums_to_two(right: Rule) -> Rule:
    def value(*given: Any) -> Expr | None:
        found = right(*given)
        return None if found is None else 2 * found

    return value


def definition_of_the_layer_before(right: Rule) -> Rule:
    """The definition of z3 reads z1 where it should read z2, so that the activation is left out."""

    def definition(speaker: Any, access: Expr) -> Expr:
        return right(speaker, access).xreplace({symbols.base("z2"): symbols.base("z1")})

    return definition


MUTANTS = {
    "product rule drops a term": Mutant(
        "derive.calculus.differentiate:_walk", product_rule_with_one_term, "silu", "1a", "∂SiLU/∂z"
    ),
    "chain rule drops the inner derivative": Mutant(
        "derive.calculus.differentiate:_function", chain_rule_without_the_inner_slope, "1.2b", "1.2b", "∂ℓ/∂ŷ"
    ),
    "chain rule drops the outer derivative": Mutant(
        "derive.calculus.differentiate:_outer", slope_of_one, "1.2b", "1.2b", "∂ℓ/∂ŷ"
    ),
    "power rule drops the exponent": Mutant(
        "derive.calculus.differentiate:_power", power_rule_without_the_exponent, "1.1d", "1.1d", "∂ℓ/∂ŷ"
    ),
    "quotient rule drops the sign": Mutant(
        "derive.calculus.differentiate:_power", quotient_rule_without_its_sign, "1.2a", "1.2a", "∂σ/∂z"
    ),
    "slope of the activation is missing": Mutant(
        "derive.calculus.slopes:SlopeTable.__call__", slope_of_one, "1.1d", "1.1d", "∂z₂/∂z₁"
    ),
    "activation in the place of its slope": Mutant(
        "derive.calculus.slopes:SlopeTable.__call__", function_for_its_slope, "1.1d", "1.1d", "∂z₂/∂z₁"
    ),
    "wrong branch of ReLU": Mutant(
        "derive.calculus.slopes:SlopeTable.__call__", other_branch, "1.1d", "1.1d", "∂z₂/∂z₁"
    ),
    "brackets are lost in products": Mutant(
        "derive.calculus.eliminate:merge_brackets", without_brackets, "1.1d", "1.1d", "∂z₂/∂z₁"
    ),
    "slope of sigmoid folded to y(1 + y)": Mutant(
        "derive.calculus.slopes:_folded", plus_for_minus, "1.2a", "1.2a", "∂ŷ/∂z₃"
    ),
    "delta solved with the wrong sign": Mutant(
        "derive.calculus.eliminate:_solved", solved_with_the_wrong_sign, "1.1c", "1.1c", "∂ℓ/∂W₁"
    ),
    "delta solved for the next element": Mutant(
        "derive.calculus.eliminate:_solved", solved_for_the_next_element, "1.1c", "1.1c", "∂ℓ/∂b₂"
    ),
    "delta puts another index in": Mutant(
        "derive.calculus.eliminate:_substituted", another_index_substituted, "1.1c", "1.1c", "∂ℓ/∂W₁"
    ),
    "deltas in the wrong order": Mutant(
        "derive.calculus.sweep:_with_deltas", deltas_in_the_wrong_order, "square", "1a", "∂ℓ/∂W₁"
    ),
    "one of two paths": Mutant("derive.calculus.sweep:Sweep.readers", path_left_out, "softmax", "1a", "∂ℓ/∂z₃"),
    "gradient of the wrong layer": Mutant(
        "derive.calculus.sweep:Sweep.symbol", gradient_of_another_layer, "1.1c", "1.1c", "∂ℓ/∂b₁"
    ),
    "constant factor is lost": Mutant(
        "derive.calculus.differentiate:_walk",
        constant_factor_lost,
        "1.1d",
        "1.1d",
        "∂ℓ/∂ŷ",
        derive=("x:n -> Linear(K) -> y_hat", "--loss", "1/2*MSE", "--wrt", "y_hat"),
    ),
    "sum for mean": Mutant("derive.calculus.textbook:Simplifier.shortest", sum_for_mean, "batch", "1a", "∂ℓ/∂W₂"),
    "sign is lost": Mutant("derive.calculus.textbook:signed", sign_lost, "softmax", "1a", "∂ℓ/∂z₃"),
    "like terms count once": Mutant(
        "derive.calculus.textbook:Simplifier.expanded", like_terms_counted_once, "softmax", "1a", "∂ℓ/∂z₃"
    ),
    "probabilities that sum to 2": Mutant("derive.calculus.facts:Facts.value", sums_to_two, "softmax", "1a", "∂ℓ/∂z₃"),
    "wrong layer in the forward table": Mutant(
        "derive.calculus.express:Speaker.definition", definition_of_the_layer_before, "1.1b", "1.1b", "z₃"
    ),
}
