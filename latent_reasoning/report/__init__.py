"""One self-contained page from records."""
