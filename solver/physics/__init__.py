"""Pure functions of numbers: orbits, power, heat, dose, ascent, links, ageing, learning, cost arithmetic."""
