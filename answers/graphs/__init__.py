"""Drawings of directed graphs: a layered layout, and TikZ."""
