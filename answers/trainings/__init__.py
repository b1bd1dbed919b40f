"""Trainings that a homework file describes: their data and settings, their results, and what is shown of them."""
