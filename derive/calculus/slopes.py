"""Derivatives of scalar functions, derived from their formulas and folded back into their own values.

The derivative of sigma is first exp(-u)/(1 + exp(-u))², by the quotient and chain rules. Writing t for
exp(-u), the value y and the slope d are two rational functions of t; eliminating t between them (a
resultant) leaves a polynomial in y and d. Where a factor of it is linear in d, it says d = y(1 - y).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import sympy
from sympy import Add, Expr, Mul, Pow, Symbol, exp
from sympy.core.function import AppliedUndef

from derive.calculus.absolute import with_signs_used
from derive.calculus.algebra import factored
from derive.calculus.conditions import with_plain_conditions
from derive.calculus.differentiate import contributions, unknown_slope
from derive.calculus.factors import cost
from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.expression.scalar import ScalarFunction
from derive.remembering import LIBRARY
from derive.step_rules import StepRule


@dataclass(frozen=True)
class SlopeStep:
    """One line of the derivation of a slope: an expression in the variable, and the rule that led to it."""

    expression: Expr
    rule: StepRule
    sentence: str


@dataclass(frozen=True)
class Slope:
    """The derivative of a scalar function: its formula in the variable, and the lines that lead to it.

    ``plain`` is the same in no value of a function that has a name.
    """

    function: ScalarFunction
    formula: Expr
    steps: tuple[SlopeStep, ...]
    plain: Expr

    def at(self, argument: Expr) -> Expr:
        """The slope at ``argument``."""
        return self.formula.xreplace({self.function.variable: argument})


@dataclass(frozen=True)
class SlopeTable:
    """The slopes of the functions of a forward definition, derived when they are asked for."""

    functions: tuple[ScalarFunction, ...]
    line: int = -1
    folded: bool = True

    def __call__(self, name: str, argument: Expr) -> Expr:
        """The derivative of the named function at ``argument``; ``f'`` for an unknown ``f``.

        It is the final form, or the given ``line`` of its derivation where that line exists; unless it is
        ``folded``, it is written in no value of a function.
        """
        for function in self.functions:
            if function.name == name:
                found = slope(function, self.functions)
                if not self.folded:
                    return found.plain.xreplace({function.variable: argument})
                last = len(found.steps) - 1
                shown = found.steps[last if self.line < 0 else min(self.line, last)].expression
                return shown.xreplace({function.variable: argument})
        return unknown_slope(name, argument)

    def lines(self, names: Iterable[str]) -> int:
        """How many lines the longest derivation among the named functions has."""
        known = [function for function in self.functions if function.name in set(names)]
        return max((len(slope(function, self.functions).steps) for function in known), default=1)


@lru_cache(maxsize=LIBRARY)
def slope(function: ScalarFunction, library: tuple[ScalarFunction, ...] = ()) -> Slope:
    """Derive the slope of ``function``; ``library`` holds the functions that its formula applies.

    Functions of the library also serve to write the result: exp(u)/(1 + exp(u)) becomes sigma(u) when
    sigma is in it.
    """
    variable = function.variable
    raw = _by_quotient_rule(function, library)
    rules = "quotient rule" if raw is not None else "chain, product and quotient rules"
    if raw is None:
        raw = _differentiated(function.formula, variable, library)
    steps = [
        SlopeStep(raw, StepRule.DIFFERENTIATE, f"Differentiate the formula of {{{function.name}}} by the {rules}.")
    ]
    used = with_signs_used(sympy.expand_mul(raw) if raw.has(sympy.sign) else raw)
    tidy = min((raw, used, _in_short_numbers(factored(used))), key=cost) if not raw.has(Bracket) else used
    tidy = with_plain_conditions(tidy)
    at_once = _folded(function, raw)
    if tidy != raw and (at_once is None or cost(at_once) > cost(tidy)):
        said = "Say the conditions plainly." if raw.has(Bracket) else "Put it over one denominator."
        steps.append(SlopeStep(tidy, StepRule.SIMPLIFY, said))
    named = _recognised(tidy, library)
    if named != tidy:
        steps.append(SlopeStep(named, StepRule.RECOGNISE, "Recognise a function that has a name."))
    folded = _folded(function, named)
    if folded is not None and cost(folded) <= cost(named):
        steps += _split(function, tidy, folded)
        steps.append(
            SlopeStep(
                folded,
                StepRule.FOLD,
                f"Write it in the value of {{{function.name}}} itself, which the forward pass has computed.",
            )
        )
        named = folded
    return Slope(function, named, tuple(steps), tidy)


def _differentiated(formula: Expr, variable: Symbol, library: tuple[ScalarFunction, ...]) -> Expr:
    """The derivative of a formula by its variable."""
    return Add(*(part.slope for part in contributions(formula, variable.name, SlopeTable(library))))


def _by_quotient_rule(function: ScalarFunction, library: tuple[ScalarFunction, ...]) -> Expr | None:
    """``(N' D - N D')/D²`` for a formula N/D of which both depend on the variable; None for any other formula."""
    variable = function.variable
    factors = Mul.make_args(function.formula)
    divisors = [factor for factor in factors if _divides(factor) and factor.has(variable)]
    above = Mul(*(factor for factor in factors if factor not in divisors))
    below = Mul(*(1 / factor for factor in divisors))
    if not divisors or not above.has(variable) or function.formula.has(Bracket):
        return None
    above_slope, below_slope = (_differentiated(part, variable, library) for part in (above, below))
    return Mul(Add(above_slope * below, -(above * below_slope)), below**-2)


def _divides(factor: Expr) -> bool:
    """Whether a factor of a formula is a whole power below the line."""
    return isinstance(factor, Pow) and factor.exp.is_Integer and factor.exp.is_negative


def _split(function: ScalarFunction, formula: Expr, folded: Expr) -> list[SlopeStep]:
    """The slope as a product of the fractions that the factors of the folded one are, y and 1 - y of y(1 - y)."""
    value = function(function.variable)
    factors = sorted((factor for factor in Mul.make_args(folded) if factor.has(value)), key=cost)
    if len(factors) < 2 or any(isinstance(factor, Pow) for factor in factors):
        return []
    fractions = [_one_fraction(factor.xreplace({value: function.formula})) for factor in factors]
    if not all(any(map(_divides, Mul.make_args(fraction))) for fraction in fractions):
        return []
    number = Mul(*(factor for factor in Mul.make_args(folded) if not factor.has(value)))
    if not number.is_number or sympy.cancel(number * Mul(*fractions) - formula) != 0:
        return []
    apart = Mul(*(fractions if number == 1 else [number, *fractions]), evaluate=False)
    return [SlopeStep(apart, StepRule.SIMPLIFY, "Write it as a product of fractions.")]


def _one_fraction(formula: Expr) -> Expr:
    """A formula over one denominator, in the exponential that it is written in."""
    exponent = _exponential(formula)
    if exponent is None:
        return factored(sympy.together(formula))
    t = sympy.Symbol("_t", positive=True)
    rational = _in_generator(formula, exponent, t)
    return factored(sympy.together(rational)).xreplace({t: exp(exponent)}) if rational is not None else formula


def _in_short_numbers(product: Expr) -> Expr:
    """The product, its sums so scaled that they begin with 1 where that takes fewer digits: 1 + 0.134145 z²."""
    scaled = []
    for factor in Mul.make_args(product):
        first = factor.as_coeff_Add()[0] if isinstance(factor, Add) else sympy.S.One
        scaled += [factor] if first == 0 else [first, Add(*(term / first for term in Add.make_args(factor)))]
    return min((product, Mul(*scaled)), key=_digits)


def _digits(expression: Expr) -> int:
    """How many digits the rational numbers in an expression have."""
    return sum(len(str(number)) for number in expression.atoms(sympy.Rational))


@lru_cache(maxsize=LIBRARY)
def _folded(function: ScalarFunction, slope_formula: Expr) -> Expr | None:
    """The slope as a polynomial in the function's own value, by elimination, if it is one."""
    generator = _exponential(function.formula, slope_formula)
    if generator is not None:
        return _eliminated(function, slope_formula, generator)
    generator = _application(function.formula, slope_formula)
    if generator is None:
        return None
    factors = Mul.make_args(slope_formula)
    folded = _eliminated(function, Mul(*(factor for factor in factors if factor.has(generator))), generator)
    inner = [] if folded is None else [folded, *(factor for factor in factors if not factor.has(generator))]
    return Mul(*inner) if inner else None


