"""Mutants: planted mistakes that the checker, a known optimum or a published figure must catch."""
