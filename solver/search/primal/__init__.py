"""Primal heuristics: diving, sequential fixing, staged rounding, large neighbourhoods."""
