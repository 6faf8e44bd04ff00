"""The PostgreSQL target: versions 15 and newer."""
