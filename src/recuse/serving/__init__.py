"""What a serving process is put together from: the policy and its ledger, databases' permits, the state, the server."""
