"""Explanations: why there is no plan, what would have to change, and what limits cost."""
