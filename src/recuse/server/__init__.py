"""What programs ask over a network: the decision point. It holds no right to change a database."""
