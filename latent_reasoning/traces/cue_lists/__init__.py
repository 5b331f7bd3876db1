"""Cue lists: one module a behaviour, all of the same shape."""
