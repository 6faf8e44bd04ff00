"""Databases. One folder a target; `target` holds what every target offers."""
