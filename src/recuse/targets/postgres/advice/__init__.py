"""Advice on a database: indexes and statements that row security slows, NULLs that rules do not see."""
