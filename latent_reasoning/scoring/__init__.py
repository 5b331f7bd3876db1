"""Ranking the features of a dictionary over a store: a table, its files and its page."""
