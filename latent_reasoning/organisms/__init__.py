"""Small real models whose history is known."""
