"""The public site as plain files: what a body decided, what became of it, rights and services, in several languages.

It is given values, touches no database and asks nobody: what it says comes from the policy repository, the ledger and
the content folder.
"""
