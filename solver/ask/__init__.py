"""Questions about an instance or a plan: why there is none, what would have to be true, what holds it back."""
