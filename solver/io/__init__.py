"""Files and the terminal: atomic writing, exit codes, messages."""
