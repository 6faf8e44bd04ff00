"""Systems that `recuse` does not enter: a person exports accounts and grants as CSV, and runs the script made of it."""
