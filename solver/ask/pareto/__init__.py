"""Fronts of cost against other objectives."""
