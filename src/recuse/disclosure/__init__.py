"""The accounting of a person's records: who asked for them, by the ledgers, and no name of anybody; all passed in."""
