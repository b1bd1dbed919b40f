"""What is printed of derivations, read back from the very text and compared with what is measured."""
