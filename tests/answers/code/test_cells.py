"""Notebooks: cells of a file, run and valid; a real kernel prints what the solution says."""

from __future__ import annotations

import base64
from typing import Any

import nbformat
import pytest

from answers.code.cells import CellError, file_cells, named_cells, outputs_of, with_outputs
from answers.notebook import Cell, code, notebook, words

FILE = '''"""A file.

Of two lines.
"""

import numpy as np

from layers import f

LIMIT = 3


@staticmethod
def g(x):
    """It is f."""
    # twice
    return f(x)


class A:
    pass


if __name__ == "__main__":
    for x in (1, 2):
        print(g(x))
'''


def read(text: str) -> Any:
    return nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]


def test_the_cells_of_a_file() -> None:
    cells = list(file_cells(FILE, {"layers"}))
    assert cells == [
        words("A file.\n\nOf two lines."),
        code("import numpy as np\nLIMIT = 3"),
        code('@staticmethod\ndef g(x):\n    """It is f."""\n    # twice\n    return f(x)'),
        code("class A:\n    pass"),
        code("for x in (1, 2):\n    print(g(x))"),
    ]
    assert "from layers import f" in list(file_cells(FILE))[1].source
    (whole,) = file_cells("from layers import f\nx = 1\n", {"layers"}, whole=True)
    assert whole.source == "x = 1"
    assert list(named_cells('"""x"""\n# %% a\nx = 1\n# %% b\ny = 2\n')) == [("a", "x = 1\n"), ("b", "y = 2\n")]


def test_cells_are_run_in_one_namespace() -> None:
    cells = [words("# T"), code("x = 2"), code("print(x + 1)"), words("so"), code("print('ü')")]
    made = with_outputs(cells, outputs_of(cells))
    assert [cell.printed for cell in made] == ["", "", "3\n", "", "ü\n"]
    text = notebook(made)
    assert text == notebook(made)
    nbformat.validate(read(text))


def test_a_picture_is_an_output() -> None:
    pytest.importorskip("matplotlib")
    cells = [code("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")]
    (drawn,) = with_outputs(cells, outputs_of(cells))
    assert base64.b64decode(drawn.pictures[0]).startswith(b"\x89PNG")
    (output,) = read(notebook([drawn])).cells[0].outputs
    assert output.output_type == "display_data"


def test_a_cell_that_fails_is_told() -> None:
    with pytest.raises(CellError, match="a cell fails: ZeroDivisionError"):
        outputs_of([code("x = 1"), code("1/0")])


def test_equal_cells_give_equal_text() -> None:
    assert notebook([Cell("code", "x")]) == notebook([Cell("code", "x")])
