"""Index expressions as pieces: elements, sums, products, brackets, functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import (
    Add,
    And,
    Eq,
    Expr,
    Function,
    Indexed,
    KroneckerDelta,
    Mul,
    Number,
    NumberSymbol,
    Piecewise,
    Pow,
    Sum,
    Symbol,
)
from sympy.logic.boolalg import Boolean

from derive.expression.functions import ArgMax, Bracket, Maximum, coordinate_of
from derive.expression.matrices import (
    DETERMINANT,
    INVERSE,
    InverseEntry,
    MatrixFunction,
    ProductOver,
    determinant_name,
    factor_of,
    inverse_name,
)
from derive.expression.matrices import taken_apart as taken_apart_matrix
from derive.expression.multivariate import taken_apart
from derive.expression.partials import is_immediate, partial_name, partial_named
from derive.expression.rules import Rules
from derive.expression.special import LogGamma
from derive.expression.symbols import GRADIENT, name_of, subscripts_of
from derive.render import compose
from derive.render.arrange import (
    arranged,
    by_letter,
    common_number,
    decimal,
    divides,
    is_decimal,
    outermost_first,
    says_where,
    scientific,
    with_number,
)
from derive.render.conditions import below_sizes, condition_piece, is_inside
from derive.render.extremes import extreme_of
from derive.render.names import SPELT, Ranks, is_before, parse_name, rank_of, split_subscripts, units_in
from derive.render.order import by_term, is_partial, is_scalar
from derive.render.piece import Binding, Piece
from derive.render.roots import is_root, rationalised
from derive.render.style import Style

LONG_EXPONENT = 14
"""An exponent wider than this many letters is set as the argument of exp."""


@dataclass(frozen=True)
class ExpressionPrinter:
    """Prints index expressions in a style.

    ``inline`` sets fractions on one line and operators tightly, as in subscripts. ``arguments`` are pieces
    that stand for symbols, which is how a scalar formula is printed over whole tensors. ``barred`` are partials
    that are printed with what is held, ``dl/dc|h``; others of the kind look as if nothing were.
    """

    style: Style
    ranks: Ranks
    inline: bool = False
    arguments: Mapping[Symbol, Piece] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()
    _printed: dict[Expr, Piece] = field(default_factory=dict, init=False, compare=False, repr=False)

    def piece(self, expression: Expr) -> Piece:
        """The expression as a piece; TypeError for what is no index expression."""
        # What a formula holds many times, as a chain of functions does its beginning, is printed once.
        if expression not in self._printed:
            self._printed[expression] = self._piece(expression)
        return self._printed[expression]

    def _piece(self, expression: Expr) -> Piece:
        if expression in self.arguments:
            return self.arguments[expression]
        write = WRITERS.of(expression)
        return self.function(expression) if write is None else write(self, expression)

    def symbol(self, expression: Symbol) -> Piece:
        """A size or an index, or a tensor that is a number."""
        if expression.is_integer:
            return self.style.symbol(parse_name(expression.name, tensor=False), (), whole=False, above=False)
        return self.element(expression.name)

    def addition(self, expression: Add) -> Piece:
        """A sum of terms, a common number in front of brackets: 2(y_hat - y), not 2 y_hat - 2 y."""
        extreme = extreme_of(expression)
        if extreme is not None:
            name, values = extreme
            return self.call(name, sorted(values, key=lambda value: bool(value.is_number)))
        if is_scalar(expression) or any(isinstance(term, sympy.floor | sympy.Mod) for term in expression.args):
            return self.arithmetic(expression)
        number, rest = common_number(expression)
        terms = self.terms(rest)
        return compose.scale(self.style, self.number(number), compose.add(self.style, terms, tight=self.inline))

    def arithmetic(self, expression: Add) -> Piece:
        """A sum of sizes and indices, over one denominator, with its constant last."""
        number, rest = expression.primitive()
        if number.is_Integer:
            ordered = by_term(Add.make_args(expression))
            terms = _constant_last(expression, self._shown(sorted(ordered, key=lambda term: bool(term.is_number))))
            return compose.add(self.style, terms, tight=self.inline, sort=False)
        whole = Add(*(number.p * term for term in rest.args))
        return self.style.fraction(self.piece(whole), self.number(sympy.Integer(number.q)), inline=self.inline)

    @property
    def between(self) -> str:
        """What stands between factors."""
        return "tight factor" if self.inline else "factor"

    def terms(self, expression: Expr) -> list[Piece]:
        """The terms of a sum in a textbook's order."""
        return self._shown(by_term(Add.make_args(expression)))

    def _shown(self, ordered: Sequence[Expr]) -> list[Piece]:
        """Terms as they stand in a sum, where a remainder is in brackets."""
        alone = len(ordered) == 1
        return [
            self.style.enclose(piece) if isinstance(term, sympy.Mod) and not alone else piece
            for term, piece in zip(ordered, map(self.piece, ordered), strict=True)
        ]

    def subscripts(self, expressions: Sequence[Expr]) -> list[Piece]:
        """Subscripts, set tightly."""
        small = replace(self, inline=True)
        return [small.piece(expression) for expression in expressions]

    def element(self, name: str, subscripts: Sequence[Expr] = (), *, whole: bool = False) -> Piece:
        """An element of a tensor; or the ``whole`` tensor, in bold if it has a rank.

        Axes of one place have no subscript, and what has no other axes is a number.
        """
        divided = split_subscripts(name, len(subscripts), self.ranks)
        if divided is not None:
            top, bottom, rank = divided
            pieces = (
                self.element(top.removeprefix(GRADIENT), subscripts[:rank], whole=whole),
                self.element(bottom, subscripts[rank:], whole=whole),
            )
            if top.startswith(GRADIENT):
                return self.style.second_partial(*pieces, inline=self.inline, whole=whole)
            partial = partial_named(name)
            held = () if partial is None else partial.held
            shown = self.style.partial(*pieces, inline=self.inline, immediate=is_immediate(name))
            if name not in self.barred:
                return shown
            return self.style.held(shown, [self.element(other, whole=True) for other in held])
        if name.startswith(GRADIENT) and name in self.ranks:
            return self.element(partial_name("l", name.removeprefix(GRADIENT)), subscripts, whole=whole)
        tensor, ending = taken_apart_matrix(name)
        if tensor in self.ranks:
            return self.function_of_matrix(tensor, ending, subscripts, whole=whole)
        known = rank_of(name, self.ranks, len(subscripts) or int(whole))
        units = units_in(self.ranks, name)
        kept = [each for axis, each in enumerate(subscripts) if axis not in units]
        parsed = parse_name(name)
        if is_before(name, self.ranks):
            parsed = replace(parsed, number="-1")
        bold = whole and known > len(units.union(range(len(subscripts))))
        above = parsed.is_parameter and known > 0
        return self.style.symbol(parsed, self.subscripts(kept), whole=bold, above=above)

    def function_of_matrix(self, tensor: str, ending: str, subscripts: Sequence[Expr], *, whole: bool) -> Piece:
        """The inverse of a matrix or its determinant, A⁻¹ or det(A), or an element of one of several."""
        leading = subscripts[:-2] if ending == INVERSE else subscripts
        matrix = self.element(tensor, (), whole=True)
        if leading:
            matrix = self.style.element_of(matrix, self.subscripts(leading))
        if ending == DETERMINANT:
            return compose.call(self.style, self.style.word("det"), matrix)
        inverted = self.style.inverse(matrix)
        if not subscripts:
            return inverted
        return self.style.element_of(self.style.enclose(inverted), self.subscripts(subscripts[-2:]))

    def number(self, value: Expr) -> Piece:
        """A number with its sign."""
        sign = bool(value.is_extended_negative)
        size = abs(value)
        if size is sympy.S.Infinity:
            shown = self.style.constant("infinity")
        elif (size.is_Integer or is_decimal(size)) and (parts := scientific(size)) is not None:
            shown = self.style.number(*parts)
        elif is_decimal(size):
            shown = self.style.number(decimal(size))
        elif isinstance(size, sympy.Rational):
            shown = self.style.number(str(size.p))
            if size.q != 1:
                bottom = self.style.number(str(size.q))
                shown = self.style.fraction(shown, bottom, inline=self.inline, numeric=True)
        elif isinstance(size, sympy.Float):
            mantissa, _, exponent = repr(float(size)).partition("e")
            shown = self.style.number(mantissa.removesuffix(".0"), int(exponent) if exponent else None)
        elif size is sympy.E:
            shown = Piece("e", 1)
        elif size is sympy.pi:
            shown = self.style.constant("pi")
        else:
            return self._unknown(value)
        return replace(shown, negative=sign)

    def product(self, expression: Expr) -> Piece:
        """A product: a coefficient, a fraction if there is a denominator, then brackets and sums.

        Products among its factors were made so to stand side by side, each a fraction of its own.
        """
        if any(isinstance(factor, Mul) for factor in expression.args):
            return compose.multiply(self.style, list(map(self.piece, expression.args)), between=self.between)
        number, factors = arranged(expression)
        above = [factor for factor in factors if not divides(factor)]
        below = [1 / factor for factor in factors if divides(factor)]
        if not isinstance(number, sympy.Rational) or is_decimal(number):
            above.insert(0, abs(number))
        else:
            above, below = with_number(abs(number), above, below)
        above, below = rationalised(above, below)
        result = self._quotient(above, below) if below else self._row(above)
        return replace(result, negative=result.negative != bool(number.is_negative))

    def _quotient(self, above: list[Expr], below: list[Expr]) -> Piece:
        """A denominator of numbers and sizes makes a coefficient in front; any other takes in the factors.

        Partials, which are fractions themselves, stay beside the fraction.
        """
        if all(is_scalar(factor) for factor in below) and not self.inline:
            front = [factor for factor in above if is_scalar(factor)]
        else:
            front = [factor for factor in above if not factor.has(Sum, Bracket, KroneckerDelta)]
        partials = [factor for factor in front if is_partial(factor)]
        front = [factor for factor in front if factor not in partials]
        behind = [factor for factor in above if factor not in front and factor not in partials]
        top = self._row(front) if front else self.style.number("1")
        numeric = all(factor.is_Integer for factor in (*front, *below))
        quotient = self.style.fraction(top.positive, self._row(below), inline=self.inline, numeric=numeric)
        quotient = replace(quotient, negative=top.negative)
        pieces = [self.piece(factor) for factor in partials]
        pieces = [*pieces, quotient] if front else [quotient, *pieces]
        return compose.multiply(self.style, [*pieces, *map(self.piece, behind)], between=self.between)

    def _row(self, factors: Sequence[Expr]) -> Piece:
        if not factors:
            return self.style.number("1")
        roots = [factor for factor in factors if is_root(factor)]
        meeting = [factor for factor in factors if says_where(factor)]
        others = [factor for factor in factors if factor not in roots and factor not in meeting[1:]]
        pieces = [self.meeting(meeting) if factor in meeting else self.piece(factor) for factor in others]
        if roots:
            root = self.style.root(self.piece(Mul(*(factor.base for factor in roots))))
            pieces.insert(sum(bool(factor.is_Rational) for factor in factors), root)
        return compose.multiply(self.style, pieces, between=self.between)

    def power(self, expression: Pow) -> Piece:
        """A power, a root or a reciprocal."""
        base, exponent = expression.as_base_exp()
        if divides(expression):
            return self._quotient([], [1 / expression])
        if exponent == sympy.S.Half:
            return self.style.root(self.piece(base))
        if isinstance(base, Function) and exponent.is_Integer and _is_named_by_word(base):
            return self.function(base, exponent)
        return compose.raise_to(self.style, self.piece(base), replace(self, inline=True).piece(exponent))

    def exponential(self, exponent: Expr) -> Piece:
        """e to a power, or the function exp of a tall or long argument."""
        small = replace(self, inline=True).piece(exponent)
        if small.tall or small.width > LONG_EXPONENT or not self.style.raises_exponents:
            return compose.call(self.style, self.style.word("exp"), self.piece(exponent))
        return self.style.power(Piece("e", 1), self.style.signed(small))

    def sum(self, expression: Sum) -> Piece:
        """A sum over one index or more, the outermost first."""
        small = replace(self, inline=True)
        signs = [
            self.style.big_sum(small.piece(letter), small.piece(low), small.piece(high))
            for letter, low, high in outermost_first(expression)
        ]
        return compose.total(self.style, signs, self.piece(expression.function))

    def product_over(self, expression: ProductOver) -> Piece:
        """A product over indices, of all places or of those that are said below the sign."""
        small = replace(self, inline=True)
        factor, places = factor_of(expression)
        limits = outermost_first(expression)
        said = [None] * (len(limits) - 1) + [None if places is None else small.condition(places)]
        signs = [
            self.style.big_times(small.piece(letter), small.piece(low), small.piece(high), where)
            for (letter, low, high), where in zip(limits, said, strict=True)
        ]
        return compose.total(self.style, signs, self.piece(factor), linear=False)

    def of_matrix(self, expression: MatrixFunction) -> Piece:
        """A determinant, or an element of an inverse."""
        if isinstance(expression, InverseEntry):
            return self.element(inverse_name(expression.name), expression.subscripts(*expression.place))
        return self.element(determinant_name(expression.name), expression.leading)

    def extreme(self, expression: ArgMax | Maximum) -> Piece:
        """A maximum over indices, or where it stands."""
        small = replace(self, inline=True)
        letters = self.style.join(
            [small.range_below(expression.function, *limit) for limit in expression.limits], self.style.signs["comma"]
        )
        name = "argmax" if isinstance(expression, ArgMax) else "max"
        body = expression.function
        if isinstance(body, Piecewise):
            body, held = body.args[0]
            where = [part for part in And.make_args(held) if not is_inside(part, body)]
            if where:
                letters = self.style.join([letters, small.condition(And(*where), "comma")], self.style.signs["comma"])
        return compose.total(self.style, [self.style.big_operator(name, letters)], self.piece(body), linear=False)

    def range_below(self, body: Expr, letter: Symbol, low: Expr, high: Expr) -> Piece:
        """An index of a maximum: with its range, unless all that it counts are the places along an axis."""
        subscripts = [place for access in body.atoms(Indexed) for place in access.indices if place.has(letter)]
        if all(place == letter for place in subscripts):
            return self.piece(letter)
        below = high + 1 if low == 0 else high
        signs = ("", self.style.sign("<="), self.style.sign("<" if low == 0 else "<="))
        ends = [self.piece(end).after(sign, 1) for end, sign in zip((low, letter, below), signs, strict=True)]
        return self.style.join(ends, "")

    def function(self, expression: Expr, exponent: Expr | None = None) -> Piece:
        """A function of its arguments, ours, SymPy's or an unknown one; ``tanh`` squared puts the 2 at the name."""
        at_maximum = coordinate_of(expression)
        if at_maximum is not None:
            return self.coordinate(*at_maximum)
        write = FUNCTIONS.of(expression)
        return self._unknown(expression) if write is None else write(self, expression, exponent)

    def delta(self, expression: KroneckerDelta) -> Piece:
        """A delta, or the indicator that says where something is."""
        return (
            self.meeting([expression]) if says_where(expression) else self.style.delta(self.subscripts(expression.args))
        )

    def bracket(self, expression: Bracket) -> Piece:
        """The indicator of a condition."""
        small = replace(self, inline=self.inline or not expression.atoms(Indexed))
        return self.style.indicator(small.condition(expression.args[0], "comma"))

    def branches(self, expression: Piecewise) -> Piece:
        """Values with their conditions."""
        conditions = [None if c == sympy.true else self.condition(below_sizes(c)) for _, c in expression.args]
        return self.style.cases([(self.piece(v), c) for (v, _), c in zip(expression.args, conditions, strict=True)])

    def by_name(self, expression: Expr, exponent: Expr | None = None) -> Piece:
        """A function by its name."""
        name = type(expression).__name__
        return self.call({"Max": "max", "Min": "min"}.get(name, name), expression.args, exponent)

    def meeting(self, deltas: Sequence[Expr]) -> Piece:
        """Deltas that say where something is, as one indicator: ``1[p = s h + m_star[h], q = ...]``."""
        small = replace(self, inline=True)
        where = [small.condition(Eq(*by_letter(delta))) for delta in deltas]
        return self.style.indicator(self.style.join(where, self.style.signs["comma"]))

    def log_gamma(self, argument: Piece, exponent: Expr | None = None) -> Piece:
        """The logarithm of the size of the gamma function."""
        size = self.style.enclose(compose.call(self.style, self.name_of_function("Gamma"), argument), "|", "|")
        head = self.style.word("log")
        if exponent is not None:
            head = self.style.power(head, self.piece(exponent))
        return compose.call(self.style, head, size)

    def call(self, name: str, arguments: Sequence[Expr], exponent: Expr | None = None) -> Piece:
        """A function by its name, of one argument or of several."""
        inside = self.style.join([self.piece(argument) for argument in arguments], ", ")
        head = self.name_of_function(name)
        if exponent is not None:
            head = self.style.power(head, self.piece(exponent))
        return compose.call(self.style, head, inside)

    def whole_number(self, expression: Expr) -> Piece:
        """A quotient rounded down, or a remainder."""
        small = replace(self, inline=True) if is_scalar(expression) or not isinstance(expression, sympy.Mod) else self
        if isinstance(expression, sympy.floor):
            return self.style.floor(small.piece(sympy.together(expression.args[0])))
        if isinstance(expression, sympy.ceiling):
            return self.style.ceiling(small.piece(sympy.together(expression.args[0])))
        shown = [small.piece(argument) for argument in expression.args]
        return replace(compose.multiply(self.style, shown, sign=self.style.sign("modulo")), binding=Binding.SUM)

    def coordinate(self, place: ArgMax, letter: Symbol) -> Piece:
        """The value of one index at the place of a maximum."""
        inside = self.style.enclose(self.piece(place))
        return self.style.coordinate(inside, replace(self, inline=True).piece(letter))

    def name_of_function(self, name: str) -> Piece:
        """``sigma`` and ``f'`` as letters, ``ReLU`` and ``tanh`` as words; ∂₁F for the slope by the first argument."""
        plain, places = taken_apart(name)
        if places:
            head = self.name_of_function(plain)
            for place in reversed(places):
                head = self.style.slope_by(head, self.number(sympy.Integer(place + 1)))
            return head
        parsed = parse_name(SPELT.get(name, name))
        if parsed.is_word:
            word = self.style.word(parsed.stem + parsed.number)
            return replace(word, text=word.text + "'" * parsed.primes)
        return self.style.symbol(parsed, (), whole=False, above=False)

    def condition(self, condition: Boolean, joint: str = "and") -> Piece:
        """A condition; those that hold together are joined by ``and`` or by a ``comma``."""
        return condition_piece(self.style, self.piece, condition, joint)

    def _unknown(self, expression: Expr) -> Piece:
        raise TypeError(f"expected an index expression, got {expression!r} ({type(expression).__name__})")


