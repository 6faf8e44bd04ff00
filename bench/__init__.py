"""Benchmarks: ratios taken in one run, side by side, on answers that were found equal first. `make bench` runs them."""
