"""Loading models, hook points, hooks and generation."""
