"""The dreamed views as a COLMAP text model, for those who train elsewhere.

Source: COLMAP, "Output Format" (colmap.github.io/format.html): cameras.txt, images.txt and points3D.txt. Camera axes
are OpenCV's, pixel centres at +0.5, poses lead from the world into the camera: all as here, so nothing is turned.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lucid3d.errors import InputError
from lucid3d.files import write_text
from lucid3d.pointcloud import PointCloud
from lucid3d.rotations import quaternions
from lucid3d.transforms import PosedView, write_image, write_mask

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable

MOST_POINTS = 200_000
"""Points that are written, evenly over all: trainers begin with about as many."""


def write_colmap(scene: Exportable, folder: Path) -> Path:
    """Write images/, masks/ where a part of a picture is not known, and sparse/0/ into a folder; returns it.

    Raises:
        InputError: the scene holds no views.
    """
    views: Sequence[PosedView] = [view for view in getattr(scene, "views", None) or [] if not view.support]
    if not views:
        raise InputError("the scene has no dreamed views, so there is nothing for COLMAP's format to hold")
    cameras: dict[tuple[float, ...], int] = {}
    images: list[str] = []
    for number, view in enumerate(views, 1):
        name = f"view_{number:03d}.png"
        write_image(view.image, folder / "images" / name)
        if not view.mask.all():
            write_mask(view.mask, folder / "masks" / f"{name}.png")
        camera = view.camera
        lens = (camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy)
        which = cameras.setdefault(lens, len(cameras) + 1)
        pose = camera.camera_from_world
        numbers = [*quaternions(pose[:3, :3]), *pose[:3, 3]]
        # the second line lists what was matched in the picture: nothing was
        images += [f"{number} {' '.join(f'{v:.12g}' for v in numbers)} {which} {name}", ""]
    model = folder / "sparse" / "0"
    lenses = [f"{which} PINHOLE {' '.join(f'{v:.12g}' for v in lens)}" for lens, which in cameras.items()]
    write_text(model / "cameras.txt", "\n".join(["# CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]", *lenses]) + "\n")
    write_text(
        model / "images.txt", "\n".join(["# IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME", *images]) + "\n"
    )
    write_text(model / "points3D.txt", _points(scene.points))
    return folder


def _points(cloud: PointCloud | None) -> str:
    """POINT3D_ID, X, Y, Z, R, G, B, ERROR of the solid points; no tracks, for nothing was matched."""
    lines = ["# POINT3D_ID, X, Y, Z, R, G, B, ERROR, TRACK[]"]
    if cloud is not None and len(cloud):
        solid = np.flatnonzero(~cloud.is_sky)
        solid = solid[:: max(1, -(-len(solid) // MOST_POINTS))]
        colors = np.round(np.clip(cloud.colors[solid], 0, 1) * 255).astype(int).tolist()
        for number, (position, color) in enumerate(zip(cloud.positions[solid].tolist(), colors, strict=True), 1):
            x, y, z = position
            red, green, blue = color
            lines.append(f"{number} {x:.6g} {y:.6g} {z:.6g} {red} {green} {blue} 0")
    return "\n".join(lines) + "\n"
