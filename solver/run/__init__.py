"""Runs: solve, dispatch, checkpoint, manifest, run directory, progress, time budget."""
