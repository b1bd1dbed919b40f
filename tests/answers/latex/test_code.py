from __future__ import annotations

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from answers.latex import CodeLine, code_lines
from answers.latex.characters import TYPED
from tests.answers.latex.test_escape import read_back

STYLED = re.compile(r"\\code(?:keyword|name|string|comment)\{((?:[^{}\\]|\\[{}]|\\(?![{}])|\{\})*)\}")


def typed(line: CodeLine) -> str:
    """The line as it was typed."""
    plain = STYLED.sub(lambda match: match[1], line.latex).replace("\\ ", " ")
    return " " * line.indent + read_back(plain, TYPED)


@given(st.lists(st.text(alphabet=string.ascii_letters + string.digits + string.punctuation + " "), min_size=1))
def test_every_line_is_kept(lines: list[str]) -> None:
    source = "\n".join(lines).rstrip("\n")
    assert [typed(line).rstrip() for line in code_lines(source)] == [line.rstrip() for line in source.split("\n")]


def test_words_are_told_apart() -> None:
    first, second, third = code_lines('def f(x):\n    # why\n    return "a" and x')
    assert first == CodeLine(0, r"\codekeyword{def}\ \codename{f}(x):")
    assert second == CodeLine(4, r"\codecomment{\#\ why}")
    assert third.latex.startswith(r"\codekeyword{return}\ \codestring")
    assert r"\codekeyword{and}" in third.latex


def test_a_docstring_keeps_its_indentation_on_every_line() -> None:
    lines = code_lines('def f():\n    """One.\n\n        Two.\n    """\n\treturn 1\n')
    assert [line.indent for line in lines] == [0, 4, 0, 8, 4, 4]


def test_a_language_that_is_not_known_has_no_colours() -> None:
    assert code_lines("def x", "no such language") == (CodeLine(0, r"def\ x"),)
    assert code_lines("def x", "text") == code_lines("def x", "")
