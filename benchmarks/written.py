"""Answers that people wrote, one a line of a file (JSON), and the questions that they answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from derive import Derivation, LayerDefinition, Network, network
from derive.expression.symbols import size

FROM_LEFT = LayerDefinition(
    name="FromLeft",
    equations="y[j] = sum[i] z[i]*W[i,j] + b[j]",
    axes=("n",),
    sizes={"m": size("m")},
    shapes={"W": ("n", "m"), "b": ("m",), "y": ("m",)},
    parameters={"W": "W", "b": "b"},
)
CHANNELS_LAST = LayerDefinition(
    name="ChannelsLast",
    equations="y[j,r] = sum[c,k] weight[j,c,k]*z[2*r+k,c]",
    axes=("L", "C"),
    derived={"O": "(L-3)/2+1"},
    sizes={"F": size("F")},
    shapes={"weight": ("F", "C", "3"), "y": ("F", "O")},
    parameters={"weight": "W"},
)
SAMPLED = LayerDefinition(
    name="Sampled",
    equations="s = sum[i] u_o[i]*z[i]; t[k] = sum[i] U[k,i]*z[i]; y = -log(sigma(s)) - sum[k] log(sigma(-t[k]))",
    axes=("d",),
    sizes={"K": size("K")},
    shapes={"u_o": ("d",), "U": ("K", "d")},
    parameters={"u_o": "u_o", "U": "U"},
)
"""Softmax with negative samples: a loss of one output vector and of K others."""


@dataclass(frozen=True)
class Written:
    """An answer with its verdict, and what is to be said about the names in it."""

    number: int
    latex: str
    verdict: str
    misconception: str
    derivation: Derivation
    symbols: Mapping[str, str | int] = field(default_factory=dict)
    indices: tuple[str, ...] = ()
    macros: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    summed: bool = False
    """Whether the writer announced that repeated letters are summed."""


class UnknownCaseError(ValueError):
    """A line names a network or a quantity that is not understood."""


def cases_of(file: Path) -> Iterator[Written | UnknownCaseError]:
    """The answers of a file; an error in the place of one whose question is not understood."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        if line.strip():
            try:
                yield _case(number, json.loads(line))
            except (UnknownCaseError, ValueError, KeyError) as error:
                yield UnknownCaseError(f"line {number + 1}: {error}")


def _case(number: int, case: Mapping[str, Any]) -> Written:
    description, note = case["network"], case.get("note", "")
    asked = case["quantity"].replace("J", "l")
    derivation, symbols = _question(description, case["loss"], asked)
    said = re.search(r"(?:element|column) (?:\[([a-z](?:,[a-z])*)\]|([a-z]{1,4})\b)", note)
    letters = (said[1] or said[2]).replace(",", "") if said else ""
    return Written(
        number, case["latex"], case["verdict"], case["misconception"], derivation,
        {**symbols, **case.get("symbols", {})}, tuple(case.get("indices", dict.fromkeys(letters))),
        case.get("macros", ""), case.get("given", {}), "Einstein" in note,
    )  # fmt: skip


def _question(description: str, loss: str, asked: str) -> tuple[Derivation, dict[str, str | int]]:
    if asked.startswith("neg "):
        by = {"v_c": "v_c", "u_o": "u_o1", "u_k": "U1"}[asked.rpartition("/d")[2]]
        return _network("v_c:d -> Sampled(K) -> j", None).jacobian("j", by), {"u": "U1", "u_o": "u_o1", "J": "j"}
    if "channels last" in description:
        net = _network("x:(11,7) -> ChannelsLast(1) -> f; f -> Flatten -> y_hat", "MSE")
        name = asked.replace("dW", "dW1")
        found = net.partial(name) if "/" in name else net.value(name)
        return found, {"W": "W1", "f_W": "f"}
    spec, _, remark = (part.strip() for part in description.partition("  ("))
    if remark.startswith("row vectors"):
        return _network(spec.replace("Linear", "FromLeft"), loss).partial(asked), {"t": "z1", "h": "z2"}
    symbols: dict[str, str | int] = {}
    if remark.startswith("weight"):
        symbols = {"U": "W1.T" if "U^T" in remark else "W1", "u": "W1", "o": "y"}
        asked = re.sub(r"/d(U|u_w)$", "/dW1", asked)
    net = _network(spec, loss)
    return net.partial(asked), {name: target for name, target in symbols.items() if name not in net.forward.tensors}


@cache
def _network(spec: str, loss: str | None) -> Network:
    return network(spec, loss=loss, extra=[FROM_LEFT, CHANNELS_LAST, SAMPLED])
