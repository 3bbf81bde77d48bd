"""Sensitivity of the result to the ranges of its numbers."""
