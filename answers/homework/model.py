"""What a homework file holds. A file is validated against these models, and editors against their schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from answers.code.templates import code_templates
from answers.contract.definitions import NetworkModel, OwnActivation, OwnDefinitions, OwnLayer, OwnLoss
from answers.contract.grains import StepsField
from answers.contract.item import Item
from answers.contract.model import Strict, one_of
from answers.contract.names import ActivationName, FileName, Label, LayerName, LossName, TensorName
from answers.contract.rooms import AnyRoom
from answers.contract.texts import Markdown, MarkdownLine, PictureFile, PlainText, Preamble, TemplateFolder
from answers.errors import HomeworkContentError
from answers.kinds import kinds
from answers.languages import languages
from answers.latex.macros import macros_of
from answers.trainings.model import TrainingModel
from derive import conventions
from derive.errors import nearest

if TYPE_CHECKING:
    AnyItem = Item
else:  # the kinds and templates are found at run time, so that a new one needs no entry here
    AnyItem = one_of({**kinds(), "code": one_of(code_templates(), by="template")})


class Criterion(Strict):
    """One line of a rubric: what earns how many points."""

    points: float = Field(ge=0)
    text: MarkdownLine


class Part(Strict):
    """A part of a question: what it asks, and what its answer is made of."""

    id: Label = Field(description="such as 1.1a; unique in the file")
    label: MarkdownLine = Field("", description="how the sheet calls it; (a) if the id ends in a letter")
    question: Markdown = Field(description="Markdown with LaTeX maths between dollars")
    points: float = Field(0, ge=0)
    new_page: bool = Field(False, description="whether it begins on a page of its own")
    room: AnyRoom | None = Field(None, description="what the sheet leaves for it; as its answers need if left out")
    answer: tuple[AnyItem, ...] = ()
    rubric: tuple[Criterion, ...] = ()

    @model_validator(mode="after")
    def _rubric_adds_up(self) -> Part:
        total = sum(criterion.points for criterion in self.rubric)
        if self.rubric and total != self.points:
            raise ValueError(f"the rubric adds up to {total:g} points, the part has {self.points:g}")
        return self


RestOf = Literal["layers", "activations", "losses"]


class Question(Strict):
    """A numbered question with its parts."""

    id: Label
    title: MarkdownLine
    level: Literal[1, 2] = Field(1, description="1 for a section, 2 for one inside it")
    text: Markdown = ""
    new_page: bool = Field(False, description="whether it begins on a page of its own")
    notebook: FileName | None = Field(None, description="the name of a notebook of its programs, besides the files")
    parts: tuple[Part, ...] = ()
    rest: RestOf | None = Field(None, description="a page for each of them that no part of the file is about")
    without: tuple[str, ...] = Field((), description="the names of those that get none")


class Conventions(Strict):
    """How derivatives are laid out and what indices count from."""

    layout: conventions.Layout = "gradient"
    index_base: conventions.IndexBase = 1
    weights: Annotated[
        conventions.Weights,
        BeforeValidator(conventions.spelt),
        Field(description="the axes of a weight: (out, in) for W x, (in, out) for X W"),
    ] = "(out, in)"
    samples: Annotated[
        conventions.Samples, Field(description="of a batch: rows of a matrix, X W, or its columns, W X")
    ] = "rows"
    channels: Annotated[conventions.Channels, Field(description="of pictures: (C, H, W) or (H, W, C)")] = "first"
    names: dict[TensorName, TensorName] = Field(
        default_factory=dict, description="what parameters are called in the place of another name: {W: Theta}"
    )
    steps: Annotated[
        StepsField, Field(description="how finely the key tells derivations, where an item says nothing")
    ] = "lecture"

    @model_validator(mode="after")
    def _hold_together(self) -> Conventions:
        self.value()
        return self

    def value(self) -> conventions.Conventions:
        """What networks, layers and answers of the homework are written in."""
        given = {entry.name: getattr(self, entry.name) for entry in fields(conventions.Conventions)}
        return conventions.conventions_of(given, conventions.USUAL)


Share = Annotated[float, Field(ge=0, le=1)]


class Marking(Strict):
    """How written answers are marked: what share of the points each outcome earns, and what people write."""

    transposed: Share = Field(default=1, description="for an answer that is right in the other layout")
    loose: Share = Field(default=1, description="for one that is right only if it is read kindly")
    follows: Share = Field(default=1, description="for one that is right with an earlier result that is not")
    disallowed: Share = Field(default=1, description="for one that uses symbols which the part does not allow")
    partials: Literal["numerator", "gradient", "both"] = Field(
        default="both", description="whether the derivative of the loss by a vector is a row or a column in answers"
    )
    symbols: dict[PlainText, str | int] = Field(
        default_factory=dict, description="further spellings, such as h: z2, each with what it stands for"
    )
    points: dict[Label, dict[str, Annotated[float, Field(ge=0)]]] = Field(
        default_factory=dict, description="for each part the points of its formulas; they are alike if left out"
    )


PAPERS = {"a4": "a4paper", "letter": "letterpaper"}
Paper = Annotated[
    Literal["a4paper", "letterpaper"],
    BeforeValidator(lambda name: PAPERS.get(name, name) if isinstance(name, str) else name),
]
"""The size of the paper; ``a4`` and ``letter`` will do."""


def _language(name: object) -> object:
    """The name that babel has for a language, from that or from its code."""
    found = languages().get(name.lower()) if isinstance(name, str) else None
    return name if found is None else found.name


LanguageName = Annotated[Literal["english", "german"], BeforeValidator(_language)]
"""The language of the words that we print; ``en`` and ``de`` will do."""


FontFile = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._+-]*\.(ttf|otf|ttc)$")]
FONTS = (
    "DejaVuSerif.ttf",
    "FreeSerif.otf",
    "NotoSerif-Regular.ttf",
    "NotoSerifCJK-Regular.ttc",
    "NotoSansCJK-Regular.ttc",
)
"""Fonts of many scripts that systems have; those that are not there are passed over."""


class Homework(Strict):
    """A homework: its heading, its networks, its questions."""

    title: MarkdownLine
    course: MarkdownLine = ""
    term: MarkdownLine = ""
    due: MarkdownLine = ""
    authors: tuple[MarkdownLine, ...] = Field((), description="lines below the title, such as names and addresses")
    logo: PictureFile | None = Field(None, description="a picture beside the title, by its path beside the file")
    introduction: Markdown = ""
    paper: Paper = "a4paper"
    language: LanguageName = Field("english", description="of the words that we print, and of TeX's hyphens")
    engine: Literal["pdflatex", "lualatex"] = Field(
        "pdflatex", description="the TeX; lualatex where texts have letters that pdflatex has no fonts for"
    )
    fonts: tuple[FontFile, ...] = Field(
        FONTS, description="files of fonts in which lualatex looks for letters that the fonts of the sheet lack"
    )
    totals: Literal["sums", "table", "none"] = Field(
        "sums",
        description="the points of each question and of all on the question sheet, or a table of them, or nothing",
    )
    macros: dict[str, str] = Field(
        default_factory=dict, description="commands for formulas with what they stand for, such as R: \\mathbb{R}"
    )
    preamble: Preamble = Field("", description="TeX for the preamble of the sheets; its \\newcommand are macros too")
    templates: TemplateFolder | None = Field(None, description="a folder of templates that go before ours")
    sheets: tuple[Literal["questions", "key", "catalogue"], ...] = Field(
        ("questions", "key"), description="what is made; a catalogue has answers only, a page for each part"
    )
    conventions: Conventions = Conventions()
    layers: dict[LayerName, OwnLayer] = Field(default_factory=dict, description="layers of your own for the networks")
    activations: dict[ActivationName, OwnActivation] = Field(
        default_factory=dict, description="activations of your own"
    )
    losses: dict[LossName, OwnLoss] = Field(default_factory=dict, description="losses of your own for the networks")
    networks: dict[FileName, NetworkModel] = Field(default_factory=dict)
    trainings: dict[FileName, TrainingModel] = Field(default_factory=dict)
    marking: Marking = Marking()
    questions: tuple[Question, ...]

    def own(self) -> OwnDefinitions:
        """The layers, activations and losses that the file defines."""
        return OwnDefinitions(layers=self.layers, activations=self.activations, losses=self.losses)

    @field_validator("macros")
    @classmethod
    def _macros_print(cls, macros: dict[str, str]) -> dict[str, str]:
        macros_of(macros)
        return macros

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Homework:
        seen: set[str] = set()
        for q, question in enumerate(self.questions):
            for p, part in enumerate(question.parts):
                if part.id in seen:
                    raise HomeworkContentError(f"two parts have the id {part.id}", ("questions", q, "parts", p, "id"))
                seen.add(part.id)
        return self

    @model_validator(mode="after")
    def _points_are_those_of_parts(self) -> Homework:
        points = {part.id: part.points for part in self.parts()}
        for name, own in self.marking.points.items():
            place = ("marking", "points", name)
            if name not in points:
                raise HomeworkContentError(f"there is no part {name}; {nearest(name, points)}", place)
            if sum(own.values()) > points[name]:
                raise HomeworkContentError(
                    f"these are {sum(own.values()):g} points, the part has {points[name]:g}", place
                )
        return self

    def parts(self) -> Iterator[Part]:
        """All parts in order."""
        for question in self.questions:
            yield from question.parts
