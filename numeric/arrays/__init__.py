"""Arrays as formulas see them: their axes, sizes read off their shapes, layouts, elementary functions."""
