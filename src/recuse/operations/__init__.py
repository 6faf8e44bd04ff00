"""What joins compiler, targets and paths: one module an operation, each usable without the command line."""
