"""The enforced database against Cedar, live: the recipe, the comparison, the long run, mismatches made small."""
