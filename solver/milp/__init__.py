"""Matrices of the model and their solution by HiGHS: compile, scale, solve, verify, bound."""
