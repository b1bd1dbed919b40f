"""Runs a file as a contract says: its lines one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

Results = dict[str, Any]


def sequence(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """All lines in a row; what has a name that is compared is kept as soon as it is there."""
    known: dict[str, Any] = {**case["numbers"], **given}
    for step in case["steps"]:
        value = _value(step["value"], module, known)
        targets = step["targets"]
        values = _several(value, len(targets)) if targets and step["several"] else [value]
        for target, one in zip(targets, values, strict=False):
            _set(target, one, module, known)
            if target[0] == "name" and target[1] in case["compared"]:
                results[target[1]] = _copied(one)


piece = sequence
"""The same for what is tried alone."""


def _several(value: Any, count: int) -> list[Any]:
    values = list(value)
    if len(values) != count:
        raise ValueError(f"{len(values)} results were returned, and {count} are expected")
    return values


def _set(target: Any, value: Any, module: ModuleType, known: dict[str, Any]) -> None:
    kind, *parts = target
    if kind == "name":
        known[parts[0]] = value
    elif kind == "attribute":
        setattr(_value(parts[0], module, known), parts[1], value)
    else:
        _value(parts[0], module, known)[parts[1]] = value


def _value(node: Any, module: ModuleType, known: Mapping[str, Any]) -> Any:
    kind, *parts = node
    if kind == "name":
        return known[parts[0]] if parts[0] in known else getattr(module, parts[0])
    if kind == "constant":
        return parts[0]
    if kind == "attribute":
        return getattr(_value(parts[0], module, known), parts[1])
    if kind == "item":
        return _value(parts[0], module, known)[parts[1]]
    if kind == "call":
        arguments = [_value(part, module, known) for part in parts[1]]
        named = {name: _value(part, module, known) for name, part in parts[2].items()}
        return _value(parts[0], module, known)(*arguments, **named)
    if kind == "dict":
        return {key: _value(part, module, known) for key, part in parts[0]}
    made = [_value(part, module, known) for part in parts[0]]
    return tuple(made) if kind == "tuple" else made


def _copied(value: Any) -> Any:
    """A value as it is now, whatever is done in its place afterwards."""
    plain = value.detach() if hasattr(value, "detach") else value
    for name in ("clone", "copy"):
        if hasattr(plain, name):
            return getattr(plain, name)()
    return plain
