"""Numbers that neither overflow nor lose digits: intervals that surely hold them, and arrays of such numbers."""
