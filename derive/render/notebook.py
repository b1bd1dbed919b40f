"""A derivation as notebooks show it: its equation, its shape, and its steps to be opened."""

from __future__ import annotations

from html import escape

from derive.render.derivations import derivation_latex
from derive.steps import Derived

BOLD = r"\def\bm#1{\boldsymbol{#1}}"
"""The one command of our equations that MathJax does not know."""


def notebook_html(derivation: Derived) -> str:
    """The derivation as HTML, its mathematics for MathJax."""
    shape = " × ".join(map(str, derivation.shape)) or "a number"
    parts = [f"<p>$\\displaystyle {BOLD} {escape(derivation_latex(derivation, 'matrix', False))}$</p>"]
    parts.append(f"<p>shape: {escape(shape)}</p>")
    if derivation.steps:
        body = escape(derivation_latex(derivation, "matrix", True))
        steps = f"$$ {BOLD} \\begin{{align*}} {body} \\end{{align*}} $$"
        parts.append(f"<details><summary>steps</summary>{steps}</details>")
    return f"<div>{''.join(parts)}</div>"
