"""What an answer is, for all that make or use one: items, claims and verdicts, texts, names, errors."""
