"""Sparse dictionaries over activations."""
