"""The template ``contract``: a file of a form that the homework describes, with the homework's own solution."""

from __future__ import annotations

import ast
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from answers.code.assignment import Assignment
from answers.code.programming import PackageName, Programming
from answers.code.templates.contract.calls import names_read, names_set, step_of
from answers.code.templates.contract.cases import Trial, cases, require_known, size_symbols
from answers.contract.methods import ALL_CASES, DIFFERENCES
from answers.contract.model import Strict
from answers.contract.names import NetworkText, ObjectiveText, StageText, TensorName
from answers.contract.texts import PlainText
from answers.errors import HomeworkContentError
from derive import conventions as known
from derive.conventions import USUAL, Conventions
from derive.layer import as_layer, layer
from derive.network import Network, network
from numeric.source.plain import WORDS

LONGEST_SOURCE = 200_000


def _file_name(text: str) -> str:
    stem = text.removesuffix(".py")
    if stem == text or not stem.isidentifier() or stem in WORDS or not stem.isascii():
        raise ValueError(f"{text!r} cannot be the name of a module; expected one such as layers.py")
    return text


def _called(line: str) -> str:
    step_of(line)
    return line


Line = Annotated[str, AfterValidator(_called)]


class ContractConventions(Strict):
    """Where the axes of a trial stand, if not where those of the homework do."""

    weights: known.Weights | None = None
    samples: known.Samples | None = None
    channels: known.Channels | None = None

    @field_validator("weights", mode="before")
    @classmethod
    def _spelt(cls, given: object) -> object:
        return known.spelt(given) if given is not None else None


class ContractTrial(Strict):
    """What is called in which order, and what each result is by a forward definition."""

    name: PlainText = Field(description="what is tried, for a reader: fully connected layer")
    layer: StageText | None = Field(None, description="the layer that defines it: Linear(M); its tensors are z, y, dy")
    network: NetworkText | None = Field(None, description="or the network: x:D -> Linear(M) -> ReLU -> Linear(C)")
    loss: ObjectiveText | None = Field(None, description="of the network; without one dy_hat comes from above")
    batch: TensorName | None = Field("N", description="the size of a batch; null for one sample")
    reduction: Literal["mean", "sum"] = Field("mean", description="of the losses of a batch")
    conventions: ContractConventions = ContractConventions()
    given: dict[TensorName, str] = Field(
        default_factory=dict,
        description="names that lines use, with the tensor or size that each is: {W: W1.T}; others are as they are",
    )
    calls: tuple[Line, ...] = Field(
        min_length=1, max_length=100, description="lines such as y, cache = fc_forward(x, W, b), in their order"
    )
    gives: dict[TensorName, str] = Field(
        min_length=1, description="names that lines set, with what they are compared with: {dW: dl/dW1.T}"
    )
    sizes: dict[TensorName, Annotated[int, Field(gt=0, le=30)]] = Field(
        default_factory=dict, description="lengths that are fixed: {C: 3}"
    )
    piece: bool = Field(False, description="whether it is tried alone and costs nothing")

    @model_validator(mode="after")
    def _defines_one(self) -> ContractTrial:
        if (self.layer is None) == (self.network is None):
            raise HomeworkContentError(f"{self.name}: give a layer or a network that defines what is right")
        if self.loss is not None and self.network is None:
            raise HomeworkContentError(f"{self.name}: a loss belongs to a network")
        return self

    def trial(self, usual: Conventions) -> Trial:
        """The trial with its forward definition.

        Raises:
            HomeworkContentError: a name stands for nothing.
            NetworkError: there is no such layer or network.
        """
        model = self._network(usual).forward
        steps = tuple(map(step_of, self.calls))
        made = Trial(self.name, model, steps, {}, self.gives, self.sizes, self.piece)
        named = {tensor.name: tensor.name for tensor in model.given}
        named |= {str(size): str(size) for size in size_symbols(made)}
        set_names = [name for step in steps for name in names_set(step)]
        used = {name for step in steps for name in names_read(step)}
        own = {name: what for name, what in named.items() if name in used and name not in {*set_names, *self.given}}
        whole = Trial(self.name, model, steps, {**own, **self.given}, self.gives, self.sizes, self.piece)
        require_known(whole, lambda: iter(set_names))
        return whole

    def _network(self, usual: Conventions) -> Network:
        chosen = usual.with_(index_base=0, names=(), **self.conventions.model_dump())
        if self.layer is not None:
            return layer(self.layer, batch=self.batch, conventions=chosen).network
        made = network(self.network or "", self.loss, batch=self.batch, reduction=self.reduction, conventions=chosen)
        return made if self.loss is not None else as_layer(made).network


class Contract(Programming):
    """A file that a homework describes, for starter code of its own in NumPy or PyTorch."""

    template: Literal["contract"] = Field(default="contract", description="a file of any form, with its own solution")
    file: Annotated[str, AfterValidator(_file_name)] = Field(description="its name, such as layers.py")
    library: Literal["torch", "numpy"] = Field(default="numpy", description="whose arrays it is given")
    requires: tuple[PackageName, ...] = Field(default=(), description="packages without which it is not run")
    autograd: Literal["forbidden", "allowed"] = Field(
        default="forbidden", description="whether PyTorch may differentiate in it"
    )
    starter: str = Field(default="", max_length=LONGEST_SOURCE, description="the starter code")
    solution: str = Field(max_length=LONGEST_SOURCE, description="the solution; it is run, in the sandbox alone")
    trials: tuple[ContractTrial, ...] = Field(min_length=1, max_length=50)
    seconds: int = Field(default=60, gt=0, le=600, description="the time that it may take")

    @field_validator("starter", "solution")
    @classmethod
    def _is_python(cls, source: str) -> str:
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise ValueError(f"this is no Python: {error}") from None
        return source

    def assignments(self, conventions: Conventions = USUAL) -> tuple[Assignment, ...]:
        trials = tuple(one.trial(conventions) for one in self.trials)
        return (
            Assignment(
                file=self.file,
                skeleton=self.starter,
                solution=self.solution,
                driver=Path(__file__).with_name("driver.py"),
                cases=partial(cases, trials),
                quantities=tuple(dict.fromkeys(name for one in self.trials for name in one.gives)),
                library=self.library,
                requires=self.requires,
                methods=(DIFFERENCES, ALL_CASES),
                seconds=self.seconds,
                derived=False,
                of_homework=True,
                autograd=self.autograd == "allowed",
            ),
        )
