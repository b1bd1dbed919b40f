"""What students hand in, read: texts of files, the formulas in them, and which question each of them answers."""
