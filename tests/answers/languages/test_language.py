"""What our sheets say in another language: all of it, and nothing of what a homework's author wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from answers.homework.context import HomeworkContext
from answers.homework.load import HomeworkError, loads
from answers.homework.verify import checked
from answers.languages import ENGLISH, language, languages, translated
from answers.languages.language import HOLE, Language
from answers.latex.sheet import Sheet, strings
from answers.pdf import Engine, available_engines
from answers.sheets.build import build
from answers.sheets.layout import key_sheet, question_sheet

GERMAN = language("german")
ENGLISH_WORDS = re.compile(
    r"\b(the|with|only|and|of|where|what|is|are|it|by|from|insert|were|has|for|to)\b", re.IGNORECASE
)

HOMEWORK = """title: Aufgaben
language: de
totals: table
conventions: {layout: LAYOUT}
networks:
  plain: {layers: "x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax -> y_hat", loss: CrossEntropy}
  batch: {layers: "x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat", loss: 1/2*MSE, batch: B}
  image: {layers: "x:(c,h,w) -> Conv2d(o, k) -> MaxPool2d(2) -> Flatten -> Linear(K) -> y_hat", loss: MSE}
questions:
  - id: "1"
    title: Netze
    parts:
      - {id: 1a, question: Was?, points: 1, answer: [{kind: forward_table, network: plain}]}
      - {id: 1b, question: Was?, points: 2, answer: [{kind: gradients, network: plain}]}
      - {id: 1c, question: Was?, points: 2, answer: [{kind: gradients, network: batch}]}
      - {id: 1d, question: Was?, points: 2, answer: [{kind: elements, network: plain, of: [dz2/dz1]}]}
      - {id: 1e, question: Was?, answer: [{kind: graph, equations: "q = x + y; f = q*z", at: {x: 1, y: 2, z: 3}}]}
      - {id: 1f, question: Was?, answer: [{kind: layer, layer: LayerNorm}]}
      - id: 1g
        question: Was?
        answer:
          - kind: true_false
            statements: [{statement: "exp(z)^2 = exp(z^2)"}, {statement: "tanh(z) < 2", right: true}]
"""


def sheets(layout: str) -> tuple[Sheet, Sheet]:
    context = HomeworkContext(loads(HOMEWORK.replace("LAYOUT", layout)).homework)
    homework = context.homework
    claims = tuple(checked(context))
    return question_sheet(homework, context), key_sheet(homework, context, claims, "0123456789abcdef0")


@pytest.mark.parametrize("layout", ["numerator", "gradient"])
def test_a_whole_homework_is_in_german(layout: str) -> None:
    for sheet in sheets(layout):
        left = set(strings(replace(translated(sheet, GERMAN), language=ENGLISH))) - {"english"}
        words = {re.sub(r"\$(?:[^$\\]|\\.)*\$|\\\w+", " ", text) for text in left if "tikz" not in text}
        assert sorted(text for text in words if ENGLISH_WORDS.search(text)) == []


def test_english_stays_as_it_is() -> None:
    questions, _ = sheets("gradient")
    assert translated(questions, ENGLISH) is questions


@pytest.mark.parametrize("name", ["german", "de", "DE", "English", "en"])
def test_a_language_by_its_name_and_code(name: str) -> None:
    homework = loads(f"title: T\nlanguage: {name}\nquestions: []\n").homework
    assert homework.language == ("english" if name.lower().startswith("en") else "german")


def test_a_language_that_there_is_not_is_refused() -> None:
    with pytest.raises(HomeworkError, match="homework:2: language: there is no germann here; did you mean german"):
        loads("title: T\nlanguage: germann\nquestions: []\n")


@pytest.mark.parametrize("name", sorted({one.name for one in languages().values()} - {"english"}))
def test_a_translation_has_the_holes_of_what_it_translates(name: str) -> None:
    own = language(name)
    for phrase in own.phrases:
        assert set(HOLE.findall(phrase.meaning)) <= set(phrase.pattern.groupindex), phrase.meaning
        found = set(HOLE.findall(phrase.meaning))
        assert found == set(phrase.pattern.groupindex), phrase.meaning
    assert own.exact


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Insert $a$.", "Setze $a$ ein."),
        ("Insert $a$ and $b$.", "Setze $a$ und $b$ ein."),
        (
            "$z$ depends on $a_1$ alone, with slope $1 - z^2$.",
            "$z$ hängt nur von $a_1$ ab, mit der Steigung $1 - z^2$.",
        ),
        ("For all elements at once: Insert $a$.", "Für alle Elemente zugleich: Setze $a$ ein."),
        (r"x \text{ if } y", r"x \text{ falls } y"),
        (r"0 & \text{otherwise}", r"0 & \text{sonst}"),
        ("2.5 points", "2.5 Punkte"),
        (
            r"Handed out: \texttt{a.py}, \texttt{b\_{}c.py}. Only what was to be written is printed.",
            r"Ausgegeben: \texttt{a.py}, \texttt{b\_{}c.py}. Gedruckt ist nur, was zu schreiben war.",
        ),
        ("the loss of the page", "the loss of the page"),
        ("Name", "Name"),
        ("Insert nothing.", "Insert nothing."),
    ],
)
def test_sentences(english: str, german: str) -> None:
    assert GERMAN.say(english) == german


def test_a_language_without_phrases_says_what_it_is_given() -> None:
    assert Language("klingon").say("Insert $a$.") == "Insert $a$."


@pytest.mark.parametrize("engine", available_engines(), ids=lambda engine: engine.name)
def test_every_tex_makes_it(engine: Engine, tmp_path: Path) -> None:
    homework = loads("title: Äpfel und „Birnen“\nlanguage: de\nquestions: []\n").homework
    assert all(file.exists() for file in build(homework, tmp_path, engine=engine, only="questions").files)
