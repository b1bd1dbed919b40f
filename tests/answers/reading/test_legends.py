"""Equations that say what a sign means are compared with what the reader takes it for."""

from __future__ import annotations

import pytest

from answers.reading import Unreadable
from answers.reading.legends import legend

RIGHT = [
    (0, r"(a \star b)_x = \sum_t a_{x+t}\, b_t", "correlate"),
    (1, r"(a \star b)_x = \sum_t a_{x+t-1}\, b_t", "correlate"),
    (0, r"(a \ast b)_x = \sum_t a_{x-t}\, b_t", "convolve"),
    (1, r"(a \ast b)_x = \sum_t a_{x-t+1}\, b_t", "convolve"),
    (0, r"(a \star b)_{x,y} = \sum_{s,t} a_{x+s,\,y+t} b_{st}", "correlate"),
    (0, r"\operatorname{pad}_p(a)_x = a_{x-p}", "pad"),
    (1, r"\operatorname{pad}_p(a)_{x+p} = a_x", "pad"),
    (0, r"\operatorname{crop}_p(a)_x = a_{x+p}", "crop"),
    (0, r"\operatorname{dilate}_s(a)_{sx} = a_x", "dilate"),
    (0, r"\operatorname{dilate}_s(a)_x = \begin{cases} a_{x/s} & \text{if } s \mid x \\ 0 & \text{else} \end{cases}",
     "dilate"),
    (1, r"\operatorname{dilate}_s(a)_{s(x-1)+1} = a_x", "dilate"),
    (0, r"\operatorname{rot180}(a)_x = a_{n-1-x}", "rot180"),
    (1, r"\operatorname{rot180}(a)_x = a_{n+1-x}", "rot180"),
    (0, r"\operatorname{rot180}(a)_{x,y} = a_{H-1-x,W-1-y}", "rot180"),
    (0, r"\operatorname{stride}_s(a)_x = a_{sx}", "stride"),
    (0, "(a ⋆ b)[x] = Σ_t a[x+t] · b[t]", "correlate"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "text", "operation"), RIGHT, ids=[f"{base}: {text}" for base, text, _ in RIGHT])
def test_a_legend_that_says_what_the_sign_means(base: int, text: str, operation: str) -> None:
    found = legend(text, base)
    assert found.operation == operation
    assert found.agrees, found.reason


WRONG = [
    (0, r"(a \star b)_x = \sum_t a_{x-t}\, b_t"),
    (0, r"(a \ast b)_x = \sum_t a_{x+t}\, b_t"),
    (1, r"(a \star b)_x = \sum_t a_{x+t}\, b_t"),
    (0, r"(a \star b)_x = \sum_t a_{x+t+1}\, b_t"),
    (0, r"(a \star b)_x = \sum_t a_{x+t}"),
    (0, r"\operatorname{pad}_p(a)_x = a_{x+p}"),
    (0, r"\operatorname{crop}_p(a)_x = a_x"),
    (0, r"\operatorname{dilate}_s(a)_{x} = a_{sx}"),
    (0, r"\operatorname{dilate}_s(a)_{sx} = 2 a_{x}"),
    (0, r"\operatorname{rot180}(a)_x = a_{n-x}"),
    (0, r"\operatorname{rot180}(a)_x = a_x"),
    (0, r"\operatorname{stride}_s(a)_{sx} = a_{x}"),
]


@pytest.mark.parametrize(("base", "text"), WRONG, ids=[f"{base}: {text}" for base, text in WRONG])
def test_a_legend_that_says_something_else(base: int, text: str) -> None:
    found = legend(text, base)
    assert not found.agrees
    assert "equation" in found.reason


@pytest.mark.parametrize("text", [r"a_x = b_x", r"a \star b", r"(a \star q)_x = a_x", "x = "])
def test_what_defines_no_sign_is_no_legend(text: str) -> None:
    with pytest.raises(Unreadable):
        legend(text)
