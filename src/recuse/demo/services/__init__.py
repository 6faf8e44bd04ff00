"""A synthetic services directory: made from a seed, in several feeds, with the faults that real feeds have."""
