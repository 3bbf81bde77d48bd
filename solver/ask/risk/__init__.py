"""Risk: replays of a plan under losses, and plans for scenarios."""
