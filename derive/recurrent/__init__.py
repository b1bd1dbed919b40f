"""Definitions whose rows read themselves at an earlier time, and back-propagation through time."""
