"""docs/homework-file.md describes the whole format, and what it shows works."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

import pytest

from answers.code.programming import Programming
from answers.code.templates import code_templates
from answers.contract.definitions import NetworkModel
from answers.contract.model import Strict
from answers.evidence import evidence_kinds
from answers.homework.context import HomeworkContext
from answers.homework.load import load, loads
from answers.homework.model import Conventions, Homework, Part, Question
from answers.homework.verify import verify
from answers.kinds import kinds
from answers.sheets.build import build
from answers.trainings.model import AdamModel, SGDModel, Stack, TrainingModel

PAGE = (Path(__file__).parents[2] / "docs" / "homework-file.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMPLETE = BLOCKS[0]
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^###? |\Z)", PAGE, re.MULTILINE | re.DOTALL))
TEMPLATES = dict(re.findall(r"^#### Template `(\w+)`\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL))
ALL_KINDS: dict[str, type[Strict]] = {**kinds(), "code": Programming, **evidence_kinds()}


def test_the_complete_example_is_built_and_verified(tmp_path: Path) -> None:
    homework = loads(COMPLETE).homework
    files = build(homework, tmp_path, format="tex").files
    assert [file.name for file in files][:2] == ["questions.tex", "key.tex"]
    lines = list(verify(homework))
    assert lines
    assert all(line.ok for line in lines)


def test_every_section_is_of_a_kind() -> None:
    assert set(SECTIONS) <= set(ALL_KINDS)


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_every_key_of_a_kind_is_described(name: str) -> None:
    for key in ALL_KINDS[name].model_fields:
        assert key == "kind" or f"`{key}`" in SECTIONS[name], f"{name} does not describe {key}"


@pytest.mark.parametrize(
    "model", [Homework, Conventions, NetworkModel, TrainingModel, Stack, SGDModel, AdamModel, Question, Part]
)
def test_every_key_of_the_file_is_described(model: type[Strict]) -> None:
    described = PAGE[PAGE.index("## The file") : PAGE.index("## Kinds of answers")]
    for key in model.model_fields:
        assert re.search(rf"`{key}\b", described), f"{model.__name__} does not describe {key}"


def test_every_section_of_a_template_is_of_one() -> None:
    assert set(TEMPLATES) <= set(code_templates())


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_every_key_of_a_template_is_described(name: str) -> None:
    for key in code_templates()[name].model_fields:
        described = SECTIONS["code"] if key in Programming.model_fields else TEMPLATES[name]
        assert f"`{key}`" in described, f"{name} does not describe {key}"


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_the_example_of_a_kind_is_answered(name: str) -> None:
    items, beside = _example(SECTIONS[name]), ""
    if name in evidence_kinds():
        items = f"- kind: prose\n  text: Words.\n  evidence:\n{indent(items, '    ')}"
        beside = _example(TEMPLATES["training"]) if name == "program" else ""
    assert _passed(items, beside) or name == "procedure"


TRAINED = "training"
"""The evidence of programs is shown with the example of this template, which takes seconds, with every change."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == TRAINED else name for name in sorted(TEMPLATES)]
)
def test_the_examples_of_a_template_are_answered(name: str) -> None:
    assert f"template: {name}" in _example(TEMPLATES[name])
    assert _passed(_example(TEMPLATES[name]))


def _example(section: str) -> str:
    example = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert example is not None
    return example[1]


def _passed(items: str, beside: str = "") -> int:
    """How many claims a part of the complete example with these items makes; each must hold.

    What stands ``beside`` them in the part is answered, and what it claims is left to its own example.
    """
    part = '      - id: "9"\n        question: Now?\n        answer:\n'
    homework = loads(COMPLETE + part + indent(items.rstrip() + "\n" + beside, "          ") + "\n").homework
    context = HomeworkContext(homework)
    (added,) = (part for part in context.homework.parts() if part.id == "9")
    whole, more = context.answered(added), len(_list(beside))
    claims = [claim for answer in whole[: len(whole) - more] for claim in answer.claims]
    verdicts = [claim.check() for claim in claims]
    assert all(verdict.ok for verdict in verdicts)
    return len(verdicts)


def _list(items: str) -> list[str]:
    return re.findall(r"^- ", items, re.MULTILINE)


def test_the_homework_to_start_from_is_one(tmp_path: Path) -> None:
    from importlib.resources import files

    start = tmp_path / "start.yaml"
    start.write_text((files("templates") / "homework" / "start.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert all(line.ok for line in verify(load(str(start)).homework))
