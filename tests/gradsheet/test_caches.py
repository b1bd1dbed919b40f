"""What is remembered is bounded, is forgotten when that is asked for, and changes nothing."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import gradsheet
from gradsheet.caches import caches, makes_parser, modules
from gradsheet.neighbours import PACKAGES

ROOT = Path(__file__).parents[2]
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def remembering() -> list[Any]:
    """Every function of the program that remembers."""
    for package in PACKAGES:
        for found in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(found.name)
    return [function for module in modules() for function in caches(module)]


def test_every_cache_has_a_bound_or_one_value() -> None:
    found = remembering()
    assert len(found) > 100
    for function in found:
        bounded = function.cache_parameters()["maxsize"] is not None
        assert bounded or not inspect.signature(function).parameters, f"{function.__module__}.{function.__name__}"


def test_what_was_derived_and_checked_is_forgotten_and_found_again() -> None:
    found = remembering()
    described = ("x:n -> Linear(d) -> Tanh -> Linear(K)", "SoftmaxCrossEntropy")
    before = gradsheet.network(*described).gradient("W1")
    assert gradsheet.network(*described).gradient("W1") is before
    assert gradsheet.check(before).ok
    gradsheet.clear_caches()
    kept = [one for one in found if one.cache_info().currsize and not makes_parser(one)]
    assert kept == []
    again = gradsheet.network(*described).gradient("W1")
    assert again == before
    assert again is not before


def test_no_module_keeps_a_table_that_grows() -> None:
    """Dicts, lists and sets of a module are tables: none begins empty, to be filled later."""
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                assert ast.unparse(node.value) not in ("{}", "[]", "dict()", "list()", "set()"), (path, node.lineno)
