"""What is remembered is bounded, is forgotten when that is asked for, and changes nothing."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import gradsheet
from derive import remembering as remembering_values
from derive.remembering import forget, with_forward
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
    assert len(found) > 60
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


def test_bounds_are_named_in_one_place() -> None:
    named = {name for name, value in vars(remembering_values).items() if name.isupper() and isinstance(value, int)}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for decorator in getattr(node, "decorator_list", ()):
                written = ast.unparse(decorator)
                assert written not in ("cache", "functools.cache"), (path, node)
                for kind in ("lru_cache(maxsize=", "with_forward("):
                    if written.startswith(kind):
                        assert written.removeprefix(kind).removesuffix(")") in named, (path, written)


def test_what_is_found_of_a_definition_is_kept_with_it_and_forgotten_with_it() -> None:
    calls: list[tuple[object, int]] = []

    @with_forward(2)
    def found(of: object, number: int) -> int:
        calls.append((of, number))
        return number

    one = gradsheet.network("x:n -> Linear(d)").forward
    same = gradsheet.network("x:n -> Linear(d)").forward
    other = gradsheet.network("x:n -> Linear(k)").forward
    assert one is not other
    for forward in (one, same, other):
        assert [found(forward, 1), found(forward, number=1), found(forward, 1)] == [1, 1, 1]
    assert len(calls) == 4  # by its place and by its name, of each of the two definitions
    for number in (2, 3, 1):
        found(one, number)
    assert len(calls) == 7  # no more than two values of a definition
    forget()
    found(other, 1)
    assert len(calls) == 8


def test_no_module_keeps_a_table_that_grows() -> None:
    """Dicts, lists and sets of a module are tables: none begins empty, to be filled later."""
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                assert ast.unparse(node.value) not in ("{}", "[]", "dict()", "list()", "set()"), (path, node.lineno)
