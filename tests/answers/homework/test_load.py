from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from answers.errors import HomeworkError
from answers.homework.bundled import bundled, bundled_files
from answers.homework.load import load, loads
from tests.examples import examples

NYU = bundled_files()["nyu-2020"].read_text(encoding="utf-8")
NAMED = ("networks", "evidence", "layers", "activations", "losses", "options")
"""Keys below these are names that the file gives itself."""

GOOD = """\
title: A homework
networks:
  net:
    layers: "x:n -> Linear(K)"
questions:
  - id: "1"
    title: A question
    parts:
      - id: 1a
        question: Differentiate.
        answer:
          - kind: gradients
            network: net
"""


def keys_of_models(node: Node, path: tuple[str, ...] = ()) -> list[ScalarNode]:
    """The keys in the text that a model knows, each once."""
    found: list[ScalarNode] = []
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if not path or path[-1] not in NAMED:
                found.append(key)
            found += keys_of_models(value, (*path, key.value))
    elif isinstance(node, SequenceNode):
        for entry in node.value:
            found += keys_of_models(entry, (*path, "-"))
    return found


KEYS = keys_of_models(YAML(typ="safe", pure=True).compose(NYU))


@examples(60)
@given(st.sampled_from(KEYS), st.sampled_from(["doubled", "cut", "swapped"]))
def test_a_misspelt_key_anywhere_is_named_with_its_line_and_what_was_meant(key: ScalarNode, how: str) -> None:
    good = key.value
    if len(good) < 4:
        how = "doubled"
    bad = {"doubled": good + good[-1], "cut": good[:-1], "swapped": good[1] + good[0] + good[2:]}[how]
    lines = NYU.split("\n")
    row, column = key.start_mark.line, key.start_mark.column
    assert lines[row][column:].startswith(good)
    lines[row] = lines[row][:column] + bad + lines[row][column + len(good) :]
    with pytest.raises(HomeworkError) as caught:
        loads("\n".join(lines), "nyu.yaml")
    message = str(caught.value)
    if good in ("kind", "template"):  # without it nothing says which keys the entry may have
        assert f"the key {good} is missing" in message
    else:
        expected = next(line for line in message.splitlines() if f"there is no key {bad}; " in line)
        assert expected.startswith(f"nyu.yaml:{row + 1}: ")
        assert f"did you mean {good}?" in expected


@pytest.mark.parametrize("homework", bundled(), ids=lambda homework: homework.id)
def test_every_bundled_homework_is_loaded_by_its_id(homework: object) -> None:
    (outline,) = [entry for entry in bundled() if entry == homework]
    loaded = load(outline.id)
    assert loaded.id == outline.id
    assert loaded.homework.title == outline.title
    parts = len(tuple(loaded.homework.parts()))
    assert parts > outline.parts if outline.more else parts == outline.parts


def test_a_file_is_loaded_by_its_path_and_named_by_its_stem(tmp_path: Path) -> None:
    file = tmp_path / "week.3.yaml"
    file.write_text(GOOD, encoding="utf-8")
    loaded = load(str(file))
    assert loaded.id == "week.3"
    assert loaded.homework.networks["net"].layers == "x:n -> Linear(K)"
    assert loaded.source.line(("networks", "net", "layers")) == 4


def test_a_folder_with_the_name_of_a_bundled_homework_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nyu-2020").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load("nyu-2020").id == "nyu-2020"


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("title: A homework", "titel: A homework", "hw.yaml: the key title is missing"),
        ("title: A homework", "title: 2020", "hw.yaml:1: title: expected text, got 2020; put it in quotes"),
        ("title: A homework", "title: 2020-10-02", "hw.yaml:1: title: expected text, got 2020-10-02; put it in quotes"),
        ("title: A homework", "title: yes\ndue: true", "hw.yaml:2: due: expected text, got true; put it in quotes"),
        ("title: A homework", "title:", "expected text, got nothing: no value stands after the key"),
        ("title: A homework", "title: [a]", "hw.yaml:1: title: expected text, got a list"),
        (
            '"x:n -> Linear(K)"',
            '"x:n -> Linear(K)"\n    batch: [B]',
            "net.batch: expected text or a whole number, got a li",
        ),
        ("    parts:\n", "    level: 3\n    parts:\n", "hw.yaml:8: questions[1].level: expected 1 or 2, got 3"),
        (
            "questions:\n",
            "conventions: {layout: rows}\nquestions:\n",
            "hw.yaml:5: conventions.layout: there is no rows here",
        ),
        (
            "questions:\n",
            "conventions: {layout: numeratr}\nquestions:\n",
            "there is no numeratr here; did you mean numerator?",
        ),
        ("        answer:\n", "        points: many\n        answer:\n", "expected a number, got the text 'many'"),
        ("        answer:\n", "        points: -1\n        answer:\n", "hw.yaml:11: questions[1].parts[1a].points: "),
        ("questions:\n", "questions:\n  - 5\n", "hw.yaml:6: questions[1]: expected keys with values, got 5"),
        (
            "network: net",
            "network: net\n            within: x",
            "expected a list, got the text 'x'; an entry of a list",
        ),
        ("network: net", "netwrk: net", "hw.yaml:12: questions[1].parts[1a].answer[1]: the key network is missing"),
        (
            "- kind: gradients\n            network",
            "- network",
            "hw.yaml:12: questions[1].parts[1a].answer[1]: the key kind",
        ),
        ("      - id: 1a", "      - {id: 1a, question: x}\n      - id: 1a", "two parts have the id 1a"),
        (
            "        answer:",
            "        rubric: [{points: 1, text: x}]\n        answer:",
            "hw.yaml:9: questions[1].parts[1a]: the rubric adds up to 1",
        ),
    ],
)
def test_what_a_model_refuses_is_said_in_terms_of_the_file(good: str, bad: str, message: str) -> None:
    assert GOOD.count(good) == 1
    with pytest.raises(HomeworkError) as caught:
        loads(GOOD.replace(good, bad), "hw.yaml")
    assert message in str(caught.value)


def test_at_most_ten_errors_are_listed() -> None:
    with pytest.raises(HomeworkError) as caught:
        loads(GOOD + "".join(f"key{number}: 1\n" for number in range(14)), "hw.yaml")
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("hw.yaml:14: key0: ")
    assert lines[-1] == "and 4 more"
