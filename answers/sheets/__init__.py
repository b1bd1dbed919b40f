"""Sheets of a homework: the blocks of the question sheet, the key and the catalogue, and the files of them."""
