"""Many instances on this machine: each in its own process, solved ones skipped, failures survived."""
