"""Crosscoders: one set of features for several models or layers, each with decoders of its own."""
