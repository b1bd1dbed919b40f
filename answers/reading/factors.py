"""Factors in a row: functions find their arguments, sums their bodies, partials their ends; then shapes group them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from answers.reading import syntax, tree
from answers.reading.applying import Called, applied, common, function_of
from answers.reading.bigs import big
from answers.reading.brackets import is_subscript, placelike
from answers.reading.conditions import condition, is_condition
from answers.reading.context import MOST, Context, Meaning, joined
from answers.reading.differentiating import of_formula
from answers.reading.dots import is_listed, listed
from answers.reading.errors import Misshapen, Unreadable
from answers.reading.grouping import Factor, group
from answers.reading.indicators import delta, interval, is_interval_of, is_one, names_something
from answers.reading.matching import symbol_of
from answers.reading.names import named
from answers.reading.partials import Written, behind, derivative, differential, is_immediate, operator, order_of
from answers.reading.scripts import picked, with_scripts
from answers.reading.shapes import SCALAR, Bindings, Shape
from answers.reading.spelling import labels_of
from answers.reading.syntax import Tail

Item = tuple[str, list[Meaning]]
"""A factor with the sign in front of it."""


def row(context: Context, tails: Sequence[Tail]) -> list[Meaning]:
    """The meanings of factors in a row.

    Raises:
        Unreadable: there is none.
    """
    found: list[Meaning] = []
    error: Unreadable | None = None
    for items in _items(context, _with_slopes(tails), 0, []):
        try:
            found += _grouped(context, items)
        except Misshapen as reason:
            error = reason
        if len(found) > MOST:
            break
    if not found:
        assert error is not None
        start = syntax.place_of(tails[0].factor)[0]
        raise error.placed(context.text, start, max(start + 1, syntax.place_of(tails[-1].factor)[1]))
    return found


def _with_slopes(tails: Sequence[Tail]) -> list[Tail]:
    """The factors with every ∂₁ as a script of the name that it stands before: ∂₁F is a slope of F."""
    done: list[Tail] = []
    for tail in reversed(tails):
        place = _slope_place(tail.factor)
        following = done[-1] if done else None
        if place is None or following is None or following.operation or not _is_letter(following.factor):
            done.append(tail)
            continue
        name = following.factor
        base, scripts = (name.base, name.scripts) if isinstance(name, syntax.Scripted) else (name, [])
        done[-1] = Tail(tail.operation, tail.sign, syntax.Scripted(base, [*scripts, syntax.Script("slope", place)]))
    return done[::-1]


def _slope_place(raw: Any) -> int | None:
    """The argument by which a ∂ with a number below differentiates, from 0 on; None for anything else."""
    if not isinstance(raw, syntax.Scripted) or not isinstance(raw.base, syntax.Word) or raw.base.text != "∂":
        return None
    (script, *others) = raw.scripts
    number = "".join(labels_of(script.content)) if script.kind == "below" and not others else ""
    return int(number) - 1 if number.isdigit() and number != "0" else None


def _grouped(context: Context, items: list[Item]) -> list[Meaning]:
    if len(items) == 1:
        return items[0][1]
    if all(len(meanings) == 1 for _, meanings in items):
        return group(context, [Factor(operation, meanings[0]) for operation, meanings in items])
    found: list[Meaning] = []
    error: Misshapen | None = None
    for choice in product(*(meanings for _, meanings in items)):
        try:
            found += group(context, [Factor(item[0], meaning) for item, meaning in zip(items, choice, strict=True)])
        except Misshapen as reason:
            error = reason
        if len(found) > MOST:
            break
    if not found:
        assert error is not None
        raise error
    return found


def _items(context: Context, tails: list[Tail], at: int, done: list[Item]) -> Iterator[list[Item]]:
    """The factors with what belongs to each; several lists where an argument or a body could end at several places."""
    while at < len(tails):
        tail = tails[at]
        raw, operation = tail.factor, tail.operation
        if isinstance(raw, syntax.Big):
            yield from _body(context, tails, at, done)
            return
        function = function_of(context, raw)
        if function is not None and _waits(tails, at):
            yield from _argument(context, tails, at, done, function)
            return
        meanings, after = _one(context, tails, at, function)
        if tail.sign == "-":
            meanings = [Meaning(tree.Negative(m.node, m.node.shape), m.bindings, m.kindness) for m in meanings]
        if operation in ("/", "mod"):
            yield from _divided(context, tails, at, after, done, meanings)
            return
        done = [*done, (operation, meanings)]
        at = after
    yield done


def _divided(
    context: Context, tails: list[Tail], at: int, after: int, done: list[Item], bottom: list[Meaning]
) -> Iterator[list[Item]]:
    """``a/b c`` is (a/b) c; where b and c are written close together it may be a/(b c) as well."""
    if tails[at].operation == "mod":
        left = _grouped(context, done)
        made = joined([left, bottom], lambda nodes, b: [Meaning(tree.Apply("mod", (nodes[0], nodes[1]), 0, SCALAR), b)])
        yield from _items(context, tails, after, [("", made)])
        return
    operation, top = done[-1]

    def over(divisor: list[Meaning]) -> Item:
        return operation, joined([top, divisor], lambda nodes, b: [_over(nodes, b)])

    yield from _items(context, tails, after, [*done[:-1], over(bottom)])
    close = after
    while close < len(tails) and not tails[close].operation and _touches(tails[close - 1].factor, tails[close].factor):
        close += 1
    if close > after and not isinstance(tails[at].factor, syntax.Number | syntax.Group):
        try:
            whole = row(context, [Tail("", "", tails[at].factor), *tails[at + 1 : close]])
            yield from _items(context, tails, close, [*done[:-1], over(whole)])
        except Unreadable:
            return


def _touches(left: Any, right: Any) -> bool:
    if isinstance(right, syntax.Group) or isinstance(left, syntax.Group | syntax.Scripted | syntax.Fraction):
        return False
    return syntax.place_of(left)[1] == syntax.place_of(right)[0]


def _over(nodes: list[tree.Node], bindings: Bindings) -> Meaning:
    shape, found = common(nodes, bindings)
    return Meaning(tree.Over(nodes[0], nodes[1], shape), found)


def _body(context: Context, tails: list[Tail], at: int, done: list[Item]) -> Iterator[list[Item]]:
    """A sum takes all that follows; products and maxima may end before."""
    raw = tails[at].factor
    rest = tails[at + 1 :]
    if not rest:
        raise context.wrong("nothing follows this sign", raw.start, raw.end)
    ends = [len(rest)] if raw.kind == "sum" else range(len(rest), 0, -1)
    error: Unreadable | None = None
    some = False
    for end in ends:
        first = Tail("", rest[0].sign, rest[0].factor)
        try:
            made = big(context, raw, syntax.Product([first, *rest[1:end]]))
            for items in _items(context, tails, at + 1 + end, [*done, (tails[at].operation, made)]):
                some = True
                yield items
        except Unreadable as reason:
            error = error or reason
    if not some and error is not None:
        raise error


def _waits(tails: list[Tail], at: int) -> bool:
    """Whether the argument of the function here is not in brackets."""
    if at + 1 >= len(tails) or tails[at + 1].operation:
        return False
    return _group_of(tails[at + 1].factor) is None


def _group_of(raw: Any) -> syntax.Group | None:
    raw = raw.base if isinstance(raw, syntax.Scripted) else raw
    return raw if isinstance(raw, syntax.Group) and raw.left in "([{" else None


def _argument(context: Context, tails: list[Tail], at: int, done: list[Item], function: Called) -> Iterator[list[Item]]:
    """A function without brackets takes the next factor, or several: each is tried."""
    ends = [at + 2]
    while ends[-1] < len(tails) and not tails[ends[-1]].operation and not isinstance(tails[at + 1].factor, syntax.Big):
        if function_of(context, tails[ends[-1]].factor) is not None:
            break
        ends.append(ends[-1] + 1)
    if isinstance(tails[at + 1].factor, syntax.Big):
        ends = [len(tails)]
    some, error = False, None
    for end in ends:
        try:
            inside = row(context, [Tail("", tails[at + 1].sign, tails[at + 1].factor), *tails[at + 2 : end]])
            made = applied(context, function, [inside])
            made = with_scripts(context, made, [syntax.Script("above", c) for c in function.above], tails[at].factor)
            for items in _items(context, tails, end, [*done, (tails[at].operation, made)]):
                some = True
                yield items
        except Unreadable as reason:
            error = error or reason
    if not some and error is not None:
        raise error


def _one(context: Context, tails: list[Tail], at: int, function: Called | None) -> tuple[list[Meaning], int]:
    """The factor at a place, and the place behind what belongs to it."""
    raw = tails[at].factor
    following = _next(tails, at)
    if function is not None:
        if following is None:
            raise context.wrong("this function has no argument", *syntax.place_of(raw))
        made = _call(context, function, raw, following)
        element = _next(tails, at + 1)
        behind_it = None if element is None or function.sort != "spreading" else _group_of(element)
        if behind_it is not None and behind_it.left == "[" and placelike(context, behind_it.inside):
            return with_scripts(context, picked(context, made, [behind_it.inside]), _scripts_of(element), raw), at + 3
        return made, at + 2
    if (by := operator(raw)) is not None:
        rest = tails[at + 1 :]
        end = 1 if following is None or _group_of(following) is not None else len(rest)
        named = function_of(context, following) is not None and _ends(rest)
        if following is None or not (end == 1 or named or isinstance(following, syntax.Big)):
            raise context.wrong("this must stand in front of brackets", *syntax.place_of(raw))
        return of_formula(context, syntax.Product([Tail("", "", following), *rest[1:end]]), *by[:2]), at + 1 + end
    if order_of(raw) and (not _is_letter(raw) or _is_quotient(context, tails, at)):
        return _inline(context, tails, at)
    base, scripts = (raw.base, raw.scripts) if isinstance(raw, syntax.Scripted) else (raw, [])
    if isinstance(base, syntax.Word):
        if base.sort == "nabla":
            return _gradient(context, tails, at)
        if base.sort == "name":
            return _name(context, tails, at, base, scripts)
    group_behind = None if following is None else _group_of(following)
    if group_behind is not None and is_one(base) and is_condition(group_behind.inside) and not scripts:
        made = condition(context, group_behind.inside)
        return with_scripts(context, made, _scripts_of(following), following), at + 2
    bracketed = group_behind is not None and group_behind.left == "[" and isinstance(base, syntax.Group)
    if bracketed and group_behind is not None and placelike(context, group_behind.inside):
        made = picked(context, context.read(raw), [group_behind.inside])
        return with_scripts(context, made, _scripts_of(following), following), at + 2
    if group_behind is not None and is_interval_of(base, scripts):
        return interval(context, scripts, group_behind), at + 2
    if scripts and isinstance(base, syntax.Word) and base.sort != "ones":
        raise context.wrong(f"{base.text} means nothing alone", base.start, base.end)
    return context.read(raw), at + 1


def _ends(rest: list[Tail]) -> bool:
    """Whether a row of a function and its argument ends with that."""
    return len(rest) == 2 or (len(rest) > 2 and isinstance(rest[1].factor, syntax.Big))


def _next(tails: list[Tail], at: int) -> Any:
    """The factor that follows without a sign."""
    if at + 1 < len(tails) and not tails[at + 1].operation:
        return tails[at + 1].factor
    return None


def _scripts_of(raw: Any) -> list[syntax.Script]:
    return raw.scripts if isinstance(raw, syntax.Scripted) else []


def _is_quotient(context: Context, tails: list[Tail], at: int) -> bool:
    """Whether a letter d begins dL/dW on one line."""
    if at + 3 >= len(tails) or tails[at + 1].operation or tails[at + 2].operation != "/" or tails[at + 3].operation:
        return False
    ends = (tails[at + 1].factor, tails[at + 3].factor)
    return bool(order_of(tails[at + 2].factor)) and all(symbol_of(context, end) for end in ends)


def _is_letter(raw: Any) -> bool:
    """Whether a d may be a symbol and no differential."""
    base = raw.base if isinstance(raw, syntax.Scripted) else raw
    return isinstance(base, syntax.Word) and base.sort == "name"


def _call(context: Context, function: Any, raw: Any, following: Any) -> list[Meaning]:
    inside = _group_of(following)
    assert inside is not None
    if is_condition(inside.inside):
        arguments = [condition(context, inside.inside)]
    elif function.name == "diag" and len(inside.inside.items) > 1:
        arguments = [_entries(context, inside)]
    else:
        arguments = [context.read(item) for item in inside.inside.items]
    try:
        made = applied(context, function, arguments)
    except Misshapen as reason:
        raise reason.placed(context.text, *syntax.place_of(raw)) from None
    powers = [syntax.Script("above", content) for content in function.above]
    return with_scripts(context, made, [*powers, *_scripts_of(following)], raw)


def _entries(context: Context, inside: syntax.Group) -> list[Meaning]:
    """The entries of a diagonal one after the other, maybe with dots between them, as a column."""
    items = inside.inside.items
    if is_listed(items):
        return listed(context, items, inside.start, inside.end)
    shape = Shape((len(items),))
    return joined([context.read(item) for item in items], lambda nodes, b: [Meaning(_column(nodes, shape), b)])


def _column(nodes: list[tree.Node], shape: Shape) -> tree.Node:
    if not all(node.shape.is_scalar for node in nodes):
        raise Misshapen("the entries of a diagonal must be numbers")
    return tree.Rows(tuple((node,) for node in nodes), shape)


def _inline(context: Context, tails: list[Tail], at: int) -> tuple[list[Meaning], int]:
    """``∂ℓ/∂W[i,j]`` on one line."""
    factors = [tail.factor for tail in tails]
    raw = factors[at]
    if at + 1 >= len(tails) or tails[at + 1].operation:
        raise context.wrong("a name was expected behind ∂", *syntax.place_of(raw))
    top, slash = behind(tails, at + 1, applied=True)
    if slash >= len(tails) or tails[slash].operation != "/":
        raise context.wrong("∂ must be followed by a name, / and ∂", *syntax.place_of(raw))
    if isinstance(factors[slash], syntax.Group) and len(factors[slash].inside.items) == 1:
        inside = differential(factors[slash].inside.items[0])
        if inside is not None:
            return derivative(context, top, inside, syntax.place_of(raw)), slash + 1
    if order_of(factors[slash]) is None or slash + 1 >= len(tails):
        raise context.wrong("∂ and a name were expected behind /", *syntax.place_of(factors[slash]))
    bottom, after = behind(tails, slash + 1)
    written = [bottom]
    while after + 1 < len(tails) and not tails[after].operation and order_of(factors[after]) and order_of(raw) == 2:
        bottom, after = behind(tails, after + 1)
        written.append(bottom)
    immediate = is_immediate(raw)
    made = derivative(context, top, written, syntax.place_of(raw), immediate=immediate)
    if after < len(tails) and not tails[after].operation and isinstance(factors[after], syntax.Scripted):
        base = factors[after].base
        if isinstance(base, syntax.Group) and base.left == "[" and placelike(context, base.inside):
            scripts, name = factors[after].scripts, written[-1].name
            if scripts[0].kind == "held":
                own = name.scripts if isinstance(name, syntax.Scripted) else []
                name = syntax.Scripted(name.base if own else name, [*own, scripts[0]])
                scripts = scripts[1:]
            written[-1] = Written(name, [*written[-1].brackets, base.inside])
            made = derivative(context, top, written, syntax.place_of(raw), immediate=immediate)
            return with_scripts(context, made, scripts, raw), after + 1
    return made, after


def _gradient(context: Context, tails: list[Tail], at: int) -> tuple[list[Meaning], int]:
    r"""``\nabla_W \ell``: the gradient, in the shape of what it is by."""
    raw = tails[at].factor
    scripts = _scripts_of(raw)
    if len(scripts) != 1 or scripts[0].kind != "below" or at + 1 >= len(tails):
        raise context.wrong("∇ needs a name below and one behind it", *syntax.place_of(raw))
    top, after = behind(tails, at + 1)
    bottom = behind([Tail("", "", scripts[0].content.items[0])], 0)[0]
    plain = Context(context.table.in_gradient_layout, context.text, context.kind)
    plain.scopes, plain.slots, plain.unknowns, plain.read = (
        context.scopes,
        context.slots,
        context.unknowns,
        context.read,
    )
    return derivative(plain, top, [bottom], syntax.place_of(raw)), after


def _name(
    context: Context, tails: list[Tail], at: int, base: syntax.Word, scripts: Sequence[syntax.Script]
) -> tuple[list[Meaning], int]:
    following = _next(tails, at)
    if not scripts and following is not None and (base.text in "dδΔ" or base.text not in context.known.entries):
        joined_name = _upstream(context, base, following)
        if joined_name is not None:
            whole = Tail(tails[at].operation, tails[at].sign, joined_name)
            made, after = _one(context, [*tails[:at], whole, *tails[at + 2 :]], at, None)
            return made, after + 1
    behind_it = None if following is None else _group_of(following)
    if base.text == "δ" and not names_something(context, base, scripts):
        return delta(context, base, scripts, behind_it, at)
    if behind_it is not None and is_one(base) and is_condition(behind_it.inside) and not scripts:
        made = condition(context, behind_it.inside)
        return with_scripts(context, made, _scripts_of(following), following), at + 2
    brackets: list[Any] = []
    after = at + 1
    last: Any = None
    while behind_it is not None and is_subscript(context, base, scripts, behind_it, brackets):
        brackets.append(behind_it.inside)
        last, after = following, after + 1
        if isinstance(following, syntax.Scripted):
            break
        following = _next(tails, after - 1)
        behind_it = None if following is None else _group_of(following)
    made = named(context, base, scripts, brackets)
    if last is not None:
        made = with_scripts(context, made, _scripts_of(last), base)
    return made, after


def _upstream(context: Context, base: syntax.Word, following: Any) -> Any:
    """``dy`` or ``δo`` where it is written in two pieces and the table knows it."""
    word, scripts = (following.base, following.scripts) if isinstance(following, syntax.Scripted) else (following, [])
    if not isinstance(word, syntax.Word) or base.text + word.text not in context.known.entries:
        return None
    both = syntax.Word(base.text + word.text, base.start, word.end)
    return syntax.Scripted(both, scripts) if scripts else both
