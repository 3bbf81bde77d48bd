"""Graph of a plan's network: positions, links, gateways, their traffic and their outages.

The optimisation model does not use this package. Only this package imports networkx; frequent computations run on
SciPy's sparse matrices. Every function is a pure function of frozen data.
"""
