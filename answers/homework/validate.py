"""From the source of a YAML file to a validated model; what pydantic finds wrong is said in the terms of homeworks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from answers.contract.given import said
from answers.contract.surroundings import Surroundings
from answers.errors import HomeworkContentError, HomeworkError, KeyPath
from answers.homework.schema import Place, follow, keys_of
from answers.homework.source import Source
from derive.errors import nearest

SHOWN = 10
"""How many errors of one file are listed."""

Model = TypeVar("Model", bound=BaseModel)

TYPES = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dict": "keys with values",
    "model": "keys with values",
}
"""What the types of pydantic's errors (``string_type``, ``int_parsing``) ask for."""


def validated(model: type[Model], source: Source, around: Surroundings | None = None) -> Model:
    """What the file holds, as ``model`` has it; its texts may use what is ``around`` it.

    Raises:
        HomeworkError: it does not; the message names file, line, key and what is near, an error a line.
    """
    try:
        return model.model_validate(source.data, context=around)
    except ValidationError as error:
        located = [source.located(complaint) for complaint in complaints(error, model)]
    located.sort(key=lambda complaint: source.line_of(complaint.path, complaint.excerpt))
    lines = [str(complaint) for complaint in located[:SHOWN]]
    if len(located) > SHOWN:
        lines.append(f"and {len(located) - SHOWN} more")
    raise HomeworkError("\n".join(lines), located[0].path)


@dataclass(frozen=True)
class _Finding:
    """One error of pydantic with its place; ``expected`` is set if the value has the wrong type.

    ``short`` says that a list has too few entries that are right; ``excerpt`` is of the text that is meant.
    """

    place: Place
    message: str
    path: KeyPath
    expected: str = ""
    short: bool = False
    excerpt: str = ""


def complaints(error: ValidationError, model: type[BaseModel]) -> list[HomeworkError]:
    """One error with its path for each thing that is wrong, in the order of the file's structure."""
    findings = [_finding(details, model) for details in error.errors(include_url=False)]
    return [HomeworkError(finding.message, finding.path, finding.excerpt) for finding in _without_doubles(findings)]


def _finding(details: ErrorDetails, model: type[BaseModel]) -> _Finding:
    kind, context = details["type"], details.get("ctx", {})
    place = follow(model, details["loc"])
    path = place.path
    if kind == "missing":
        return _Finding(place, f"the key {path[-1]} is missing", path[:-1])
    if kind == "extra_forbidden":
        known = keys_of(place.holder) if place.holder is not None else ()
        return _Finding(place, f"there is no key {path[-1]}; {nearest(str(path[-1]), known)}", path)
    if kind == "union_tag_not_found":
        return _Finding(place, f"the key {_unquoted(context['discriminator'])} is missing", path)
    if kind == "union_tag_invalid":
        key, given = _unquoted(context["discriminator"]), str(context["tag"])
        message = f"there is no {key} {given}; {nearest(given, _quoted(context['expected_tags']))}"
        return _Finding(place, message, (*path, key))
    if kind == "literal_error":
        return _Finding(place, _not_literal(details["input"], str(context["expected"])), path)
    if kind == "value_error" and isinstance(context.get("error"), Exception):
        cause = context["error"]
        inner = cause.place if isinstance(cause, HomeworkContentError) else ()
        excerpt = cause.excerpt if isinstance(cause, HomeworkContentError) else ""
        return _Finding(place, str(cause), (*path, *inner), excerpt=excerpt)
    expected = TYPES.get(kind.split("_")[0]) if kind.endswith(("_type", "_parsing", "_from_float")) else None
    if expected is not None:
        return _Finding(place, _wrong_type(expected, details["input"]), path, expected)
    message = details["msg"]
    shown = f"{message[0].lower()}{message[1:]}, got {said(details['input'])}"
    return _Finding(place, shown, path, short=kind == "too_short")


def _without_doubles(findings: Iterable[_Finding]) -> list[_Finding]:
    """One finding for each place: the members of a union that a value was held against all complain."""
    kept: list[_Finding] = []
    for finding in findings:
        if finding.place.alternative and finding.expected:
            twin = next((other for other in kept if other.path == finding.path and other.expected), None)
            if twin is not None:
                kept[kept.index(twin)] = _either(twin, finding)
                continue
        kept.append(finding)
    return [finding for finding in kept if not _explained_better(finding, kept)]


def _either(first: _Finding, second: _Finding) -> _Finding:
    expected = f"{first.expected} or {second.expected}"
    message = first.message.replace(f"expected {first.expected}", f"expected {expected}", 1)
    return _Finding(first.place, message, first.path, expected)


def _explained_better(finding: _Finding, others: Iterable[_Finding]) -> bool:
    """Whether fault was found with something inside: by another member of the union, or with an entry of the list."""
    depth = len(finding.path)
    inside = [other for other in others if len(other.path) > depth and other.path[:depth] == finding.path]
    if finding.short:
        return bool(inside)
    return bool(finding.place.alternative and finding.expected) and any(other.place.alternative for other in inside)


def _not_literal(given: Any, expected: str) -> str:
    known = _quoted(expected)
    if isinstance(given, str) and known:
        return f"there is no {given or 'empty value'} here; {nearest(given, known)}"
    return f"expected {expected}, got {said(given)}"


def _wrong_type(expected: str, given: Any) -> str:
    message = f"expected {expected}, got {said(given)}"
    if given is None:
        return f"{message}: no value stands after the key"
    if expected == "text" and not isinstance(given, (dict, list, tuple)):
        return f"{message}; put it in quotes"
    if expected == "a list":
        return f"{message}; an entry of a list begins with '- ', or write [a, b]"
    return message


def _unquoted(text: str) -> str:
    return text.strip("'")


def _quoted(text: str) -> tuple[str, ...]:
    """The names between quotes in a message of pydantic."""
    return tuple(re.findall(r"'([^']*)'", text))
