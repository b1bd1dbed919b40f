"""Hand-ins of a class marked: what a homework asks, a folder a student, a page each, figures for the instructor."""
