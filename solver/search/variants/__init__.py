"""Search variants: earliest date, budget, learning curves, survivability, infeasibility."""
