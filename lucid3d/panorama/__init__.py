"""Panoramas: equirectangular, cube and perspective pictures of one sphere, and the filling of their holes."""

from lucid3d.panorama.filling import fill_holes
from lucid3d.panorama.resampling import (
    CUBE_FACES,
    cube_cameras,
    cube_from_equirectangular,
    equirectangular_from_cube,
    equirectangular_pixels,
    equirectangular_rays,
    perspective_from_equirectangular,
    pixel_solid_angles,
    sample_equirectangular,
)

__all__ = [
    "CUBE_FACES",
    "cube_cameras",
    "cube_from_equirectangular",
    "equirectangular_from_cube",
    "equirectangular_pixels",
    "equirectangular_rays",
    "fill_holes",
    "perspective_from_equirectangular",
    "pixel_solid_angles",
    "sample_equirectangular",
]
