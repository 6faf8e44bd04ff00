"""The tier of rights without a superuser: what it does, what it says that it lacks, and what it cannot tell."""
