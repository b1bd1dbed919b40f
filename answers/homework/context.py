"""A homework in use: its networks built once, its parts answered once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

from answers.contract.grains import Steps
from answers.contract.item import Answered, Item
from answers.errors import HomeworkContentError
from answers.formulas.counting import with_places_counted
from answers.homework.model import Homework, Part
from answers.latex.sheet import Block, Plots, Room, Table
from answers.trainings.answer import not_trained
from answers.trainings.homework import Trainings
from answers.trainings.trainer import NotTrainedError, Trainer
from derive.building.applied import called
from derive.conventions import IndexBase, Layout
from derive.derivation import Derivation
from derive.errors import DeriveError, nearest
from derive.expression.scalar import ScalarFunction
from derive.layers import ACTIVATION, Activation, scalar_function
from derive.layers.definition import LayerDefinition, LossDefinition
from derive.network import Network, network
from derive.steps import Grain
from numeric import CompileError
from numeric.source import SourceError

Shared = TypeVar("Shared")


class HomeworkContext:
    """What the items of a homework ask for: networks in its conventions, and other parts' items.

    ``steps``, ``grain``, ``layout`` and ``index_base`` override what the file says, where they are given. The
    ``trainer`` does the trainings, or finds what it did before.

    ``homework`` is the one that is given, with the numbers of places in its texts as they are counted.

    Raises:
        HomeworkContentError: what a text calls a place is no formula.
    """

    def __init__(
        self,
        homework: Homework,
        *,
        steps: bool | None = None,
        grain: Grain | None = None,
        layout: Layout | None = None,
        index_base: IndexBase | None = None,
        trainer: Trainer | None = None,
    ) -> None:
        self.conventions = homework.conventions.value().with_(layout=layout, index_base=index_base)
        self.homework = with_places_counted(homework, self.conventions.index_base)
        self._steps, self._grain = steps, grain
        own = self.homework.own()
        trainings = Trainings(
            self.homework.trainings, self.homework.networks, own, trainer or Trainer(), self.conventions
        )
        self._shared: dict[type[Any], object] = {Trainings: trainings}
        self._networks: dict[str, Network] = {}
        self._answers: dict[str, tuple[Answered, ...]] = {}

    def grain(self, asked: Steps | None = None) -> Grain | None:
        """How finely the key tells a derivation whose item has ``asked`` for these steps; None for its result alone."""
        told = asked or self.homework.conventions.steps or "lecture"
        if self._steps is False or (told == "result" and (asked or not self._steps)):
            return None
        return self._grain or ("lecture" if told == "result" else told)

    def network(self, name: str) -> Network:
        """The network of that name.

        Raises:
            HomeworkContentError: the file has no such network, or it cannot be built.
        """
        if name not in self._networks:
            model = self.homework.networks.get(name)
            if model is None:
                raise HomeworkContentError(f"there is no network {name}; {nearest(name, self.homework.networks)}")
            try:
                self._networks[name] = network(
                    model.layers,
                    model.loss,
                    batch=model.batch,
                    reduction=model.reduction,
                    conventions=self.conventions,
                    extra=self.homework.own().definitions(),
                )
            except DeriveError as error:
                raise HomeworkContentError(str(error), ("networks", name)) from error
        return self._networks[name]

    def shared(self, kind: type[Shared]) -> Shared:
        """What the answers of a homework share of that kind, such as its ``Trainings``.

        Raises:
            TypeError: there is nothing of that kind.
        """
        found = self._shared.get(kind)
        if not isinstance(found, kind):
            raise TypeError(f"a homework has no {kind.__name__}; it has {', '.join(k.__name__ for k in self._shared)}")
        return found

    def activations(self) -> Mapping[str, Activation]:
        """The activations that the homework may use, its own among them, by their names."""
        own = {name: model.definition(name) for name, model in self.homework.activations.items()}
        return {**ACTIVATION, **own}

    def own(self) -> Mapping[str, LayerDefinition | Activation]:
        """The layers and activations that the homework defines, by their names."""
        own = self.homework.own().definitions()
        return {definition.name: definition for definition in own if not isinstance(definition, LossDefinition)}

    def losses(self) -> tuple[LossDefinition, ...]:
        """The losses that the homework defines."""
        return tuple(own for own in self.homework.own().definitions() if isinstance(own, LossDefinition))

    def functions(self) -> tuple[ScalarFunction, ...]:
        """The same as scalar functions, which formulas call as they are written: ``sigma(z)``.

        Raises:
            DeriveError: the formula of an activation of the homework's own cannot be read.
        """
        plain = called(self.activations().values())
        return tuple(
            scalar_function(name, kind.formula, tuple(kind.constants.items()), plain) for name, kind in plain.items()
        )

    def item(self, part: str, kind: str) -> Item:
        """The first item of that kind in another part's answer.

        Raises:
            HomeworkContentError: there is no such part, or it has no such item.
        """
        items = self.items(part)
        for item in items:
            if item.kind == kind:
                return item
        raise HomeworkContentError(
            f"part {part} has no {kind}; it has {', '.join(item.kind for item in items) or 'no answer'}"
        )

    def items(self, part: str) -> tuple[Item, ...]:
        """The items of another part's answer.

        Raises:
            HomeworkContentError: there is no such part.
        """
        if part not in self._parts:
            raise HomeworkContentError(f"there is no part {part}; {nearest(part, self._parts)}")
        return self._parts[part].answer

    def shown_before(self, item: Item) -> tuple[Derivation, ...]:
        """What the items before this one have derived in the same part; nothing for an item that is made of another."""
        for part in self.homework.parts():
            for position, candidate in enumerate(part.answer):
                if candidate is item:
                    return tuple(found for before in range(position) for found in self._asked(part, before))
        return ()

    def first_about(self, network: str) -> str | None:
        """The id of the first part that is answered for that network."""
        parts = (part for part in self.homework.parts() for item in part.answer if _network_of(item) == network)
        return next((part.id for part in parts), None)

    def answered(self, part: Part) -> tuple[Answered, ...]:
        """The answers of a part's items.

        Raises:
            HomeworkContentError: an item cannot be answered; the message names the part and the kind.
        """
        if part.id not in self._answers:
            self._answers[part.id] = tuple(self._answer(part, position) for position in range(len(part.answer)))
        return self._answers[part.id]

    def blank(self, part: Part) -> tuple[Block, ...]:
        """What the question sheet leaves to be filled in for a part.

        Raises:
            HomeworkContentError: an item asks for something that is not there.
        """
        made = [block for position in range(len(part.answer)) for block in self._blank(part, position)]
        if part.room is None:
            return tuple(made)
        return (*(block for block in made if not _is_room(block)), *part.room.blocks())

    def asked(self, part: Part) -> tuple[Derivation, ...]:
        """What a part asks for by formulas that can be marked.

        Raises:
            HomeworkContentError: an item asks for something that is not there.
        """
        return tuple(found for position in range(len(part.answer)) for found in self._asked(part, position))

    def handout(self, part: Part) -> tuple[tuple[str, str], ...]:
        """The files that go beside the question sheet for a part.

        Raises:
            HomeworkContentError: an item asks for something that is not there.
        """
        return tuple(file for position in range(len(part.answer)) for file in self._handout(part, position))

    def _answer(self, part: Part, position: int) -> Answered:
        with self._at(part, position):
            try:
                return part.answer[position].answer(self)
            except NotTrainedError as error:
                return not_trained(str(error))

    def _blank(self, part: Part, position: int) -> tuple[Block, ...]:
        with self._at(part, position):
            return part.answer[position].blank(self)

    def _asked(self, part: Part, position: int) -> tuple[Derivation, ...]:
        with self._at(part, position):
            return part.answer[position].asked(self)

    def _handout(self, part: Part, position: int) -> tuple[tuple[str, str], ...]:
        with self._at(part, position):
            return part.answer[position].handout(self)

    @contextmanager
    def _at(self, part: Part, position: int) -> Iterator[None]:
        """Let errors that have no place in the file say that they belong to this item of an answer."""
        try:
            yield
        except (DeriveError, HomeworkContentError, SourceError, CompileError) as error:
            if getattr(error, "place", ()):
                raise
            kind = part.answer[position].kind
            raise HomeworkContentError(f"part {part.id}, {kind}: {error}", self._place(part, position)) from error

    def _place(self, part: Part, position: int) -> tuple[str | int, ...]:
        for q, question in enumerate(self.homework.questions):
            for p, candidate in enumerate(question.parts):
                if candidate is part:
                    return ("questions", q, "parts", p, "answer", position)
        return ()

    @cached_property
    def _parts(self) -> dict[str, Part]:
        return {part.id: part for part in self.homework.parts()}


def _is_room(block: Block) -> bool:
    """Whether all that a block of a question sheet is for is to be written in."""
    if isinstance(block, Plots):
        return all(not plot.curves for plot in block.plots)
    return isinstance(block, Room) or (isinstance(block, Table) and block.blank)


def _network_of(item: Item) -> str | None:
    """The network that an item names, if its kind has one."""
    return getattr(item, "network", None)
