"""Running the command line inside a test."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from answers.command.application import application

HOMEWORK = """\
title: A homework
networks:
  regression:
    layers: "x:n -> Linear(d) -> ReLU -> Linear(K) -> Identity -> y_hat"
    loss: 1/2*MSE
questions:
  - id: "1"
    title: A question
    parts:
      - id: 1a
        question: Differentiate.
        answer:
          - kind: gradients
            network: regression
            of: [W1]
"""
"""A homework with one part, whose answer is one gradient. The line of each key matters to the tests."""


class Outcome:
    """What a run of the command line printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    def refused(self, *parts: str) -> None:
        """Assert that the input was refused with one message that holds all the parts, and no traceback."""
        assert self.code == 2, self.out + self.err
        assert self.err.startswith("error: ")
        assert self.err.count("error: ") == 1
        assert "Traceback" not in self.err
        for part in parts:
            assert part in self.err, self.err


@cache
def program() -> Any:
    """The program that the commands make, put together once."""
    return get_command(application)


def run(*arguments: str | Path) -> Outcome:
    """Run ``gradsheet`` with the arguments."""
    with CliRunner().isolation() as (out, err, _):
        with pytest.raises(SystemExit) as left:
            program().main([str(argument) for argument in arguments], prog_name="gradsheet")
        sys.stdout.flush()
        sys.stderr.flush()
        assert isinstance(left.value.code, int)
        return Outcome(left.value.code, *(stream.getvalue().decode().replace("\r\n", "\n") for stream in (out, err)))


def written(folder: Path, text: str = HOMEWORK, name: str = "hw.yaml") -> Path:
    """A homework file with the text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
