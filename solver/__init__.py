"""The engine: files, physics, HiGHS, the screen."""
