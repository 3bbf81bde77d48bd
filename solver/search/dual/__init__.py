"""Dual bounds: branch and bound on developments, cutting planes, reduced costs."""
