"""Seeded test instances in four sizes: recipes, random draws and the text of the files."""
