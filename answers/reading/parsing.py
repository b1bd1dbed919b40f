"""The parser of formulas: tokens to syntax, by the grammar beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token
from lark.lexer import Lexer

from answers.reading.errors import Unreadable
from answers.reading.syntax import (
    Accented,
    Big,
    Branches,
    Fraction,
    Grid,
    Group,
    Items,
    Mark,
    Not,
    Number,
    Product,
    Prose,
    Relation,
    Root,
    Script,
    Scripted,
    Tail,
    Terms,
    Word,
)
from derive.remembering import ONE

SHOWN = {
    "RPAR": ")", "RBRA": "]", "RBRACE": "}", "RSET": r"\}", "RBAR": "|", "RNORM": "‖", "RFLOOR": "⌋", "RCEIL": "⌉",
    "NUMBER": "a number", "NAME": "a name", "SIGN": "+ or -", "REL": "a relation", "OP": "a product sign",
    "$END": "the end", "CASES_END": r"\end{cases}", "MATRIX_END": "the end of the matrix", "IF": "if", "SEP": "a comma",
    "LPAR": "(", "ROW": r"\\", "AMP": "&", "SUB": "_", "SUP": "^",
}  # fmt: skip
"""How tokens are called in messages; others are left out of them."""


class _Given(Lexer):
    """Passes tokens on."""

    def __init__(self, _configuration: object) -> None: ...

    def lex(self, state: Any, *_more: object) -> Any:
        return iter(getattr(state, "text", state))


def _sum(terms: list[tuple[str, Any]]) -> Any:
    return terms[0][1] if len(terms) == 1 and terms[0][0] == "+" else Terms(terms)


class _Build:
    """Makes the parts of the syntax; one method for each rule of the grammar."""

    def start(self, parts: list[Any]) -> Relation:
        leading = type(parts[0]) is Token
        relation = parts[1] if leading else parts[0]
        if not isinstance(relation, Relation):
            relation = Relation([relation], [])
        relation.leading = leading
        if len(parts) > 2 + leading:
            relation.guard = parts[-1]
        return relation

    def relation(self, parts: list[Any]) -> Any:
        if len(parts) == 1:
            return parts[0]
        sides: list[Any] = []
        signs: list[Token] = []
        terms: list[tuple[str, Any]] = []
        sign, negated = "+", False
        for part in parts:
            if type(part) is not Token:
                terms.append((sign, part))
                sign = "+"
            elif part.type == "SIGN":
                sign = part.value
            elif part.type == "REL":
                sides.append(_sum(terms))
                signs.append(part)
                terms = []
            else:
                negated = True
        sides.append(_sum(terms))
        made = Relation(sides, signs) if signs else sides[0]
        return Not(made) if negated else made

    def term(self, parts: list[Any]) -> Any:
        if len(parts) == 1:
            return parts[0]
        tails: list[Tail] = []
        operation = sign = ""
        for part in parts:
            kind = type(part)
            if kind is Script:
                last = tails[-1]
                if type(last.factor) is Scripted and last.open:
                    last.factor.scripts.append(part)
                else:
                    last.factor, last.open = Scripted(last.factor, [part]), True
            elif kind is Token:
                if part.type == "OP":
                    operation = part.value
                else:
                    sign = part.value
            else:
                tails.append(Tail(operation, sign, part))
                operation = sign = ""
        return tails[0].factor if len(tails) == 1 else Product(tails)

    def below(self, parts: list[Any]) -> Script:
        return Script("below", parts[1])

    def above(self, parts: list[Any]) -> Script:
        return Script("above", parts[1])

    def held(self, parts: list[Any]) -> Script:
        return Script("held", parts[1])

    def prime(self, _parts: list[Any]) -> Script:
        return Script("prime", None)

    def content(self, parts: list[Any]) -> Any:
        inside = parts[1] if len(parts) == 3 else parts[0]
        return Mark(str(inside)) if type(inside) is Token else inside

    def primes(self, parts: list[Any]) -> Mark:
        return Mark("'" * len(parts))

    def repeated(self, parts: list[Any]) -> Mark:
        return Mark(str(parts[0]), parts[1])

    def name_argument(self, parts: list[Any]) -> Items:
        return Items([self.word(parts)], [])

    def number_argument(self, parts: list[Any]) -> Items:
        return Items([self.number(parts)], [])

    def transpose_argument(self, parts: list[Any]) -> Items:
        return Items([self.transpose(parts)], [])

    def infinity_argument(self, parts: list[Any]) -> Items:
        return Items([self.infinity(parts)], [])

    def sign_argument(self, parts: list[Any]) -> Mark:
        return Mark(str(parts[0]))

    prime_argument = primes

    def accent_argument(self, parts: list[Any]) -> Items:
        return Items([self.accent(parts)], [])

    def group_argument(self, parts: list[Any]) -> Items:
        return Items([self.group(parts)], [])

    def accented(self, parts: list[Any]) -> Any:
        if len(parts) == 3:
            return parts[1]
        return self.number(parts) if parts[0].type == "NUMBER" else self.word(parts)

    def items(self, parts: list[Any]) -> Items:
        return Items(parts[::2], [str(part) for part in parts[1::2]])

    def number(self, parts: list[Any]) -> Number:
        token = parts[0]
        return Number(token.value, token.start_pos, token.end_pos)

    def word(self, parts: list[Any]) -> Word:
        token = parts[0]
        return Word(token.value, token.start_pos, token.end_pos)

    def special(self, parts: list[Any]) -> Word:
        token = parts[0]
        return Word(token.value, token.start_pos, token.end_pos, token.type.lower())

    ones = partial = nabla = transpose = infinity = dots = special

    def accent(self, parts: list[Any]) -> Any:
        token, inside = parts
        if type(inside) is Word and inside.sort == "name":
            return Word(inside.text + token.value, token.start_pos, inside.end)
        if type(inside) is Scripted and type(inside.base) is Word:
            base = Word(inside.base.text + token.value, token.start_pos, inside.base.end)
            return Scripted(base, inside.scripts)
        return Accented(token.value, inside, token.start_pos, token.end_pos)

    def brace(self, parts: list[Any]) -> Any:
        items: Items = parts[1]
        if len(items.items) == 1:
            return items.items[0]
        return Group("{", items, "}", parts[0].start_pos, parts[2].end_pos)

    def group(self, parts: list[Any]) -> Group:
        return Group(parts[0].value, parts[1], parts[2].value, parts[0].start_pos, parts[2].end_pos)

    interval = group

    def part_items(self, parts: list[Any]) -> Any:
        return self.brace(parts)

    def fraction(self, parts: list[Any]) -> Fraction:
        return Fraction(parts[1], parts[2], parts[0].start_pos, parts[0].end_pos)

    def root(self, parts: list[Any]) -> Root:
        return Root(parts[0].value, parts[1], parts[0].start_pos, parts[0].end_pos)

    def big(self, parts: list[Any]) -> Big:
        sign = str(parts.pop()) if type(parts[-1]) is Token and len(parts) > 1 else ""
        return Big(parts[0].value, parts[1:], sign, parts[0].start_pos, parts[0].end_pos)

    def cases(self, parts: list[Any]) -> Branches:
        return Branches(parts[1:-1:2], parts[0].start_pos, parts[-1].end_pos)

    def branch(self, parts: list[Any]) -> tuple[Any, Any]:
        value = parts[0]
        if type(value) is Items:
            value = value.items[0] if len(value.items) == 1 else value
        guards = [part for part in parts[1:] if type(part) is not Token]
        return value, guards[0] if guards else None

    def cell(self, parts: list[Any]) -> Any:
        items: Items = parts[0]
        while len(items.items) > 1 and items.separators and items.items[-1] is None:
            items.items.pop()
        return items

    def words(self, parts: list[Any]) -> Prose:
        return Prose(parts[0].value, parts[0].start_pos, parts[0].end_pos)

    def guard(self, parts: list[Any]) -> Any:
        last = parts[-1]
        if type(last) is Items:
            return last
        if last.type == "TEXT":
            return self.words([last])
        return Items([], [])

    def matrix(self, parts: list[Any]) -> Grid:
        return Grid(parts[1:-1:2], parts[0].start_pos, parts[-1].end_pos)

    def row(self, parts: list[Any]) -> list[Any]:
        return parts[::2]

    def entry(self, parts: list[Any]) -> Any:
        return parts[0]

    def blank(self, _parts: list[Any]) -> None:
        return None


Reduction = tuple[int, Callable[[list[Any]], Any], str]
"""How many parts a rule takes, what it makes of them, and its name."""


@dataclass(slots=True)
class _State:
    """What is done at a token, by its kind: a state to go to, or a reduction; and where to go behind a rule."""

    actions: dict[str, _State | Reduction]
    gotos: dict[str, _State]


class _Tables:
    """The tables that lark makes of the grammar, and the loop over them.

    Lark's own loop asks them by tokens, which are slow to compare, and so takes twice as long.
    """

    def __init__(self, lark: Lark) -> None:
        parser: Any = lark.parser.parser
        table, made = parser._parse_table, parser.parser.callbacks
        states = {state: _State({}, {}) for state in table.states}
        self.start, self.end = states[table.start_states["start"]], states[table.end_states["start"]]
        for state, row in table.states.items():
            for name, (_, found) in row.items():
                if not isinstance(found, int):
                    reduction = len(found.expansion), made[found], str(found.origin.name)
                    states[state].actions[str(name)] = reduction
                elif name.isupper():
                    states[state].actions[str(name)] = states[found]
                else:
                    states[state].gotos[str(name)] = states[found]

    def parse(self, tokens: list[Token]) -> Relation:
        """What the tokens make.

        Raises:
            _Unexpected: one cannot stand where it does.
        """
        state = self.start
        states: list[_State] = [state]
        values: list[Any] = []
        for token in [*tokens, END]:
            kind = token.type
            action = state.actions.get(kind)
            while type(action) is tuple:
                size, make, name = action
                if size:
                    values[-size:] = [make(values[-size:])]
                    del states[-size:]
                else:
                    values.append(make([]))
                state = states[-1].gotos[name]
                states.append(state)
                action = state.actions.get(kind)
            if type(action) is not _State:
                if state is self.end:
                    break
                raise _Unexpected(token, frozenset(state.actions))
            state = action
            states.append(state)
            values.append(token)
        made: Relation = values[-1]
        return made


END = Token("$END", "")


class _Unexpected(Exception):
    """A token that cannot stand where it does, and the kinds of those that could."""

    def __init__(self, token: Token, expected: frozenset[str]) -> None:
        self.token, self.expected = token, expected
        super().__init__(str(token))


@lru_cache(maxsize=ONE)
def _parser() -> Lark:
    grammar = (files("answers.reading") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=_Given, transformer=_Build())


@lru_cache(maxsize=ONE)
def _tables() -> _Tables:
    return _Tables(_parser())


def parse(tokens: list[Token], text: str) -> Relation:
    """The syntax of a list of tokens.

    Raises:
        Unreadable: the tokens are no formula: the place, and what was expected there.
    """
    if not tokens:
        raise Unreadable("there is no formula here", text, 0, len(text))
    try:
        return _tables().parse(tokens)
    except _Unexpected as error:
        token = error.token
        wanted = sorted(SHOWN[name] for name in error.expected if name in SHOWN)
        ends = token is END
        start = len(text.rstrip()) if ends else token.start_pos
        what = "the formula ends too early" if ends else f"{token.value!r} cannot stand here"
        hint = f"; expected {', '.join(wanted[:6])}" if wanted else ""
        raise Unreadable(what + hint, text, start, start if ends else token.end_pos) from None
