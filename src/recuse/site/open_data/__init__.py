"""Open data: tables as CSV, their description as a Data Package, and a dictionary of every field."""
