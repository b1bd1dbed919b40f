"""Homework files: what they hold, how they are read, and what is wrong with them."""
