"""Lines of Python source: lists that are broken where they grow too long."""

from __future__ import annotations

from collections.abc import Iterable

WIDTH = 110


def listed(start: str, parts: Iterable[str], end: str, indent: int = 0) -> str:
    """``start`` with the parts between it and ``end``, on one line or each on its own."""
    blanks = " " * indent
    found = list(parts)
    line = f"{blanks}{start}{', '.join(found)}{end}"
    if len(line) <= WIDTH:
        return line
    inner = "".join(f"{blanks}    {part},\n" for part in found)
    return f"{blanks}{start}\n{inner}{blanks}{end}"


def entries(names: Iterable[str], values: Iterable[str]) -> list[str]:
    """The entries of a dictionary."""
    return [f'"{name}": {value}' for name, value in zip(names, values, strict=True)]
