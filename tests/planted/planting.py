"""One wrong function in the place of a right one, everywhere in the program, and nothing left of it afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from answers.homework.bundled import bundled_files
from answers.homework.source import read_source
from derive.expression.rules import Rules
from gradsheet.caches import caches, makes_parser, modules


@dataclass(frozen=True)
class Mutant:
    """One wrong rule of the program, the line of ``verify`` that must fail, and what ``derive`` must not print.

    ``target`` is ``module:name`` or ``module:Class.name``; ``wrong`` makes the wrong function of the right
    one. ``homework`` is what is verified, and ``part`` and ``quantity`` are those of a line that must fail; no quantity
    is any. What writes no program is ``refused`` with a message that holds that text. ``derive`` are the arguments of
    ``gradsheet derive``, which must give no answer. Where one of the two commands does not show what is wrong, ``only``
    says why.
    """

    target: str
    wrong: Callable[[Any], Any]
    homework: str = ""
    part: str = ""
    quantity: str = ""
    refused: str = ""
    derive: tuple[str, ...] = ()
    only: str = ""


def plant(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the wrong function wherever the right one is known by its name, and in every table of rules that holds it.

    A function that the target's module only imports is replaced in that module alone.
    """
    module_name, _, path = mutant.target.partition(":")
    owner: Any = import_module(module_name)
    assert not any(map(makes_parser, caches(owner))), f"{module_name} has a parser, which is not made again"
    *outer, name = path.split(".")
    for attribute in outer:
        owner = getattr(owner, attribute)
    right = vars(owner)[name]
    wrong = mutant.wrong(right)
    monkeypatch.setattr(owner, name, wrong)
    for table in tables():
        for kind, rule in table._rules.items():
            if rule is right:
                monkeypatch.setitem(table._rules, kind, wrong)
    if isinstance(owner, ModuleType) and getattr(right, "__module__", None) == module_name:
        for module in modules():
            if vars(module).get(name) is right:
                monkeypatch.setattr(module, name, wrong)


def tables() -> Iterator[Rules[Any]]:
    """The tables of rules of the program."""
    found = {id(value): value for module in modules() for value in vars(module).values() if isinstance(value, Rules)}
    yield from found.values()


def reduced(*parts: str) -> str:
    """The homework nyu-2020 with the given parts alone, as JSON, which is YAML as well."""
    source = read_source(bundled_files()["nyu-2020"])
    data = json.loads(json.dumps(source.data))
    for question in data["questions"]:
        question["parts"] = [part for part in question.get("parts", []) if part["id"] in parts]
    found = {part["id"] for question in data["questions"] for part in question["parts"]}
    assert found == set(parts), f"nyu-2020 lacks {set(parts) - found}"
    return json.dumps(data)
