from __future__ import annotations

from answers.code.programming import written_lines

SOLUTION = """import numpy as np


def given(z):
    a = 1
    b = 2
    c = 3
    return z + a + b + c


class Layer:
    def forward(self, z):
        return z

    def backward(self, dy):
        return dy


def other():
    return 1
"""


def test_only_the_functions_that_the_handout_lacks() -> None:
    skeleton = SOLUTION.replace("        return dy", "        raise NotImplementedError")
    assert [SOLUTION.splitlines()[number - 1] for number in written_lines(SOLUTION, skeleton)] == [
        "class Layer:",
        "    def backward(self, dy):",
        "        return dy",
    ]


def test_a_file_without_a_handout_is_whole() -> None:
    assert len(written_lines(SOLUTION, "")) == len(SOLUTION.splitlines())


def test_a_file_that_is_nearly_all_to_be_written_is_whole() -> None:
    assert len(written_lines(SOLUTION, "import numpy as np")) == len(SOLUTION.splitlines())


def test_a_file_that_is_handed_out_as_it_is_is_whole() -> None:
    assert len(written_lines(SOLUTION, SOLUTION)) == len(SOLUTION.splitlines())
