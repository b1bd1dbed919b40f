"""What to write in the place of a text that cannot be read: the mistakes that are made most."""

from __future__ import annotations

import re

VALUE_ENDS = re.compile(r"[\w)\]]\s*$")
VALUE_BEGINS = re.compile(r"\s*[A-Za-z(]")
LETTERS = "ijkmpq"


def way_out(text: str, position: int, of_rows: bool) -> str:
    """What is likely wrong where a text cannot be read, as a phrase behind a comma; nothing if that is not known.

    Args:
        of_rows: whether equations were expected there, and not a formula alone.
    """
    start = max(text.rfind("\n", 0, position), text.rfind(";", 0, position)) + 1
    end = min((place for sign in "\n;" if (place := text.find(sign, position)) >= 0), default=len(text))
    line, before = text[start:end], text[start:position]
    if of_rows and "=" not in line:
        return ", where an equation begins with the name of its value: y = ..., or y[i] = ..."
    if of_rows and "=" not in before:
        return ", where only a name stands before the equals sign, y, or a name with its indices, y[i]"
    if VALUE_ENDS.search(before) and VALUE_BEGINS.match(text[position:end]):
        return ", where a sign is missing: a product is 3*x"
    opened = sum(map(line.count, "([")) - sum(map(line.count, ")]"))
    if opened > 0 and position >= len(text[:end].rstrip()) - 1:
        return ", where a bracket is not closed"
    return ""


def element_of(name: str, rank: int) -> str:
    """How an element of a tensor with so many axes is written."""
    if not rank:
        return f"it is a number: {name}"
    return f"an element of it is {name}[{','.join(LETTERS[:rank])}]"
