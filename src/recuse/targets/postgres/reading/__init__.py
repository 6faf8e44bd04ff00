"""Reads PostgreSQL's own language back, with PostgreSQL's own grammar: what is not understood is named, never skipped."""
