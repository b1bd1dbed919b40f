"""Folding back: rules that follow from the rows of a forward definition, to write a result in its names.

From a row ``y[i] = e[i]/s`` with internal ``e`` and ``s`` follow ``e[i] -> y[i]*s`` (the row solved for
``e``) and, with the row ``s = Σ e[k]``, the fact ``Σ y[k] = 1``. Nothing here knows which layer it folds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import sympy
from sympy import Add, And, Expr, Indexed, Mul, Number, Pow, Sum, Symbol, exp

from derive.calculus.bounds import Ranges
from derive.calculus.facts import Fact, Facts, derived_facts, label_facts
from derive.calculus.maxima import Place, places_of
from derive.calculus.naming import Naming, needs_care
from derive.expression import symbols, walks
from derive.expression.functions import ArgMax, Bracket
from derive.forward import Forward, Row


@dataclass(frozen=True)
class Rule:
    """``pattern -> replacement`` for all values of the ``letters`` in it.

    With an ``exponent`` it is ``pattern**exponent -> replacement``, and holds for all powers of the pattern that
    are whole powers of the replacement: of ``m = h**2`` follows what h**4 is, but not h. Where ``time`` is a letter,
    the row is one of a recurrence, and the rule says nothing of what was before the first step.
    """

    pattern: Expr
    replacement: Expr
    letters: tuple[Symbol, ...]
    exponent: Expr = sympy.S.One
    time: Symbol | None = None

    def apply(self, expression: Expr) -> Expr:
        """The expression with every instance of the pattern replaced."""
        for values in self._instances(expression) if self.letters else [{}]:
            instance = walks.replaced(self.pattern, values)
            replacement = walks.replaced(self.replacement, values)
            whole = (1 / self.exponent).is_integer
            # SymPy spreads a power over the factors of a product, so (a b)**2 has to be looked for as a**2 b**2.
            if isinstance(instance, Mul) and self.exponent != 1:
                expression = walks.replaced(expression, self._powers(expression, instance, replacement))
            if isinstance(instance, Mul) and whole:
                replacement = replacement ** (1 / self.exponent)
                expression = walks.replaced(expression, _in_products(expression, instance, replacement))
            elif not isinstance(instance, Mul):
                alone = {instance: replacement} if self.exponent == 1 else {}
                expression = walks.replaced(expression, alone or self._powers(expression, instance, replacement))
        return expression

    def _powers(self, expression: Expr, instance: Expr, replacement: Expr) -> dict[Expr, Expr]:
        """The powers of the instance in the expression that are whole powers of the replacement, with these."""
        powers = {power: power.exp for power in walks.parts(expression, Pow) if power.base == instance}
        return {
            power: replacement ** (exponent / self.exponent)
            for power, exponent in {instance: sympy.S.One, **powers}.items()
            if (exponent / self.exponent).is_integer
        }

    @cached_property
    def reads(self) -> frozenset[str]:
        """The tensors that the pattern reads."""
        return names_in(self.pattern)

    @cached_property
    def _keys(self) -> list[Indexed]:
        """The elements of the pattern, those that read most of the letters first."""
        mine = set(self.letters)
        return sorted(
            walks.parts(self.pattern, Indexed),
            key=lambda access: (-len(walks.free_symbols(access) & mine), str(access)),
        )

    def _instances(self, expression: Expr) -> list[dict[Symbol, Expr]]:
        """The values of the letters at which the key element of the pattern occurs in the expression."""
        # One element that holds all letters as plain subscripts gives them their values wherever that tensor is read;
        # no unification of whole patterns is needed, and the replacement compares the rest of the pattern exactly.
        key = next((k for k in self._keys if set(self.letters) <= set(k.indices)), None)
        if key is None:
            return []
        found: list[dict[Symbol, Expr]] = []
        for access in symbols.accesses(expression):
            if not isinstance(access, Indexed) or access.base != key.base:
                continue
            values = dict(zip(key.indices, access.indices, strict=True))
            bound = {letter: values[letter] for letter in self.letters}
            if bound not in found and not (self.time and _may_be_before(bound[self.time])):
                found.append(bound)
        return found


def _may_be_before(time: Expr) -> bool:
    """Whether a time is an earlier one, ``t - 1``, and so may be that before the first step."""
    return any(part.is_negative for part in Add.make_args(time))


def names_in(expression: Expr) -> frozenset[str]:
    """The tensors and real symbols whose elements the expression reads."""
    return frozenset(symbols.name_of(access) for access in symbols.accesses(expression))


def _in_products(expression: Expr, pattern: Mul, replacement: Expr) -> dict[Expr, Expr]:
    """Every product in the expression that holds all factors of the pattern, with the replacement for them."""
    wanted = set(pattern.args)
    products = [product for product in walks.parts(expression, Mul) if wanted <= set(product.args)]
    return {
        product: Mul(replacement, *(factor for factor in product.args if factor not in wanted)) for product in products
    }


@dataclass(frozen=True)
class Folding:
    """The rules and facts of a forward definition.

    ``rules`` remove internal names and apply always; ``solved`` are rows solved for what they read, which
    apply where they make a result shorter. ``namings`` are names of functions whose instances have to be in range,
    ``places`` are subscripts that are.
    """

    rules: tuple[Rule, ...]
    solved: tuple[Rule, ...]
    facts: Facts
    namings: tuple[Naming, ...] = ()
    places: tuple[Place, ...] = ()

    def fold(self, expression: Expr, ranges: Ranges) -> Expr:
        """Apply every rule once, in order: first names for formulas, then internal names solved for."""
        # Names for formulas come first: a rule for an internal element may take apart what a formula is known by.
        for naming in self.namings:
            expression = naming.apply(expression, ranges)
        present = names_in(expression)
        for rule in self.rules:
            # A network of many layers has many rules, and an expression reads few of its tensors.
            if rule.reads <= present and (folded := rule.apply(expression)) != expression:
                expression, present = folded, names_in(folded)
        return self.facts.inside(expression)


def folding_of(forward: Forward) -> Folding:
    """Derive the rules and facts from the rows."""
    nonzero = divisors(forward)
    named = {row: rule for row in forward.rows if (rule := _naming(row)) is not None}
    careful = tuple(row for row, rule in named.items() if rule.pattern == row.expression and needs_care(row, forward))
    naming = [rule for row, rule in named.items() if row not in careful]
    naming += [rule for row in forward.rows if (rule := _within(row)) is not None]
    naming += [rule for row in forward.rows for rule in _classes(row, forward)]
    internal: list[Rule] = []
    solved: list[Rule] = []
    for row in reversed(forward.rows):
        internal += _solved_internal(row, forward)
        solved += _solved(row, nonzero)
    rules = tuple(_of_steps(rule, forward) for rule in (*naming, *internal))
    solved = [_of_steps(rule, forward) for rule in solved]
    # A fact is about the names that results are written in, so the body of a sum is folded before it becomes one.
    facts = [fact for row in forward.rows if (fact := _fact(row, rules, nonzero)) is not None]
    facts += [*_declared(forward), *label_facts(forward)]
    roots = frozenset(row.name for row in forward.rows if _radicand(row) is not None)
    known = derived_facts(Facts(tuple(facts), roots), forward)
    return Folding(rules, tuple(solved), known, tuple(map(Naming, careful)), places_of(forward))


def _of_steps(rule: Rule, forward: Forward) -> Rule:
    """The rule, which holds from the first step on where it reads or names rows of a recurrence."""
    timed = bool(rule.letters) and not (rule.reads | names_in(rule.replacement)).isdisjoint(forward.cycle)
    return replace(rule, time=rule.letters[0]) if timed else rule


def divisors(forward: Forward) -> frozenset[str]:
    """The tensors that the forward pass divides by: they are not 0."""
    powers = [power for row in forward.rows for power in walks.parts(row.expression, Pow) if power.exp.is_negative]
    bases = [power.base for power in powers if isinstance(power.base, Indexed | Symbol)]
    return frozenset(symbols.name_of(base) for base in bases)


def divisible(divisor: Expr, nonzero: frozenset[str]) -> bool:
    """Whether dividing by a product divides by nothing that could be 0 where the forward pass is defined."""
    above = [factor for factor in Mul.make_args(divisor) if not (isinstance(factor, Pow) and factor.exp.is_negative)]
    return all(symbols.name_of(access) in nonzero for factor in above for access in symbols.accesses(factor))


def _naming(row: Row) -> Rule | None:
    """``formula -> element``, for a row whose right side is a function or a power of something.

    So is an internal row that multiplies an exponential: mask[i]*exp(z[i]).
    A root is named in all its powers: with ``sigma = sqrt(v + eps)`` also ``1/(v + eps) -> 1/sigma**2``.
    """
    formula = row.expression
    if row.tensor.domain == "index" or isinstance(formula, Indexed | Symbol | Add | Sum | Number):
        return None
    if isinstance(formula, Mul) and (row.tensor.role != "hidden" or not walks.holds(formula, exp)):
        return None
    mine = symbols.element(row.name, row.indices)
    if not isinstance(formula, Pow):
        return Rule(formula, mine, row.indices)
    return None if isinstance(formula.base, Sum) else Rule(formula.base, mine, row.indices, formula.exp)


def _within(row: Row) -> Rule | None:
    """``[0 <= m_star < M] -> 1``, for the place of a maximum over m below M."""
    if not isinstance(row.expression, ArgMax) or len(row.expression.limits) != 1:
        return None
    place = symbols.element(row.name, row.indices)
    _, lowest, highest = row.expression.limits[0]
    return Rule(Bracket(And(place >= lowest, place <= highest)), sympy.S.One, row.indices)


def _classes(row: Row, forward: Forward) -> list[Rule]:
    """``[0 <= y < K] -> 1``, for a class number y that the row reads an element by."""
    rules = []
    for access in sorted(walks.parts(row.expression, Indexed), key=str):
        lengths = forward.tensors[symbols.name_of(access)].shape
        for subscript, length in zip(access.indices, lengths, strict=True):
            if isinstance(subscript, Indexed | Symbol) and not subscript.is_integer:
                letters = symbols.subscripts_of(subscript)
                rules.append(Rule(Bracket(And(subscript >= 0, subscript <= length - 1)), sympy.S.One, letters))
    return rules


def _solved_internal(row: Row, forward: Forward) -> list[Rule]:
    """The row solved for an internal element that is a factor of its right side: ``e[i] -> y[i]*s``."""
    if row.tensor.role == "hidden":
        return []
    mine = symbols.element(row.name, row.indices)
    for factor in Mul.make_args(row.expression):
        if not isinstance(factor, Indexed) or tuple(factor.indices) != row.indices:
            continue
        if forward.tensors[symbols.name_of(factor)].role != "hidden":
            continue
        others = row.expression / factor
        if not others.has(factor.base):
            return [Rule(factor, mine / others, row.indices)]
    return _solved_exponential(row, mine, forward)


def _solved_exponential(row: Row, mine: Expr, forward: Forward) -> list[Rule]:
    """``y[i] = z[i] - log(s)`` and an internal ``e[i] = exp(z[i])``: then ``e[i] -> s*exp(y[i])``."""
    if not isinstance(row.expression, Add):
        return []
    for term in row.expression.args:
        for hidden in forward.rows:
            if hidden.tensor.role != "hidden" or len(hidden.indices) != len(row.indices):
                continue
            here = walks.replaced(hidden.expression, dict(zip(hidden.indices, row.indices, strict=True)))
            if isinstance(term, Indexed) and here == exp(term):
                value = exp(mine - (row.expression - term))
                return [Rule(symbols.element(hidden.name, row.indices), sympy.powsimp(value), row.indices)]
    return []


def _solved(row: Row, nonzero: frozenset[str]) -> list[Rule]:
    """``z_hat[i] = (z[i] - mu)*r`` solved for the bracket, ``z_hat[i]/r``, and for z[i], ``z_hat[i]/r + mu``."""
    if row.tensor.role == "hidden" or not row.indices or not isinstance(row.expression, Mul):
        return []
    mine = symbols.element(row.name, row.indices)
    rules = []
    for factor in row.expression.args:
        others = row.expression / factor
        if not set(row.indices) <= walks.free_symbols(factor) or not divisible(others, nonzero):
            continue
        # Solving divides by the other factors, which ``divisible`` has shown not to be 0 where the row has a value.
        value = mine / others
        if isinstance(factor, Indexed) and tuple(factor.indices) == row.indices:
            rules.append(Rule(factor, value, row.indices))
        elif isinstance(factor, Add):
            elements = [term for term in factor.args if isinstance(term, Indexed) and term.indices == row.indices]
            rules.append(Rule(factor, value, row.indices))
            rules += [Rule(element, value - (factor - element), row.indices) for element in elements]
    return rules


def _radicand(row: Row) -> Expr | None:
    """What the row is the square root of, if it is one."""
    formula = row.expression
    return formula.base if isinstance(formula, Pow) and formula.exp == sympy.S.Half else None


def _fact(row: Row, rules: tuple[Rule, ...], nonzero: frozenset[str]) -> Fact | None:
    """A row that is a sum, or a root of one, says what the sum is.

    Of ``s = Σ_k e[k]``, with ``e[k] -> y[k]*s``, that Σ y = 1; of ``r = sqrt(Σ_k z[k]**2)`` that Σ z**2 = r**2.
    """
    if row.tensor.role == "loss":
        return None
    mine = symbols.element(row.name, row.indices)
    formula, value = _radicand(row) or row.expression, mine ** (2 if _radicand(row) else 1)
    sums = [factor for factor in Mul.make_args(formula) if isinstance(factor, Sum)]
    if len(sums) != 1:
        return None
    body = sums[0]
    for rule in rules:
        if rule.pattern != mine and rule.reads <= names_in(body):
            body = rule.apply(body)
    fact = Fact.of(body, value * sums[0] / formula, row.indices)
    return fact if fact is not None and divisible(1 / fact.value, nonzero) else None


def _declared(forward: Forward) -> list[Fact]:
    """Targets that are declared to sum to 1 along an axis."""
    facts = []
    for tensor in forward.given:
        if tensor.domain in ("one_hot", "simplex") and tensor.shape:
            letters = symbols.fresh_indices(len(tensor.shape), {s.name for s in symbols.sizes_in(tensor.shape)})
            bound = letters[tensor.along]
            body = Sum(symbols.element(tensor.name, letters), (bound, 0, tensor.shape[tensor.along] - 1))
            fact = Fact.of(body, sympy.S.One, tuple(letter for letter in letters if letter != bound))
            facts += [fact] if fact is not None else []
    return facts