def _eliminated(function: ScalarFunction, slope_formula: Expr, generator: Expr) -> Expr | None:
    """The slope in the value of the function: the generator is eliminated between the two."""
    value, target, t = symbols.scalar("_value"), symbols.scalar("_slope"), sympy.Symbol("_t", positive=True)
    rational = [_in_generator(formula, generator, t) for formula in (function.formula, slope_formula)]
    if any(formula is None or not formula.is_rational_function(t) or formula.has(exp, Bracket) for formula in rational):
        return None
    numerators = [
        sympy.fraction(sympy.together(unknown - formula))[0]
        for unknown, formula in zip((value, target), rational, strict=True)
    ]
    relation = _without(t, *numerators)
    for candidate, _ in sympy.factor_list(relation)[1]:
        polynomial = sympy.Poly(candidate, target)
        if polynomial.degree() != 1:
            continue
        lead, constant = polynomial.all_coeffs()
        solution = sympy.cancel(-constant / lead)
        if sympy.fraction(solution)[1].is_number:
            found: Expr = (
                sympy.factor(solution) if function.variable in solution.free_symbols else _pretty(solution, value)
            )
            return found.xreplace({value: function(function.variable)})
    return None


def _without(t: Symbol, first: Expr, second: Expr) -> Expr:
    """What holds where both expressions are 0, without t: by the value of t where the first is linear in it."""
    first = sympy.expand(first)
    lead, rest = first.coeff(t, 1), first.coeff(t, 0)
    if lead != 0 and first == sympy.expand(lead * t) + rest:
        return sympy.fraction(sympy.together(second.xreplace({t: -rest / lead})))[0]
    return sympy.resultant(first, second, t)


