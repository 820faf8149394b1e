"""Generators of single things: plants, rocks, props, furniture, buildings."""
