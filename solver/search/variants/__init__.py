"""Variants of the search: earliest date, budget, learning curves, survivability, infeasibility."""
