"""Index expressions: what they are made of, what their symbols are called, and walks over them."""
