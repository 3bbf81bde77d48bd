"""Properties of random instances: what must hold for every plan, whatever the numbers."""
