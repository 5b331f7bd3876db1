"""Adding directions to a model while it generates."""
