"""Rewritings that keep values and remove overflow: each is an identity, applied wherever its pattern stands.

- log of what is rational in exp(u), such as log σ(u) or log(1 - tanh(u)²): u and log(1 + exp(u));
- log(1 + exp(u)) = max(u, 0) + log1p(exp(-|u|));
- exp(u) [u <= 0] reads exp only where it is at most 1; t·log(t) is 0 at 0; t²·[t > 0] is max(t, 0)²;
- what may overflow beside a condition counts only where the condition holds: a choice between it and 0, no ∞·0.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import sympy
from sympy import Abs, Add, Expr, Function, Indexed, KroneckerDelta, Max, Min, Mul, Pow, Sum, Symbol, exp, log
from sympy.core.function import AppliedUndef

from derive.expression import symbols, walks
from derive.expression.functions import Bracket, Maximum
from derive.forward import Forward
from numeric.lowering.cancel import cancelled
from numeric.lowering.lines import Line, Purpose, Stage
from numeric.source.elements import WHERE
from numeric.source.function import bounded_branches

LOG1P = Function("log1p")
EXPM1 = Function("expm1")
HYPERBOLIC = (sympy.tanh, sympy.cosh, sympy.sinh, sympy.sech)
NATIVE = ("tanh",)
"""Named functions that NumPy has, with no overflow of their own."""


def called(model: Forward) -> tuple[str, ...]:
    """The scalar functions of a definition that lines call by their names: those whose formulas hold a choice."""
    return tuple(
        function.name
        for function in model.functions
        if function.name not in NATIVE and bounded_branches(function) is not None
    )


def with_logs(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines with logarithms of probabilities written in the scores that they come from."""
    result: list[Line] = []
    made: dict[str, Line] = {}
    known: dict[str, Line] = {}
    for line in lines:
        expression = line.expression
        for logarithm in sorted(expression.atoms(log), key=str):
            value = _log_in_scores(logarithm.args[0], known, made, purpose.model, result, line.stage)
            if value is not None:
                expression = expression.xreplace({logarithm: value})
        if expression != line.expression:
            expression = _simpler(expression)
        result.append(replace(line, expression=expression))
        known[line.name] = result[-1]
    return result


def _simpler(expression: Expr) -> Expr:
    """The expression with the bodies of its sums multiplied out where that is shorter."""
    return expression.replace(
        lambda part: isinstance(part, Sum),
        lambda part: part.func(min(part.function, sympy.expand(part.function), key=sympy.count_ops), *part.limits),
    )


def _log_in_scores(
    argument: Expr, known: Mapping[str, Line], made: dict[str, Line], model: Forward, lines: list[Line], stage: Stage
) -> Expr | None:
    accesses = [a for a in symbols.accesses(argument) if symbols.name_of(a) in known]
    if isinstance(argument, Indexed) and accesses == [argument]:
        source = known[symbols.name_of(argument)]
        written = _log_of_quotient(source.expression, known)
        if written is not None:
            name = f"log_{source.name}"
            if name not in made:
                made[name] = Line(name, source.indices, source.shape, written, stage=stage)
                lines.append(made[name])
            return symbols.element(name, symbols.subscripts_of(argument))
    plain = {name: row for name, row in known.items() if not row.expression.has(Sum, Maximum)}
    return _log_rational(formulas(inserted(argument, plain), model))


def _log_of_quotient(expression: Expr, known: Mapping[str, Line]) -> Expr | None:
    """log(e/s) where e = exp(t) is a line: t - log(s)."""
    factors = Mul.make_args(expression)
    below = [factor for factor in factors if isinstance(factor, Pow) and factor.exp == -1]
    above = [factor for factor in factors if factor not in below]
    if len(below) != 1 or len(above) != 1 or not isinstance(above[0], Indexed):
        return None
    line = known.get(symbols.name_of(above[0]))
    if line is None or not isinstance(line.expression, exp):
        return None
    exponent = line.expression.args[0].xreplace(dict(zip(line.indices, symbols.subscripts_of(above[0]), strict=True)))
    return exponent - log(below[0].base)


