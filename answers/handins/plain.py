"""Formulas as they are typed without LaTeX: W1, y_hat, W2.T and dl/dW1 in a plain text."""

from __future__ import annotations

import re

from answers.reading.vocabulary import GREEK

ACCENT = re.compile(r"\b([A-Za-z])_?(hat|bar|tilde)(?![A-Za-z])")
NUMBERED = re.compile(r"(?<![A-Za-z\\_^{])(d?)([A-Za-z])(\d+)(?![\d.]|[A-Za-z])")
TURNED = re.compile(r"\.T\b|\.transpose\(\)")
WORD = re.compile(r"(?<![\\A-Za-z_])(" + "|".join(sorted(GREEK, key=len, reverse=True)) + r")(?![A-Za-z])")


def latex_of(line: str) -> str:
    """A line of plain text with its names as LaTeX writes them; what is LaTeX already stays as it is."""
    line = TURNED.sub("^T", line)
    line = ACCENT.sub(r"\\\2{\1}", line)
    line = NUMBERED.sub(r"\1\2_{\3}", line)
    line = WORD.sub(r"\\\1", line)
    return line.replace("@", " ").replace("**", "^")
