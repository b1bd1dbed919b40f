"""What an answer is, for all that make or use one: items, claims, verdicts, evidence; texts, names and definitions."""
