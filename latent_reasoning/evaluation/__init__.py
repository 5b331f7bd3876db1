"""Accuracy, behaviour frequency, pass@k and their intervals."""
