"""Places that people have laid out, on level ground: recipe, what lies on the ground, what stands on it."""
