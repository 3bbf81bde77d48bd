"""Solve of one instance: solve, dispatch, checkpoint, manifest, run directory, progress, time budget."""
