"""Evaluating generations that were made elsewhere: files of any kind to a report."""
