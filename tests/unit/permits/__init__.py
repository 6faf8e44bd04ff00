"""Requests and permits, with nothing outside: what keeps, records and issues is in memory, and can fail at any step."""
