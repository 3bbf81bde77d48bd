"""Files and the terminal: writing aside, exit codes, messages."""
