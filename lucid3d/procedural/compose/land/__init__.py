"""Natural places: the shape of land, and what grows on it."""
