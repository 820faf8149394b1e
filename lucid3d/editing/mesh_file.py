"""Meshes from files (GLB, OBJ, PLY, STL...) as things to set into a scene."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.colour import linear_from_srgb
from lucid3d.editing.thing import ON_LAND, Thing
from lucid3d.errors import InputError
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge
from lucid3d.reading import JSON_BYTES, guarded, parse_json, read_bytes

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
FARTHEST = 1e9
"""Of a corner from the origin: beyond it float32 has no surface left."""
PACKED = {
    "EXT_meshopt_compression": "unpack it first, as with: npx @gltf-transform/cli copy IN.glb OUT.glb",
    "KHR_texture_basisu": "give its textures as PNG or JPEG",
}
"""Extensions of glTF without which a file shows nothing, and which are not read; and the way out."""
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
    if path.suffix.lower() in (".glb", ".gltf"):
        _looked_into(path)
    import trimesh

    with guarded(f"'{path}'"), np.errstate(all="ignore"):  # what is not finite is told below
        scene: Any = trimesh.load_scene(path)
        parts = [part for part in scene.dump() if getattr(part, "faces", None) is not None and len(part.faces)]
    total = sum(len(part.faces) for part in parts)
    if total == 0:
        raise InputError(f"'{path}' has no triangles")
    _few_enough(path, total)
    for part in parts:
        if part.faces.min() < 0 or part.faces.max() >= len(part.vertices):
            raise InputError(f"'{path}' is damaged: a triangle has a corner that is not there")
    corners = np.concatenate([np.asarray(part.vertices) for part in parts])
    if not (np.abs(corners) < FARTHEST).all() or not np.ptp(corners, axis=0).max() > 0:
        raise InputError(f"'{path}' has corners that are no finite numbers, or all in one place")
    extent = float(np.ptp(corners, axis=0).max())
    with guarded(f"'{path}'"):
        mesh = merge([_coloured(part, extent / FINEST) for part in parts], one_instance=True)
    low, high = mesh.bounds
    foot = np.array([0.5 * (low[0] + high[0]), high[1], 0.5 * (low[2] + high[2])], np.float32)
    mesh.vertices = mesh.vertices - foot
    return Thing(path.stem, path.stem, mesh, ON_LAND)


def _looked_into(path: Path) -> None:
    """Refuse a glTF file that cannot be set in before all of it is read.

    Raises:
        InputError: see `thing_of_file`.
    """
    document = gltf_document(path)
    with guarded(f"'{path}'"):
        for name in document.get("extensionsRequired") or ():
            if name in PACKED:
                raise InputError(f"'{path}' needs glTF's extension {name}, which is not read; {PACKED[name]}")
        accessors, meshes = document.get("accessors") or [], document.get("meshes") or []
        total = 0
        for node in document.get("nodes") or ():  # a mesh may stand in many places
            for part in meshes[node["mesh"]]["primitives"] if "mesh" in node else ():
                number = part.get("indices", part["attributes"].get("POSITION"))
                total += int(accessors[number]["count"]) // 3 if number is not None else 0
    _few_enough(path, total)


def _few_enough(path: Path, triangles: int) -> None:
    if triangles > TRIANGLES:
        raise InputError(
            f"'{path}' has {triangles:,} triangles; reduce it to at most {TRIANGLES:,} (Blender: Decimate)"
        )


def gltf_document(path: Path) -> dict[str, Any]:
    """The JSON of a .glb or .gltf (glTF 2.0, chapter 4), without its binary part.

    Raises:
        InputError: it is none.
    """
    what = f"'{path}'"
    if path.suffix.lower() == ".gltf":
        data = read_bytes(path, what, JSON_BYTES)
    else:
        with guarded(what), path.open("rb") as file:
            magic, version, _, length, kind = struct.unpack("<4sII I4s", file.read(20).ljust(20, b"\0"))
            if (magic, kind) != (b"glTF", b"JSON") or version != 2:
                raise InputError(f"{what} is no binary glTF 2.0")
            if length > JSON_BYTES:
                raise InputError(f"{what} describes more than can be read ({length:,} bytes of JSON)")
            data = file.read(length)
    with guarded(what):
        document = parse_json(data.decode("utf-8-sig"), what)
    if not isinstance(document, dict):
        raise InputError(f"{what} is no glTF")
    return document


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
