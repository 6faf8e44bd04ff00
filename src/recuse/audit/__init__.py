"""What the log of past searches tells: the canonical access record, and what a policy would have answered."""
