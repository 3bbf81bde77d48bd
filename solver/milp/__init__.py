"""Matrices of the model and the one door to HiGHS: compile, scale, solve, verify, bound."""
