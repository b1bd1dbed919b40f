"""Marking of what students hand in: written answers read, judged at many points, and explained."""

from answers.marking.counterexample import Counterexample
from answers.marking.mark import Mark, mark

__all__ = ["Counterexample", "Mark", "mark"]
