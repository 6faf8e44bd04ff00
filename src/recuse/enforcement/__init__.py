"""Facts, and plans as the difference of two sets of facts. Pure: knows no database and no SQL dialect."""
