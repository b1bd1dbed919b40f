"""Derivations in answers: the claim that one is right, its steps as a key shows them, pages about one layer or loss."""
