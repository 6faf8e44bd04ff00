"""Databases. One folder a target; what a target cannot enforce is refused at plan time, by name."""
