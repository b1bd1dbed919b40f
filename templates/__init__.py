"""The Jinja templates of question sheets and keys."""
