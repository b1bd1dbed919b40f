"""Sweeps over hyper-parameters: which runs there are, what was found in them, and how that is shown."""
