"""docs/networks.md names every layer with its arguments, every activation and every loss."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from derive.layers import ACTIVATION, LAYERS, LOSS

PAGE = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")
LISTS = PAGE[PAGE.index("## Layers, activations, losses") :]


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_every_layer_is_listed_with_its_arguments(name: str) -> None:
    # The rank is that of the input, which a network knows.
    parameters = [kind for kind in inspect.signature(LAYERS[name]).parameters.values() if kind.name != "rank"]
    shown = [kind.name if kind.default is kind.empty else f"{kind.name}={kind.default}" for kind in parameters]
    assert (f"`{name}({', '.join(shown)})`" if shown else f"`{name}`") in LISTS


@pytest.mark.parametrize("kind", [*ACTIVATION.values(), *LOSS.values()], ids=lambda kind: kind.name)
def test_every_activation_and_loss_is_listed_with_its_constants(kind: object) -> None:
    name, constants = getattr(kind, "name", ""), getattr(kind, "constants", {})
    shown = ", ".join(f"{constant}={value}" for constant, value in constants.items())
    assert (f"`{name}({shown})`" if shown else f"`{name}`") in LISTS
