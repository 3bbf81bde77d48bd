"""Node designs: environment of a shell, sizing, Pareto set, links and ageing."""
