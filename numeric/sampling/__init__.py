"""Sizes at which a mistake shows: which a forward definition can have, and a few that cover them."""

from numeric.sampling.plan import Plan, Sizing, plan

__all__ = ["Plan", "Sizing", "plan"]
