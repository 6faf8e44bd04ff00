"""The client's conversations, without a network."""
