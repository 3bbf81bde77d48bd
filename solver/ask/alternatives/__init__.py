"""Alternatives: near-optimal plans that differ, and what all of them have."""
