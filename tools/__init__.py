"""What the developers run and nobody else needs."""
