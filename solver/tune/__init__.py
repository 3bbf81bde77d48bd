"""Tuning outside the MIP: settings of the search by class of instance, and the candidate node designs."""
