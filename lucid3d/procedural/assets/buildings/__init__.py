"""Buildings by a shape grammar, and the places that are made of them."""
