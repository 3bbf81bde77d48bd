"""Frame of the questions: options and progress, journal of answered points, the model and its patches."""
