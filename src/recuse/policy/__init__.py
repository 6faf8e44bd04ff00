"""From the files of a policy repository to decisions: read strictly, describe to Cedar, validate, decide."""
