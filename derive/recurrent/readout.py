"""The loop of a recurrence, and the outputs that only read it: ``o[t] = Q h[t]`` beside ``h[t] = tanh(U h[t-1])``.

Rows of the loop depend on a state before them and act on one after them. What an output outside of the loop
depends on, at whatever time, it reads of the loop in its own step or one step earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from derive.calculus.dependence import Dependence
from derive.derivation import Derivation
from derive.forward import Forward
from derive.layer import Layer
from derive.network import Network


@dataclass(frozen=True)
class Reading:
    """An output's derivative by a row of the loop, all others held, that it reads ``lag`` steps before its own."""

    output: str
    row: str
    lag: int
    derivative: Derivation


@dataclass(frozen=True)
class Readout:
    """Which rows of a recurrence are in its loop, and how the other outputs read them."""

    forward: Forward
    cell: Layer
    states: tuple[tuple[str, str], ...]

    @cached_property
    def loop(self) -> tuple[str, ...]:
        """The states, and the rows that a state acts on and that act on a state, in the order of the rows."""
        states = {state for _, state in self.states}
        later = self.reached
        after = states.union(*(later[state] for state in states))
        return tuple(
            row.name
            for row in self.forward.rows
            if row.name in states or (row.name in after and later[row.name] & states)
        )

    @cached_property
    def reached(self) -> Mapping[str, frozenset[str]]:
        """For each row those on which it acts, at its own time or later, itself included."""
        reads = Dependence(self.forward).reads
        readers = {row.name: {name for name, read in reads.items() if row.name in read} for row in self.forward.rows}
        found: dict[str, frozenset[str]] = {}
        for name in readers:
            reached, open_ends = {name}, [name]
            while open_ends:
                new = readers[open_ends.pop()] - reached
                reached |= new
                open_ends += new
            found[name] = frozenset(reached)
        return found

    def readings(self, output: str) -> tuple[Reading, ...]:
        """What an output outside of the loop reads of it, and its derivatives by that."""
        return tuple(self._readings(output))

    def _readings(self, output: str) -> Iterator[Reading]:
        model = self._held.forward
        acting = Dependence(model).acting[output]
        before = dict(self.states)
        for name in (tensor.name for tensor in model.given):
            if name in acting and (name in self.loop or name in before):
                yield Reading(output, before.get(name, name), int(name in before), self._held.jacobian(output, name))

    @cached_property
    def _held(self) -> Network:
        """One step of the cell with the rows of the loop given, so that a derivative by one holds the others."""
        network = self.cell.network
        rows = tuple(row for row in network.forward.rows if row.name not in self.loop)
        given = (replace(row.tensor, role="value") for row in network.forward.rows if row.name in self.loop)
        forward = replace(network.forward, given=(*network.forward.given, *given), rows=rows)
        return replace(network, forward=forward)
