"""The way into the sandbox for a program that was started there: it is read by its path, with nothing around it.

As a program of its own it says what this system lacks.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import site
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
PLAN = "plan.json"


def plan() -> dict[str, Any]:
    """What the program was started with; the packages that it may import can be imported from now on."""
    found: dict[str, Any] = json.loads(Path(PLAN).read_text(encoding="utf-8"))
    sys.path.append(found["packages"])
    return found


def output() -> int:
    """The pipe to who watches, which nothing else writes into: what is printed goes nowhere."""
    place = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return place


def modules() -> ModuleType:
    """The modules of the sandbox, without the packages around them, which nothing can import later."""
    for name, path in {"answers": HERE.parent, "answers.sandbox": HERE}.items():
        package = ModuleType(name)
        package.__path__ = [str(path)]
        sys.modules[name] = package
    for module in ("confinement", "frames"):
        importlib.import_module(f"answers.sandbox.{module}")
    sandbox = sys.modules["answers.sandbox"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "answers"]:
        del sys.modules[name]
    return sandbox


def enter(sandbox: ModuleType, plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Give up all rights but those to this folder; what the system lacks to hold this process to it."""
    # The module site, which would make every package of this Python importable, was left out, and exit with it.
    site.setquit()
    # Folders are listed once, while they can be.
    importlib.util.find_spec("no_module_of_this_name")
    lacks: tuple[str, ...] = sandbox.confinement.confine(Path.cwd(), sandbox.confinement.Bounds.of(plan))
    return lacks


def main() -> None:
    """Say what the system lacks."""
    place, sandbox = output(), modules()
    for name in enter(sandbox, plan()):
        sandbox.frames.send(place, 0, "lacks", name)
    sandbox.frames.send(place, 0, "done", "")


if __name__ == "__main__":
    main()
