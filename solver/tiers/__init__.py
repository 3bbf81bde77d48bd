"""Seeded test instances in four sizes: what a recipe says, what a seed draws, and the file it becomes."""
