"""Strategies that find plans on a compiled matrix."""
