"""Every change of a formula that undoes a misconception: those of products, signs, limits, names, powers, surplus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from answers.marking.parts import TURN, Edit, grouped, parsed, parts_of, turned
from answers.marking.products import moved_transposes, operations, orders, slopes, transposes
from answers.marking.setting import ALIAS, Setting
from answers.reading import ReadingError, Tensor, syntax
from answers.reading.reading import understood
from answers.reading.spelling import labels_of
from answers.reading.tree import Place, Read


def changes_of(setting: Setting, side: Any) -> Iterator[Edit]:
    """Every change of a side, the likeliest first."""
    parts = list(parts_of(side))
    makers: Sequence[Callable[[Setting, Any], Iterator[Edit]]] = (
        transposes, slopes, operations, _signs, _signs_of_cases, orders, _limits, _names, _powers, _surplus,
        moved_transposes,
    )  # fmt: skip
    for maker in makers:
        for part in parts:
            yield from maker(setting, part)


def _signs(_setting: Setting, part: Any) -> Iterator[Edit]:
    if isinstance(part, syntax.Terms):
        for at, (sign, term) in enumerate(part.terms):
            other = "-" if sign == "+" else "+"
            flipped = syntax.Terms([*part.terms[:at], (other, term), *part.terms[at + 1 :]])
            yield Edit("sign", "The sign of a term is wrong.", part, flipped)
    elif isinstance(part, syntax.Items) and len(part.items) == 1 and not isinstance(part.items[0], syntax.Relation):
        made = syntax.Items([syntax.Terms([("-", grouped(part.items[0]))])], [])
        yield Edit("sign", "The sign inside of brackets is wrong.", part, made, detail="inside")


def _signs_of_cases(_setting: Setting, part: Any) -> Iterator[Edit]:
    if isinstance(part, syntax.Branches):
        for value, _ in part.branches:
            if isinstance(value, syntax.Product | syntax.Scripted | syntax.Word | syntax.Fraction | syntax.Group):
                yield Edit("sign", "The sign of a case is wrong.", value, syntax.Terms([("-", value)]))


def _limits(_setting: Setting, part: Any) -> Iterator[Edit]:
    if not isinstance(part, syntax.Big) or part.kind not in ("sum", "Σ", "∑"):
        return
    below = next((script for script in part.scripts if script.kind == "below"), None)
    content = below.content if below is not None else None
    if not isinstance(content, syntax.Items) or len(content.items) != 1:
        return
    relation = content.items[0]
    name = relation.sides[0] if isinstance(relation, syntax.Relation) else None
    if name is not None:
        made = replace(part, scripts=[syntax.Script("below", syntax.Items([name], []))])
        yield Edit("limits of a sum", "The sum does not run over all places.", part, made)


def _names(setting: Setting, part: Any) -> Iterator[Edit]:
    """One symbol in the place of another."""
    name = part.base if isinstance(part, syntax.Scripted) else part
    if not isinstance(name, syntax.Word) or name.sort != "name":
        return
    own_name, below, above = _named_part(setting, part)
    own = setting.table.by_name.get(own_name)
    if not isinstance(own, Tensor):
        return
    for symbol in setting.table.symbols:
        if not isinstance(symbol, Tensor) or symbol.name == own.name or not symbol.spellings:
            continue
        if len(symbol.axes) != len(own.axes) or symbol.name.startswith(ALIAS):
            continue
        written = parsed(setting, symbol.spellings[0], {})
        if written is None:
            continue
        made = written.sides[0]
        if below is not None:
            made = syntax.Scripted(grouped(made), [below])
        sentence = f"{own.name} stands where {symbol.name} belongs."
        instead = syntax.Scripted(grouped(made), above) if above else made
        yield Edit("wrong tensor", sentence, part, instead, cost=2)


def _named_part(setting: Setting, part: Any) -> tuple[str, syntax.Script | None, list[syntax.Script]]:
    """The symbol of a name with its subscripts, and the scripts that belong to the name no more: powers, transposes."""
    bare = turned(part)
    if bare is not None:
        name, below, above = _named_part(setting, bare)
        return name, below, [*above, TURN]
    scripts = list(part.scripts) if isinstance(part, syntax.Scripted) else []
    for count in range(len(scripts), -1, -1):
        bare = syntax.Scripted(part.base, scripts[:count]) if count else getattr(part, "base", part)
        try:
            node = understood(syntax.Relation([bare], []), "", setting.table).last.node
        except ReadingError:
            continue
        if isinstance(node, Read):
            places = [place for place in node.subscripts if place is not None]
            if not places:
                return node.name, None, scripts[count:]
            if all(isinstance(place, Place) for place in places):
                words = [syntax.Word(place.letter, 0, 0) for place in places if isinstance(place, Place)]
                below = syntax.Script("below", syntax.Items(words, [","] * (len(words) - 1)))
                return node.name, below, scripts[count:]
            return "", None, []
    return "", None, []


def _powers(_setting: Setting, part: Any) -> Iterator[Edit]:
    """A square that was lost, or one too many."""
    if isinstance(part, syntax.Word) and part.sort == "name":
        square = syntax.Script("above", syntax.Items([syntax.Number("2", 0, 0)], []))
        yield Edit("lost square", f"{part.text} must be squared.", part, syntax.Scripted(part, [square]), cost=3)
    elif isinstance(part, syntax.Scripted):
        for at, script in enumerate(part.scripts):
            if script.kind == "above" and labels_of(script.content) == ("2",):
                rest = [other for place, other in enumerate(part.scripts) if place != at]
                bare = syntax.Scripted(part.base, rest) if rest else part.base
                yield Edit("a square too many", "A square does not belong there.", part, bare, cost=3)


def _surplus(_setting: Setting, part: Any) -> Iterator[Edit]:
    """A factor, or a term, too many."""
    if isinstance(part, syntax.Product):
        for at in range(len(part.factors)):
            tails = [syntax.Tail(t.operation, t.sign, t.factor) for t in part.factors]
            tails.pop(at)
            tails[0].operation = ""
            made = tails[0].factor if len(tails) == 1 and not tails[0].sign else syntax.Product(tails)
            yield Edit("a factor too many", "A factor does not belong there.", part, made, cost=2)
    elif isinstance(part, syntax.Terms) and len(part.terms) > 1:
        for at in range(len(part.terms)):
            rest = [*part.terms[:at], *part.terms[at + 1 :]]
            yield Edit("a term too many", "A term does not belong there.", part, syntax.Terms(rest), cost=2)