def _constant_last(expression: Expr, terms: list[Piece]) -> list[Piece]:
    """Terms of index arithmetic: a constant last where something positive comes first."""
    constant = terms[-1:] if expression.as_coeff_Add()[0] != 0 else []
    others = sorted(terms[: len(terms) - len(constant)], key=lambda term: term.negative)
    first = others[0] if others else terms[0]
    return [*constant, *others] if constant and first.negative and not constant[0].negative else [*others, *constant]


def _is_named_by_word(function: Expr) -> bool:
    special = sympy.exp | sympy.Abs | Bracket | KroneckerDelta | Piecewise
    name = type(function).__name__
    return not isinstance(function, special) and parse_name(SPELT.get(name, name)).is_word


WRITERS: Rules[Callable[[ExpressionPrinter, Any], Piece]] = Rules(
    {
        Number | NumberSymbol: lambda printer, number: printer.number(number),
        Symbol: lambda printer, symbol: printer.symbol(symbol),
        Indexed: lambda printer, access: printer.element(name_of(access), subscripts_of(access)),
        Add: lambda printer, total: printer.addition(total),
        Mul: lambda printer, product: printer.product(product),
        Pow: lambda printer, power: printer.power(power),
        Sum: lambda printer, total: printer.sum(total),
        ProductOver: lambda printer, product: printer.product_over(product),
        MatrixFunction: lambda printer, function: printer.of_matrix(function),
        ArgMax | Maximum: lambda printer, maximum: printer.extreme(maximum),
    }
)
"""How each kind of expression is written, as the printer at hand has it; what is none of them is a function."""

FUNCTIONS: Rules[Callable[[ExpressionPrinter, Any, Expr | None], Piece]] = Rules(
    {
        sympy.floor | sympy.ceiling | sympy.Mod: lambda printer, function, exponent: printer.whole_number(function),
        KroneckerDelta: lambda printer, delta, exponent: printer.delta(delta),
        Bracket: lambda printer, bracket, exponent: printer.bracket(bracket),
        sympy.exp: lambda printer, function, exponent: printer.exponential(function.args[0]),
        sympy.Abs: lambda printer, function, exponent: printer.style.enclose(
            printer.style.signed(printer.piece(function.args[0])), "|", "|"
        ),
        LogGamma: lambda printer, function, exponent: printer.log_gamma(printer.piece(function.args[0]), exponent),
        Piecewise: lambda printer, cases, exponent: printer.branches(cases),
        Function | sympy.Max | sympy.Min: lambda printer, function, exponent: printer.by_name(function, exponent),
    }
)
"""How each kind of function is written, with an exponent at its name where it takes one."""
