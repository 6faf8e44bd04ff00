"""Reviews from the draft to the ledger, on the demonstration's policy repository."""
