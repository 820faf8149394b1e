"""Splats from files (.ply of Gaussians, .splat, .spz) as things to set into a scene.

They bring their own light. What stands in people's way, and what shades the ground, is the hull of what is opaque.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from lucid3d.editing.thing import ON_LAND, Thing
from lucid3d.errors import InputError
from lucid3d.export.frames import frame_rotation, rotate_gaussians
from lucid3d.export.ply import read_gaussians
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.reading import guarded

FORMATS = (".splat", ".spz")
"""Files that hold nothing but Gaussians; a .ply may."""
FILE_BYTES = 256 * 1024**2
"""Most of a file."""
MOST = 500_000
"""Gaussians of one thing."""
SOLID = 0.3
"""Opacity from which a Gaussian is a part of the hull."""
STRAYS = 0.5
"""Per cent of Gaussians, by their place along an axis, that may lie outside of the hull: floaters."""
SPLAT = np.dtype([("position", "<f4", 3), ("scale", "<f4", 3), ("rgba", "u1", 4), ("rotation", "u1", 4)])
"""A record of antimatter15's .splat."""
HULL = Material("hull of splats", colors=((0.5, 0.5, 0.5),), wear=0.0, variation=0.0)


def holds_gaussians(path: Path) -> bool:
    """Whether a file is one of splats: by its name, or a .ply by its header."""
    if path.suffix.lower() in FORMATS:
        return True
    if path.suffix.lower() != ".ply" or not path.is_file():
        return False
    with path.open("rb") as file:
        return b"f_dc_0" in file.read(4096)


def thing_of_splats(path: Path) -> Thing:
    """The Gaussians of a file, standing on the origin; y is down in .ply and .splat, up in .spz.

    Raises:
        InputError: it cannot be read, holds nothing, or too much.
    """
    if not path.is_file():
        raise InputError(f"'{path}' does not exist")
    if path.stat().st_size > FILE_BYTES:
        raise InputError(f"'{path}' has more than {FILE_BYTES // 1024**2} MB; reduce the splats first")
    with guarded(f"'{path}'"):
        read = {".spz": _read_spz, ".splat": _read_splat}.get(path.suffix.lower(), read_gaussians)
        gaussians = read(path)
    if len(gaussians) > MOST:
        raise InputError(f"'{path}' holds {len(gaussians):,} Gaussians; reduce it to at most {MOST:,}")
    if not all(np.isfinite(values).all() for values in vars(gaussians).values()):
        raise InputError(f"'{path}' holds values that are no finite numbers")
    solid = gaussians.means[gaussians.opacities > SOLID]
    if len(solid) < 4:
        raise InputError(f"'{path}' holds too few Gaussians that can be seen")
    low, high = np.percentile(solid, [STRAYS, 100 - STRAYS], axis=0)
    foot = np.array([0.5 * (low[0] + high[0]), high[1], 0.5 * (low[2] + high[2])], np.float32)
    inner = solid[((solid >= low) & (solid <= high)).all(axis=1)].astype(np.float64) - foot
    try:
        hull = ConvexHull(inner if len(inner) >= 4 else solid.astype(np.float64) - foot)
    except QhullError:
        raise InputError(f"'{path}' is flat or a point: only what has a volume can stand in a scene") from None
    numbers = np.unique(hull.simplices)
    triangles = np.searchsorted(numbers, hull.simplices).astype(np.int32)
    mesh = Mesh(hull.points[numbers].astype(np.float32), triangles, (HULL,), "object")
    return Thing(path.stem, path.stem, mesh, ON_LAND, replace(gaussians, means=gaussians.means - foot))


def _read_splat(path: Path) -> Gaussians:
    data = path.read_bytes()
    if not data or len(data) % SPLAT.itemsize:
        raise InputError(f"'{path}' is no .splat: its length is no multiple of {SPLAT.itemsize} bytes")
    table = np.frombuffer(data, SPLAT)
    colors, opacity = table["rgba"][:, :3] / 255.0, np.clip(table["rgba"][:, 3] / 255.0, 1e-4, 1 - 1e-4)
    quats = np.asarray(table["rotation"].astype(np.float32) / np.float32(128) - np.float32(1), np.float32)
    quats[np.linalg.norm(quats, axis=1) < 1e-3] = (1, 0, 0, 0)
    return Gaussians(
        table["position"].astype(np.float32),
        quats,
        np.log(np.maximum(table["scale"], 1e-9)).astype(np.float32),
        np.log(opacity / (1 - opacity)).astype(np.float32),
        ((colors - 0.5) / SH_C0).astype(np.float32)[:, None],
    )


def _read_spz(path: Path) -> Gaussians:
    import gsply

    data: Any = gsply.read_spz(path)
    sh0 = np.asarray(data.sh0, np.float32).reshape(-1, 1, 3)
    rest = None if data.shN is None else np.asarray(data.shN, np.float32).reshape(len(sh0), -1, 3)
    sh = sh0 if rest is None or not rest.shape[1] else np.concatenate([sh0, rest], axis=1)
    found = Gaussians(
        np.asarray(data.means, np.float32),
        np.asarray(data.quats, np.float32),
        np.asarray(data.scales, np.float32),
        np.asarray(data.opacities, np.float32).reshape(-1),
        sh,
    )
    return rotate_gaussians(found, frame_rotation("opengl").T)
