"""Rules of time: periods, sub-periods, ramps and the target path."""
