"""Engine: the search of one matrix, and the schedule of its steps."""
