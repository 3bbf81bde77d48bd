"""The network of a plan as a graph: positions, links, gateways, and what they carry and survive.

It stands outside the optimisation model, which sees numbers and rows alone. networkx is met here and nowhere else; what
is counted often runs on SciPy's sparse matrices. Everything is a pure function of frozen data.
"""
