"""The loop of an LALR(1) parser over the tables that lark made: shifts and reductions, and nothing else.

lark's own loop keeps what it needs to tell of errors, to go back and to be copied, which takes longer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lark import Lark, Token
from lark.parsers.lalr_analysis import Shift

END = Token("$END", "")
"""What stands behind the last token."""


@dataclass(frozen=True, slots=True)
class _Reduce:
    """A rule at its end: how many values it takes, what it makes of them, and what it is called."""

    size: int
    make: Callable[[list[Any]], Any]
    name: str


@dataclass(frozen=True)
class _Tables:
    """The tables of the parser: for each state what a token, or a rule that was reduced, leads to."""

    start: int
    end: int
    rows: Mapping[int, Mapping[str, int | _Reduce]]


@lru_cache(maxsize=1)
def _tables(parser: Lark) -> _Tables:
    frontend: Any = parser.parser
    table, callbacks = frontend.parser.parser.parse_table, frontend.parser.parser.callbacks
    (start,), (end,) = table.start_states.values(), table.end_states.values()
    rows = {
        state: {
            kind: target if action is Shift else _Reduce(len(target.expansion), callbacks[target], target.origin.name)
            for kind, (action, target) in row.items()
        }
        for state, row in table.states.items()
    }
    return _Tables(start, end, rows)


def driven(parser: Lark, tokens: list[Token]) -> Any:
    """What the tables make of the tokens, without what the parser keeps to tell of errors; None where there is one."""
    tables = _tables(parser)
    rows = tables.rows
    states, row = [tables.start], rows[tables.start]
    values: list[Any] = []
    for token in (*tokens, END):
        kind = token.type
        while True:
            action = row.get(kind)
            if action is None:
                return None
            if isinstance(action, int):
                states.append(action)
                values.append(token)
                row = rows[action]
                break
            size = action.size
            if size:
                given = values[-size:]
                del states[-size:], values[-size:]
            else:
                given = []
            values.append(action.make(given))
            target = rows[states[-1]][action.name]
            assert isinstance(target, int)
            states.append(target)
            if token is END and target == tables.end:
                return values[-1]
            row = rows[target]
    return None
