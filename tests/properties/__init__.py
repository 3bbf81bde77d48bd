"""Properties that hold for any instance, searched for counterexamples."""
