"""A sentence or a picture in, a 3-D place out: dreamed views, 3-D Gaussians, and a 360-degree skybox."""

__version__ = "0.1.0"
