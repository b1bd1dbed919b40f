"""The calculus in index notation: differentiation, elimination of indices, folding back, textbook form."""
