"""Batch of instances: each in its own process, solved ones skipped, failures contained."""
