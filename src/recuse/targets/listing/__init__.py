"""Systems that `recuse` does not enter: a person exports accounts and grants as CSV, and runs the script that comes of it."""