def _pretty(polynomial: Expr, value: Symbol) -> Expr:
    """``y(1 - y)`` rather than ``-y(y - 1)``, and ``1 - y²`` rather than ``(1 - y)(1 + y)``."""
    return min((factored(polynomial), sympy.expand(polynomial)), key=cost)


def _exponential(*formulas: Expr) -> Expr | None:
    """The exponent whose exponential all exponentials in the formulas are integer powers of."""
    exponents = sorted({power.args[0] for formula in formulas for power in formula.atoms(exp)}, key=sympy.count_ops)
    if not exponents:
        return None
    ratios = [sympy.cancel(exponent / exponents[0]) for exponent in exponents]
    return exponents[0] if all(ratio.is_Integer for ratio in ratios) else None


def _application(*formulas: Expr) -> Expr | None:
    """The one value of a named function that the formulas hold: tanh(w) of some w."""
    applied = {application for formula in formulas for application in formula.atoms(AppliedUndef)}
    return applied.pop() if len(applied) == 1 else None


def _in_generator(formula: Expr, generator: Expr, t: Symbol) -> Expr | None:
    if isinstance(generator, AppliedUndef):
        return formula.xreplace({generator: t})
    replaced = {power: t ** sympy.cancel(power.args[0] / generator) for power in formula.atoms(exp)}
    return formula.xreplace(replaced)


def _recognised(formula: Expr, library: tuple[ScalarFunction, ...]) -> Expr:
    """The formula with 1/(1 + exp(-w)), or exp(w)/(1 + exp(w)), written as the library's function of w."""
    for power in sorted(formula.atoms(exp), key=str):
        (w,) = power.args
        for function in library:
            for argument in (w, -w):
                pattern = function.formula.xreplace({function.variable: argument})
                if not pattern.has(exp) or pattern.has(Bracket):
                    continue
                formula = _replace_rational(formula, pattern, function(argument), power)
    return formula


def _replace_rational(formula: Expr, pattern: Expr, name: Expr, power: Expr) -> Expr:
    """Replace a factor that equals ``pattern`` as a rational function of the exponential ``power``."""
    t = sympy.Symbol("_t", positive=True)
    wanted = _in_generator(pattern, power.args[0], t)
    if wanted is None or wanted.has(exp):
        return formula
    if isinstance(formula, Add):
        return Add(*(_replace_rational(term, pattern, name, power) for term in formula.args))
    inner: list[Expr] = []
    outer: list[Expr] = []
    for factor in Mul.make_args(formula):
        image = _in_generator(factor, power.args[0], t)
        (inner if image is not None and image.has(t) and image.is_rational_function(t) else outer).append(factor)
    mine = _in_generator(Mul(*inner), power.args[0], t)
    if not inner or mine is None or not _agree(mine, wanted, t):
        return formula
    result: Expr = Mul(*outer, name)
    return result


def _agree(first: Expr, second: Expr, t: Symbol) -> bool:
    """Whether two rational functions of t are the same; most that are not differ at a number."""
    there = (first - second).xreplace({t: sympy.Rational(2, 7)})
    return not (there.is_Rational and there != 0) and bool(sympy.cancel(first - second) == 0)
