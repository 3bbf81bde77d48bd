"""Candidate node designs: environment of a shell, sizing, Pareto set, vintages."""
