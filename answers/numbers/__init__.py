"""Numbers through a network: values, gradients and steps of an optimiser where all that is given is numbers."""
