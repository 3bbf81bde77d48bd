"""Core of every search: state, options, settings, sub-MIPs and results."""
