"""Periods, substeps, ramps and the target path: the rules of time."""
