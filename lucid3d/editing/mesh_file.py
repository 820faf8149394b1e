"""Meshes from files (GLB, OBJ, PLY, STL...) as things to set into a scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.colour import linear_from_srgb
from lucid3d.editing.thing import ON_LAND, Thing
from lucid3d.errors import InputError
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge
from lucid3d.reading import guarded

FORMATS = (".glb", ".gltf", ".obj", ".ply", ".stl", ".off")
"""What is read, by trimesh."""
FILE_BYTES = 512 * 1024**2
"""Most of a file."""
TRIANGLES = 1_000_000
"""Most that are set in: a thing is drawn from three hundred pixels across."""
FINEST = 160
"""Edges of a textured triangle are cut to the thing's size over this, for colours are kept at corners."""
GREY = (0.6, 0.6, 0.6)
"""Linear albedo of what has no colour."""
SURFACE = Material("surface from a file", colors=((1.0, 1.0, 1.0),) * 3, wear=0.0, variation=0.0)


def thing_of_file(path: Path) -> Thing:
    """The mesh of a file, y up and front towards +z there (glTF's convention), standing on the origin here.

    Colours come from textures, corners or materials; a skin is taken in its rest pose.

    Raises:
        InputError: it cannot be read, has no triangles, or too many.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"'{path}' is none of {', '.join(FORMATS)} (meshes), .ply, .splat and .spz (splats)")
    if not path.is_file():
        raise InputError(f"'{path}' does not exist")
    if path.stat().st_size > FILE_BYTES:
        raise InputError(f"'{path}' has more than {FILE_BYTES // 1024**2} MB; reduce the mesh first")
    import trimesh

    with guarded(f"'{path}'"):
        scene: Any = trimesh.load_scene(path)
        parts = [part for part in scene.dump() if getattr(part, "faces", None) is not None and len(part.faces)]
    total = sum(len(part.faces) for part in parts)
    if total == 0:
        raise InputError(f"'{path}' has no triangles")
    if total > TRIANGLES:
        raise InputError(f"'{path}' has {total:,} triangles; reduce it to at most {TRIANGLES:,} (Blender: Decimate)")
    extent = float(np.ptp(np.concatenate([np.asarray(part.bounds) for part in parts]), axis=0).max())
    if not np.isfinite(extent) or extent <= 0:
        raise InputError(f"'{path}' has corners that are no finite numbers, or all in one place")
    with guarded(f"'{path}'"):
        mesh = merge([_coloured(part, extent / FINEST) for part in parts], one_instance=True)
    low, high = mesh.bounds
    foot = np.array([0.5 * (low[0] + high[0]), high[1], 0.5 * (low[2] + high[2])], np.float32)
    mesh.vertices = mesh.vertices - foot
    return Thing(path.stem, path.stem, mesh, ON_LAND)


def _coloured(part: Any, finest: float) -> Mesh:
    """A part with the linear colour of each corner, in our frame (y down, front towards -z)."""
    textured = getattr(part.visual, "uv", None) is not None and _image(part.visual) is not None
    if textured and len(part.faces) * 4 <= TRIANGLES:
        part = _cut(part, finest)
    colors = _corner_colors(part)
    vertices = np.asarray(part.vertices, np.float64) * np.array([1.0, -1.0, -1.0])
    return Mesh(vertices.astype(np.float32), np.asarray(part.faces, np.int32), (SURFACE,), "object", tints=colors)


def _image(visual: Any) -> Any:
    """The picture of a textured part; None where there is none."""
    material = getattr(visual, "material", None)
    return getattr(material, "baseColorTexture", None) or getattr(material, "image", None)


def _cut(part: Any, finest: float) -> Any:
    """The same surface in triangles whose edges are at most `finest` long, as far as their number allows."""
    import trimesh as untyped

    trimesh: Any = untyped

    edge = max(finest, float(np.sqrt(part.area / (0.2 * TRIANGLES))))
    vertices, faces, index = trimesh.remesh.subdivide_to_size(part.vertices, part.faces, edge, return_index=True)
    # every new corner lies in the triangle that it was cut from, so it has that triangle's coordinates in the picture
    owner = np.empty(len(vertices), np.int64)
    owner[faces.ravel()] = np.repeat(index, 3)
    corners = part.faces[owner]
    shares = trimesh.triangles.points_to_barycentric(part.vertices[corners], vertices)
    shares = np.nan_to_num(shares, nan=1 / 3)
    uv = (np.asarray(part.visual.uv)[corners] * shares[..., None]).sum(axis=1)
    visual = trimesh.visual.TextureVisuals(uv=uv, material=part.visual.material)
    return trimesh.Trimesh(vertices, faces, visual=visual, process=False)


def _corner_colors(part: Any) -> NDArray[np.float32]:
    """(V, 3) linear albedo of the corners; glTF's factors are linear, pictures and other colours are sRGB."""
    count, visual = len(part.vertices), part.visual
    material = getattr(visual, "material", None)
    factor = getattr(material, "baseColorFactor", None)
    linear = np.ones(3, np.float32) if factor is None else np.asarray(factor[:3], np.float32) / 255
    if getattr(visual, "uv", None) is not None and _image(visual) is not None:
        image = np.asarray(_image(visual).convert("RGB"), np.float32) / 255
        rows, columns = image.shape[:2]
        uv = np.asarray(visual.uv, np.float64)
        u, v = np.where((uv < 0) | (uv > 1), uv % 1.0, uv).T  # textures repeat, and v runs up
        at = image[((1 - v) * (rows - 1)).round().astype(int), (u * (columns - 1)).round().astype(int)]
        return np.asarray(linear_from_srgb(at) * linear, np.float32)
    if getattr(visual, "kind", None) in ("vertex", "face"):
        return linear_from_srgb(np.asarray(visual.vertex_colors[:, :3], np.float32) / 255)
    if factor is None:
        main = getattr(material, "main_color", None)
        linear = np.array(GREY, np.float32) if main is None else linear_from_srgb(np.asarray(main[:3]) / 255.0)
    return np.broadcast_to(linear, (count, 3)).astype(np.float32)
