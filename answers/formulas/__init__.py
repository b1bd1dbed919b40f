"""Formulas in homework files: what they are about, their values, and chains of them that are checked."""
