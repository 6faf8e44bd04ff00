"""Proofs: what conditions written in SQL show, against what the rules open; nothing here was used to write them."""
