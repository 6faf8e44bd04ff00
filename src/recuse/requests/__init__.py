"""Requests for assistance: taken in, decided by the policy in force, answered, counted; store and ledger passed in."""
