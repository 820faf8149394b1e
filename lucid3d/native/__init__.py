"""The compiled modules: `_gaussians`, `_geometry` and `_worlds`."""
