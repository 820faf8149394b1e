"""What things and places are made of: meshes, shapes, materials, palettes, terrain."""
