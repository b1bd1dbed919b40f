"""Every comparison of what was derived, or written by hand, with what is measured."""
