"""Values and derivatives measured on the forward definition alone, by perturbing it."""
