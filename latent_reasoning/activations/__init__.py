"""Recording residual streams and keeping them on disk."""