def _log_rational(argument: Expr) -> Expr | None:
    """The logarithm of what is rational in one exponential exp(u), in max(u, 0), max(-u, 0) and bounded logarithms.

    None if the sign of a part of it is not seen: it is that of its coefficients where all of them have the same.
    """
    written = _in_one_exponential(argument)
    if written is None:
        return None
    quotient, power, exponent = written
    lowest = degree = sympy.S.Zero
    constant = sympy.S.One
    bounded: list[Expr] = []
    for part, sign in zip(sympy.fraction(sympy.cancel(quotient)), (1, -1), strict=True):
        number, factors = sympy.factor_list(part, power)
        constant *= number**sign
        for factor, times in factors:
            coefficients = sympy.Poly(factor, power).all_coeffs()
            if not all(one.is_nonnegative for one in coefficients):
                return None
            degree += sign * times * (len(coefficients) - 1)
            if factor == power:
                lowest += sign * times
            else:
                bounded.append(sign * times * _log_beside_its_largest(coefficients, exponent))
    if not constant.is_positive:
        return None
    # Where u is large, what is left of it on that side stands in one term: nothing large cancels.
    if degree == lowest:
        linear = degree * exponent
    elif degree == -lowest:
        linear = degree * Abs(exponent)
    else:
        linear = degree * Max(exponent, 0, evaluate=False) - lowest * Max(-exponent, 0, evaluate=False)
    return Add(log(constant), linear, *bounded)


def _log_beside_its_largest(coefficients: Sequence[Expr], exponent: Expr) -> Expr:
    """The logarithm of a polynomial in exp(u), the highest power first, less that of its largest power."""
    degree = len(coefficients) - 1
    if coefficients[0] == coefficients[-1] == 1 and not any(coefficients[1:-1]):
        return LOG1P(exp(-degree * Abs(exponent)))
    largest = degree * Max(exponent, 0, evaluate=False)
    powers = (exp((degree - place) * exponent - largest) for place in range(len(coefficients)))
    return log(Add(*(number * power for number, power in zip(coefficients, powers, strict=True))))


def _in_one_exponential(argument: Expr) -> tuple[Expr, Symbol, Expr] | None:
    """What is rational in exp(u) alone, as an expression in a symbol, with the symbol and u; None for anything else.

    Hyperbolic functions are exponentials, too: 1 - tanh(u)^2 is 4exp(2u)/(1 + exp(2u))^2.
    """
    written = argument.replace(lambda part: isinstance(part, HYPERBOLIC), _in_exponentials)
    powers = sorted(written.atoms(exp), key=str)
    if not powers:
        return None
    ratios = {power: sympy.cancel(power.args[0] / powers[0].args[0]) for power in powers}
    if not all(ratio.is_Rational for ratio in ratios.values()):
        return None
    step = sympy.gcd(list(ratios.values()))
    step = -step if all(ratio.is_negative for ratio in ratios.values()) else step
    power = symbols.scalar("_power")
    quotient = written.xreplace({one: power ** (ratio / step) for one, ratio in ratios.items()})
    if quotient.free_symbols != {power} or not quotient.is_rational_function(power):
        return None
    return quotient, power, sympy.expand(step * powers[0].args[0])


def _in_exponentials(function: Expr) -> Expr:
    twice = exp(2 * function.args[0])
    if isinstance(function, sympy.tanh):
        return (twice - 1) / (twice + 1)
    return function.rewrite(exp)


def inserted(expression: Expr, known: Mapping[str, Line]) -> Expr:
    """The expression with the formulas of lines that are known in the place of what it reads of them."""
    read = {access: known.get(symbols.name_of(access)) for access in symbols.accesses(expression)}
    return expression.xreplace(
        {
            access: line.expression.xreplace(dict(zip(line.indices, symbols.subscripts_of(access), strict=True)))
            for access, line in read.items()
            if line is not None
        }
    )


def formulas(expression: Expr, model: Forward, keep: Iterable[str] = NATIVE) -> Expr:
    """The expression with named functions written out by their formulas, but for those to keep."""
    while True:
        applied = [
            part
            for part in expression.atoms(AppliedUndef)
            if part.func.__name__ in model.function and part.func.__name__ not in keep
        ]
        if not applied:
            return expression
        expression = expression.xreplace(
            {part: model.function[part.func.__name__].at(part.args[0]) for part in applied}
        )


