"""Properties that hold for every instance, and tools that look for one where they do not."""
