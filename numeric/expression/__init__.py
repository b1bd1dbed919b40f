"""Index expressions and forward definitions by number: compiled to functions on arrays, row after row."""
