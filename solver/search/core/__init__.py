"""Search state, settings, sub-MIPs and other parts that every heuristic and bound uses."""