def safe(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines with quotients multiplied out, functions written out and every pattern that could overflow replaced."""
    calls = called(purpose.model)
    return [line.mapped(lambda part: _safe(cancelled(part), purpose.model, calls)) for line in lines]


def _safe(expression: Expr, model: Forward, calls: Iterable[str]) -> Expr:
    written = formulas(expression, model, (*NATIVE, *calls))
    written = written.replace(
        lambda part: isinstance(part, log | sympy.atanh), lambda part: _with_its_functions(part, model)
    )
    if written.has(sympy.cosh, sympy.sinh) and written.has(log, Pow):
        written = written.replace(
            lambda part: isinstance(part, sympy.cosh | sympy.sinh), lambda part: part.rewrite(exp).expand()
        )
    return _bottom_up(written)


def _bottom_up(expression: Expr) -> Expr:
    if not expression.args or isinstance(expression, Indexed):
        return expression
    if isinstance(expression, Add):
        expression = _signs(_choice(expression))
        if not expression.args or isinstance(expression, Indexed):
            return expression
    return _replaced(walks.mapped(expression, _bottom_up, Expr))


def _replaced(expression: Expr) -> Expr:
    if isinstance(expression, log):
        return _softplus(expression)
    if isinstance(expression, sympy.atanh):
        return _in_logarithms(expression, expression.args[0])
    if isinstance(expression, Mul):
        return _chosen_product(_guarded_product(_scaled_quotient(expression)))
    if isinstance(expression, Add):
        return _without_cancellation(_small_difference(expression))
    return expression


def _softplus(logarithm: Expr) -> Expr:
    argument = logarithm.args[0]
    terms = Add.make_args(argument)
    powers = [term for term in terms if isinstance(term, exp)]
    if len(terms) == 2 and len(powers) == 1 and sympy.S.One in terms:
        # exp(-|u|) is at most 1, and log1p keeps the digits of a small one that 1 + exp(-|u|) would round away.
        exponent = powers[0].args[0]
        return Max(exponent, 0, evaluate=False) + LOG1P(exp(-Abs(exponent)))
    if argument.has(Max):
        return logarithm
    scaled = None if argument.has(sympy.tanh) else _scaled(argument)
    if scaled is not None:
        return scaled[0] + log(scaled[1])
    return _in_logarithms(logarithm, argument)


def _with_its_functions(function: Expr, model: Forward) -> Expr:
    """A logarithm of functions that are called by their names, such as log(1 - tanh(u)²), without them if it can be."""
    inside = function.args[0]
    written = formulas(inside, model, ())
    return function if written == inside else _in_logarithms(function, written)


def _in_logarithms(function: Expr, inside: Expr) -> Expr:
    """log(w), or artanh(w) as log((1 + w)/(1 - w))/2, in an exponent and sums of exponentials, where w is rational."""
    area = isinstance(function, sympy.atanh)
    rational = _log_rational((1 + inside) / (1 - inside) if area else inside)
    return function if rational is None else rational / 2 if area else rational


def _scaled(total: Expr) -> tuple[Expr, Expr] | None:
    """A sum with exponentials as exp(m) times a sum whose exponentials are at most 1; m is the largest exponent."""
    coefficient, total = total.as_coeff_Mul()
    if not isinstance(total, Add):
        return None
    exponents = [Add(*(part.args[0] for part in Mul.make_args(term) if isinstance(part, exp))) for term in total.args]
    if not any(exponents):
        return None
    largest = Max(*exponents)
    terms = []
    for term, exponent in zip(total.args, exponents, strict=True):
        rest = Mul(*(factor for factor in Mul.make_args(term) if not isinstance(factor, exp)))
        terms.append(rest * exp(exponent - largest))
    return largest, coefficient * Add(*terms)


def _scaled_quotient(product: Expr) -> Expr:
    """A quotient in which exponentials stand above and below: sums of them are scaled, and the scales cancel."""
    factors = Mul.make_args(product)
    below = [factor for factor in factors if isinstance(factor, Pow) and factor.exp.is_negative]
    above = [factor for factor in factors if factor not in below]
    if not any(factor.base.has(exp) and factor.exp.is_number for factor in below) or not any(f.has(exp) for f in above):
        return product
    # The exponents of the scales are added up before an exponential is taken: exp(m) / exp(n) may be ∞ / ∞ where
    # exp(m - n) is moderate.
    exponent: Expr = sympy.S.Zero
    rest: list[Expr] = []
    for factor in factors:
        base, power = (factor.base, factor.exp) if isinstance(factor, Pow) else (factor, sympy.S.One)
        scaled = _scaled(base) if power.is_number and isinstance(base, Add) else None
        if isinstance(factor, exp):
            exponent += factor.args[0]
        elif scaled is None:
            rest.append(factor)
        else:
            exponent += power * scaled[0]
            rest.append(scaled[1] ** power)
    return Mul(exp(exponent), *rest)


def _small_difference(total: Expr) -> Expr:
    powers = [term for term in total.args if isinstance(term, exp)]
    if len(powers) == 1 and sympy.S.NegativeOne in total.args:
        rest = [term for term in total.args if term not in (powers[0], sympy.S.NegativeOne)]
        return Add(EXPM1(powers[0].args[0]), *rest)
    return total


def _without_cancellation(total: Expr) -> Expr:
    """a - a·f(u) as a·(1 - f(u)): where f(u) is 1 the rest of the sum stays, however large a is."""
    for term, other in itertools.permutations(Add.make_args(total), 2):
        # Where f(u) rounds to 1, a - a·f(u) is 0 exactly, but a + r - a·f(u) has lost the digits of r to a before.
        share = -other / term
        if term.is_number or not all(map(_is_call, Mul.make_args(share))):
            continue
        rest = [part for part in Add.make_args(total) if part not in (term, other)]
        return Add(term * (1 - share), *map(_without_cancellation, rest))
    return total


def _is_call(factor: Expr) -> bool:
    """Whether a factor is a function, or a power of one."""
    base, exponent = factor.as_base_exp()
    return isinstance(base, AppliedUndef | sympy.tanh) and bool(exponent.is_Integer and exponent.is_positive)


def _guarded_product(product: Expr) -> Expr:
    factors = _without_false_overflow(_clipped(list(Mul.make_args(product))))
    # y·(log(y) - log(p)) is 0·(-∞) at y = 0 as it stands; multiplied out its logarithm stands beside its own y.
    if any(_is_entropy(factor, factors) for factor in factors):
        return Add(*map(_guarded_product, Add.make_args(sympy.expand_mul(product))))
    for logarithm in [factor for factor in factors if isinstance(factor, log)]:
        base = logarithm.args[0]
        if isinstance(base, Indexed) and base in factors:
            # At t = 0 this is 0·log(1) and elsewhere t·log(t): the limit, without 0·(-∞).
            factors[factors.index(logarithm)] = log(base + Bracket(sympy.Eq(base, 0, evaluate=False)))
    return Mul(*factors) if factors != list(product.args) else product


def _clipped(factors: list[Expr]) -> list[Expr]:
    """The factors with u·[u > 0] as max(u, 0), and powers of u alike: what is left out is not computed at all."""
    for bracket in [factor for factor in factors if isinstance(factor, Bracket)]:
        condition = bracket.args[0]
        if not isinstance(condition, sympy.StrictGreaterThan | sympy.StrictLessThan) or condition.rhs != 0:
            continue
        side = Max if isinstance(condition, sympy.StrictGreaterThan) else Min
        for factor in factors:
            base, exponent = factor.as_base_exp()
            share = _share(base, condition.lhs)
            if share is not None and exponent.is_Integer and exponent.is_positive:
                clipped = share**exponent * side(condition.lhs, 0, evaluate=False) ** exponent
                rest = [part for part in factors if part not in (factor, bracket)]
                return _clipped([*rest, *Mul.make_args(clipped)])
    return factors


def _share(expression: Expr, other: Expr) -> Expr | None:
    """The rational number that makes an expression of the other one; None if there is none."""
    (first, one), (second, two) = expression.primitive(), other.primitive()
    return first / second if one == two else -first / second if one == -two else None


def _without_false_overflow(factors: list[Expr]) -> list[Expr]:
    """The factors with what may overflow beside a condition computed only where the condition holds: no ∞·0."""
    brackets = [factor for factor in factors if isinstance(factor, Bracket) and factor.has(Indexed)]
    risky = [factor for factor in factors if _may_overflow(factor)]
    if not brackets or not risky:
        return factors
    rest = [factor for factor in factors if factor not in (*brackets, *risky)]
    condition = Bracket(sympy.And(*(bracket.args[0] for bracket in brackets)))
    return [*rest, WHERE(condition, Mul(*risky), sympy.S.Zero)]


def _may_overflow(factor: Expr) -> bool:
    """Whether a factor is more than an element of an array, or a function that is bounded by 1, of a finite one."""
    plain = (Indexed, Sum, Maximum, Bracket, KroneckerDelta, sympy.tanh, sympy.sign, sympy.erf, sympy.sin, sympy.cos)
    return factor.has(Indexed) and not isinstance(factor, plain)


def _is_entropy(factor: Expr, factors: list[Expr]) -> bool:
    """Whether a factor is a sum in which the logarithm of another factor stands: y·(log(y) - log(p))."""
    return isinstance(factor, Add) and any(
        isinstance(part, log) and part.args[0] in factors for term in factor.args for part in Mul.make_args(term)
    )


def _choice(total: Expr) -> Expr:
    """a·[c] + b·[not c] as a choice between a and b."""
    brackets = [(term, factor) for term in total.args for factor in Mul.make_args(term) if isinstance(factor, Bracket)]
    for (term, bracket), (other, opposite) in itertools.combinations(brackets, 2):
        if term is not other and sympy.Not(bracket.args[0]) == opposite.args[0]:
            rest = [part for part in total.args if part not in (term, other)]
            sides = [_within(part / own, own.args[0]) for part, own in ((term, bracket), (other, opposite))]
            return Add(WHERE(bracket, *sides), *rest)
    return total


def _signs(total: Expr) -> Expr:
    """[u > 0] - [u < 0] as the sign of u."""
    terms = list(Add.make_args(total))
    for above, below in itertools.permutations(terms, 2):
        (first, upper), (second, lower) = (_bracketed(term) for term in (above, below))
        if upper is None or lower is None or first != -second:
            continue
        if upper.has(sympy.StrictGreaterThan) and lower == Bracket(upper.args[0].lhs < upper.args[0].rhs):
            rest = [term for term in terms if term not in (above, below)]
            return _signs(Add(first * sympy.sign(upper.args[0].lhs - upper.args[0].rhs), *rest))
    return total


def _bracketed(term: Expr) -> tuple[Expr, Expr | None]:
    brackets = [factor for factor in Mul.make_args(term) if isinstance(factor, Bracket)]
    return (term / brackets[0], brackets[0]) if len(brackets) == 1 else (term, None)


def _within(expression: Expr, condition: Expr) -> Expr:
    """The expression where the condition holds: its exponentials read nothing above the bound."""
    if not (isinstance(condition, sympy.LessThan | sympy.StrictLessThan) and condition.rhs == 0):
        return expression
    # Both sides of a choice are computed everywhere: the one that is not taken must not overflow either.
    bounded = {condition.lhs: Min(condition.lhs, 0, evaluate=False)}
    return expression.replace(lambda part: isinstance(part, exp), lambda part: part.xreplace(bounded))


def _chosen_product(product: Expr) -> Expr:
    """A choice that holds a number times an array: a choice between arrays, whose type is theirs."""
    factors = Mul.make_args(product)
    choices = [factor for factor in factors if factor.func == WHERE]
    arrays = [factor for factor in factors if factor not in choices and factor.has(Indexed)]
    if len(choices) != 1 or not arrays:
        return product
    condition, first, second = choices[0].args
    if first.has(Indexed) and (second.has(Indexed) or second == 0):
        return product
    rest = Mul(*(factor for factor in factors if factor is not choices[0]))
    return WHERE(condition, rest * first, rest * second)
