"""Derivations as a lecturer writes them: each line one idea, its reason a cause."""
