"""Pipeline of one solve: solve, dispatch, checkpoint, manifest, run directory, progress, time budget."""
