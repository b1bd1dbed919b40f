"""Exact numbers of formulas: intervals that surely hold them, and limits of how large they may be."""
