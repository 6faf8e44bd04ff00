"""A program's side: the client against a running decision point, and the examples as they are served."""
