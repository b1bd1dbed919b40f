"""Derivations, expressions and matrix nodes as LaTeX and as Unicode for a terminal."""

from derive.render.printing import (
    cases_latex,
    cases_unicode,
    latex,
    sentence_latex,
    sentence_unicode,
    shape_latex,
    shape_unicode,
    unicode,
)

__all__ = [
    "cases_latex",
    "cases_unicode",
    "latex",
    "sentence_latex",
    "sentence_unicode",
    "shape_latex",
    "shape_unicode",
    "unicode",
]
