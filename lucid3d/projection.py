"""Point cloud to partial view: the paper's phi 3->2 (Algorithm 1, line 3), with a z-buffer of footprints.

Every point covers the pixels that its footprint covers from here; the nearest surface wins; of the points of that
surface each pixel shows the one whose centre is nearest, at the depth of its tangent plane. Cracks narrower than the
sampling of the surface around them are closed, so no background shows through a foreground; anything wider is a hole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import lucid3d.native._geometry as _geometry
from lucid3d.camera import Camera, lens_values
from lucid3d.errors import InputError
from lucid3d.pointcloud import PointCloud
from lucid3d.threads import thread_count

NEAR_DEPTH = 0.01
"""Metres; points nearer than this to the image plane are left out."""
MAX_MAGNIFICATION = 12.0
"""Pixels; a point that would cover more than this many in a row hides what is behind it but does not count as known."""
RIM_EROSION = 1
"""Pixels that the known mask loses along its rim: there points stand for half a pixel that nobody has seen."""


@dataclass(frozen=True)
class PartialView:
    """What a point cloud shows from a camera.

    Attributes:
        image: (H, W, 3) float32 sRGB in [0, 1], zeros where unknown.
        depth: (H, W) float32 z-depth in metres; +inf for sky and where unknown.
        known: (H, W) bool.
        point_index: (H, W) int32, the point that each pixel shows; -1 where unknown.
    """

    image: NDArray[np.float32]
    depth: NDArray[np.float32]
    known: NDArray[np.bool_]
    point_index: NDArray[np.int32]

    @property
    def is_sky(self) -> NDArray[np.bool_]:
        """(H, W) bool, True where the sky dome is seen."""
        sky: NDArray[np.bool_] = self.known & ~np.isfinite(self.depth)
        return sky

    @property
    def coverage(self) -> float:
        """The known fraction of the picture, in [0, 1]."""
        return float(self.known.mean())


def project_cloud(
    cloud: PointCloud,
    camera: Camera,
    *,
    rim_erosion: int = RIM_EROSION,
    max_magnification: float = MAX_MAGNIFICATION,
    threads: int | None = None,
) -> PartialView:
    """Draw a point cloud from a camera (phi 3->2).

    Sky points lose against every surface and have depth +inf. Surfaces seen from behind (by their normals) hide what is
    behind them and are unknown: nobody has seen that side. The result does not depend on `threads`.

    Args:
        cloud: N points; points without a normal (zeros) are taken to face the camera.
        camera: where to draw from.
        rim_erosion: pixels by which the known mask shrinks along its rim (never along the picture's border).
        max_magnification: see MAX_MAGNIFICATION.
        threads: native threads; None for all cores.
    Returns:
        PartialView of the camera's size.
    Raises:
        InputError: `rim_erosion` is negative.
    """
    if rim_erosion < 0:
        raise InputError(f"rim_erosion {rim_erosion} must be zero or more pixels")
    point_index = np.empty((camera.height, camera.width), np.int32)
    depth = np.empty((camera.height, camera.width), np.float32)
    _geometry.project(
        np.ascontiguousarray(cloud.positions, np.float32),
        np.ascontiguousarray(cloud.normals, np.float32),
        np.ascontiguousarray(cloud.footprints, np.float32),
        np.ascontiguousarray(cloud.is_sky, np.bool_),
        camera.width,
        camera.height,
        lens_values(camera),
        np.ascontiguousarray(camera.camera_from_world),
        np.ascontiguousarray(camera.position),
        NEAR_DEPTH,
        max_magnification,
        thread_count(threads),
        point_index,
        depth,
    )
    known = erode_rim(point_index >= 0, rim_erosion)
    point_index[~known] = -1
    depth[~known] = np.inf
    image = np.zeros((camera.height, camera.width, 3), np.float32)
    image[known] = cloud.colors[point_index[known]]
    return PartialView(image, depth, known, point_index)


def erode_rim(known: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """Shrink a mask (H, W) by `pixels` (in the 8-neighbourhood) wherever it borders on False; the picture's border is
    no rim."""
    if pixels == 0 or known.all():
        return known
    import cv2

    kernel = np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)
    eroded: Any = cv2.erode(known.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    return eroded.astype(bool)  # type: ignore[no-any-return]
