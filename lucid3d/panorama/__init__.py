"""Panoramas: equirectangular, cube and perspective pictures of one sphere, the filling of their
holes, and the repair of seams."""

from lucid3d.panorama.filling import fill_holes
from lucid3d.panorama.repair import Repair, repair_panorama
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
from lucid3d.panorama.seams import Seam, find_seams

__all__ = [
    "CUBE_FACES",
    "Repair",
    "Seam",
    "cube_cameras",
    "cube_from_equirectangular",
    "equirectangular_from_cube",
    "equirectangular_pixels",
    "equirectangular_rays",
    "fill_holes",
    "find_seams",
    "perspective_from_equirectangular",
    "pixel_solid_angles",
    "repair_panorama",
    "sample_equirectangular",
]
