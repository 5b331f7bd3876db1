"""Finding and ranking features."""
