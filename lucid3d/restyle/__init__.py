"""A finished scene in other words: by rules, recoloured, repainted or redrawn."""
