"""Primal heuristics: plans by rounding, diving, restricted MIPs and large neighbourhoods."""
