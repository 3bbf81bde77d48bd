"""Properties that hold for all inputs: fuzz and relations, each case a number."""
