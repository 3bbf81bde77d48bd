"""Python interface: scenarios, solves, results and comparisons as objects."""
