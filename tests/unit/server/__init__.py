"""The decision point, without a network."""
