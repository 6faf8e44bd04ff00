"""Directives as signed documents: reading them, the two signatures, the register of officials, what is in force."""
