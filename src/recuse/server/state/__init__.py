"""What decision points and consoles share: one schema `recuse_state` in a PostgreSQL database of its own."""
