"""The error of everything that makes a PDF."""

from __future__ import annotations


class PdfError(Exception):
    """No PDF could be made: no TeX, a document that TeX refuses, a folder that cannot be written."""
