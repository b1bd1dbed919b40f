"""Passes from a forward definition and its adjoints to lines that can be computed: views, stability, sharing."""
