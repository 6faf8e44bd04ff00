"""Reads PostgreSQL's language back with its own grammar: what is not understood is named, never skipped."""
